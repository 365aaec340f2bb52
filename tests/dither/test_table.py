"""Guards the table of dithering methods: a row that the kernels cannot run is refused."""

from __future__ import annotations

import numpy as np
import pytest

from quantize import kernels
from quantize.checks import Row, Table, load
from quantize.dither.table import (
    DITHERS,
    MARGIN,
    MOST_TAPS,
    Diffusion,
    Method,
    Ordered,
    Tap,
    check_method,
)

ORDERED = [row for row in DITHERS.values() if isinstance(row, Ordered)]


def diffusion(*taps: Tap, divisor: int = 16, strength: float = 0.5) -> Diffusion:
    return Diffusion("toy", "for a test", divisor=divisor, taps=taps, strength=strength)


def ordered(side: int = 8, levels: int = 64, strength: float = 0.5) -> Ordered:
    target = "quantize.dither.matrices:bayer"
    return Ordered("toy", "for a test", target, side=side, levels=levels, strength=strength)


def test_the_limits_are_those_of_the_kernels() -> None:
    assert (MARGIN, MOST_TAPS) == (kernels.MARGIN, kernels.MAX_TAPS)


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (diffusion((0, 3, 1)), "reaches farther than 2 rows or columns"),
        (diffusion((1, -3, 1)), "reaches farther than 2 rows or columns"),
        (diffusion((3, 0, 1)), "reaches farther than 2 rows or columns"),
        (diffusion((0, 0, 1)), "goes back, to a pixel that is done"),
        (diffusion((0, -1, 1)), "goes back, to a pixel that is done"),
        (diffusion((-1, 2, 1)), "goes back, to a pixel that is done"),
        (diffusion((0, 1, -1)), "has -1 parts"),
        (diffusion((0, 1, 0)), "has 0 parts"),
        (diffusion((0, 1, 9), (1, 0, 8)), "hand on 17 parts of 16"),
        (diffusion((0, 1, 1), divisor=0), "hand on 1 parts of 0"),
        (diffusion(), "has 0 taps; use 1 to 16"),
        (diffusion(*[(1, 0, 1)] * 17, divisor=99), "has 17 taps; use 1 to 16"),
        (diffusion((0, 1, 1), strength=0.0), "strength is not above 0"),
        (diffusion((0, 1, 1), strength=1.1), "strength is not above 0"),
        (ordered(side=0), "side of 0 is not from 1 to 256"),
        (ordered(side=257), "side of 257 is not from 1 to 256"),
        (ordered(levels=0), "0 levels do not divide the 64 places"),
        (ordered(levels=65), "65 levels do not divide the 64 places"),
        (ordered(strength=float("nan")), "strength is not above 0"),
    ],
)
def test_a_method_that_the_kernels_cannot_run_is_refused_as_the_table_is_built(
    row: Method, problem: str
) -> None:
    with pytest.raises(ValueError, match=rf"^dithering method 'toy': .*{problem}"):
        Table((row,), check_method)


@pytest.mark.parametrize(
    "row",
    [
        Row("none", "each pixel gets its nearest colour"),
        diffusion((0, 2, 5), (1, -2, 5), (2, 2, 6)),
        diffusion(*[(1, at, 1) for at in (-2, -1, 0, 1)] * 4),
        ordered(side=1, levels=1, strength=1.0),
        ordered(side=256, levels=256),
    ],
)
def test_a_method_at_the_limits_is_taken(row: Method) -> None:
    assert Table((row,), check_method)[row.name] is row


@pytest.mark.parametrize("row", ORDERED, ids=lambda row: row.name)
def test_a_matrix_has_the_side_that_its_row_says(row: Ordered) -> None:
    ranks = load(row.target)(row.side)
    assert (ranks.shape, ranks.dtype) == ((row.side, row.side), np.uint16)


def test_blue_noise_has_one_size() -> None:
    with pytest.raises(ValueError, match="a side of 64, not 32"):
        load(DITHERS["blue-noise"].target)(32)  # type: ignore[arg-type] # of an ordered method
