"""Guards the kernel that chooses entries which compress well: hand-computed rows, and parity."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from helpers.examples import examples
from quantize.kernels.lossy import (
    COPIES,
    FIRST_COPY,
    KEEP,
    LITERAL,
    NEVER,
    REACH,
    RUN,
    STATES,
    LossyCosts,
    LossyRows,
)

MODULES = {"reference": "quantize.kernels.reference", "compiled": "quantize.kernels._compiled"}
IMPLEMENTATIONS = [name for name, module in MODULES.items() if find_spec(module)]

Bytes = NDArray[np.uint8]

NOTHING = np.empty((0, 0), np.uint8)


@pytest.fixture(params=IMPLEMENTATIONS)
def kernels(request: pytest.FixtureRequest) -> ModuleType:
    return import_module(MODULES[request.param])


def starts(*, literal: float = 5, run: float = 7, keep: float = NEVER, copy: float = 12) -> Any:
    found = np.full(STATES, NEVER, np.float32)
    found[[LITERAL, RUN, KEEP]] = literal, run, keep
    found[FIRST_COPY:] = copy
    return found


def chosen(
    kernels: ModuleType,
    nominal: Any,
    entries: list[float],
    worth: float,
    *,
    before: Any = NOTHING,
    **bits: float,
) -> list[list[int]]:
    """The entries of rows whose pixels are just as their nominal entries, on one axis."""
    rows = np.array(nominal, np.uint8)
    points = np.zeros((len(entries), 3), np.float32)
    points[:, 0] = entries
    found, last = np.empty_like(rows), np.array(before, np.uint8)
    kernels.trellis(
        LossyRows(points[rows], rows, np.zeros_like(rows), last, points[last]),
        LossyCosts(points, np.full(256, worth, np.float32), starts(**bits)),
        found,
        np.empty_like(last),
    )
    return found.tolist()


def test_a_run_is_taken_where_its_errors_are_worth_the_bits(kernels: ModuleType) -> None:
    # four literals take 20 bits. One and a run of it take 5 + 7, and errors of -2 at three pixels:
    # 12. The second carries 0.4 of -2 on: -0.8 (2 x -2 - 0.8) = 3.84; the third 0.4 of -2.8:
    # -1.12 (2 x -2 - 1.12) = 5.734. Half of these counts, 16.787 in all; so the eight bits are
    # worth it below 8 / 16.787 = 0.47655
    row = [[0, 1, 2, 1]]
    assert chosen(kernels, row, [0, 2, 2], 0.4765) == [[0, 0, 0, 0]]
    assert chosen(kernels, row, [0, 2, 2], 0.4766) == row


def test_errors_of_both_signs_are_cheaper_than_errors_of_one(kernels: ModuleType) -> None:
    # against a run of 1: errors of -1 and 1 in turn make up for each other, 1 and 1 do not
    turns, same = [[1, 2, 0, 2, 0, 1]], [[1, 2, 2, 2, 2, 1]]
    assert chosen(kernels, turns, [0, 1, 2], 3.0) == [[1] * 6]
    assert chosen(kernels, same, [0, 1, 2], 3.0) != [[1] * 6]


@pytest.mark.parametrize("step", range(-REACH, COPIES - REACH))
def test_a_row_copies_the_row_above_from_four_columns_left_to_three_right(
    kernels: ModuleType, step: int
) -> None:
    above = np.random.default_rng(5).permutation(24).astype(np.uint8)
    below = np.roll(above, -step)
    below[12] = 24  # nearly what the copy has there
    entries = [*range(0, 2400, 100), 100.0 * int(np.roll(above, -step)[12]) + 1]
    found = chosen(kernels, [above, below], entries, 0.01)
    assert found[0] == above.tolist()
    assert found[1][12] == np.roll(above, -step)[12]
    far = np.roll(above, -REACH - 1)
    far[12] = 24
    entries[24] = 100.0 * int(np.roll(above, -REACH - 1)[12]) + 1
    assert chosen(kernels, [above, far], entries, 0.01)[1][12] == 24


def test_what_changes_by_little_stays_as_in_the_frame_before(kernels: ModuleType) -> None:
    before = [[0, 2, 4, 6, 0, 2, 4, 6]]
    now = [[1, 3, 5, 7, 1, 3, 5, 8]]
    entries = [0, 1, 100, 101, 200, 201, 300, 301, 400.0]
    kept = chosen(kernels, now, entries, 0.5, before=before, keep=7)
    assert kept == [[0, 2, 4, 6, 0, 2, 4, 8]]
    assert chosen(kernels, now, entries, 50, before=before, keep=7) == now
    assert chosen(kernels, now, entries, 0.5) == now


def test_entries_that_are_apart_never_stand_for_each_other(kernels: ModuleType) -> None:
    row = np.array([[0, 1, 0, 1, 1, 0, 0, 1] * 4], np.uint8)
    points = np.zeros((2, 5), np.float32)
    points[1, 4] = 1e5
    found = np.empty_like(row)
    costs = LossyCosts(points, np.full(256, 1e-3, np.float32), starts())
    kernels.trellis(LossyRows(points[row], row, row, NOTHING), costs, found, NOTHING)
    assert (found == row).all()


def test_a_busy_place_may_change_more(kernels: ModuleType) -> None:
    row = np.array([[0, 1] * 8], np.uint8)
    points = np.array([[0, 0, 0], [3, 0, 0]], np.float32)
    worth = np.where(np.arange(256) < 100, 10, 0.001).astype(np.float32)
    for ranges, moved in ((0, False), (200, True)):
        found = np.empty_like(row)
        rows = LossyRows(points[row], row, np.full_like(row, ranges), NOTHING)
        kernels.trellis(rows, LossyCosts(points, worth, starts()), found, NOTHING)
        assert (found != row).any() == moved


@given(
    seed=st.integers(0, 10**6),
    size=st.tuples(st.integers(1, 12), st.integers(1, 40)),
    axes=st.sampled_from([3, 5]),
    k=st.integers(1, 20),
    tolerance=st.floats(1, 1000),
    keeps=st.booleans(),
    packed=st.booleans(),
)
@examples(40)
def test_both_implementations_choose_the_same(  # noqa: PLR0917 - what hypothesis draws
    seed: int,
    size: tuple[int, int],
    axes: int,
    k: int,
    tolerance: float,
    keeps: bool,
    packed: bool,
) -> None:
    random = np.random.default_rng(seed)
    entries = random.normal(0, 30, (k, axes)).astype(np.float32)
    wanted = np.cumsum(random.normal(0, 6, (*size, axes)), axis=1).astype(np.float32)
    if axes == 5:
        entries[:, 4] = random.integers(0, 3, k) * 1e5
        wanted[..., 4] = entries[random.integers(0, k, size), 4]
    nominal = np.square(wanted[:, :, None] - entries).sum(axis=3).argmin(axis=2).astype(np.uint8)
    ranges = random.integers(0, 256, size).astype(np.uint8)
    before = random.integers(0, k, size).astype(np.uint8) if keeps else NOTHING
    seen = wanted + random.normal(0, 9, wanted.shape).astype(np.float32) * keeps
    worth = (1 / (1 + np.arange(256) / 24) / tolerance).astype(np.float32)
    bits = starts(keep=7 if keeps else NEVER)
    if packed:
        bits[FIRST_COPY + 1 :: 2] = NEVER
    results = []
    for name in IMPLEMENTATIONS:
        found, kept = np.full(size, 77, np.uint8), np.full(before.shape, 7, np.uint8)
        import_module(MODULES[name]).trellis(
            LossyRows(wanted, nominal, ranges, before, seen),
            LossyCosts(entries, worth, bits),
            found,
            kept,
        )
        results.append((found, kept))
    for found, kept in results:
        assert (found == results[0][0]).all()
        assert (kept == results[0][1]).all()
    if axes == 5:
        found, kept = results[0]
        drawn = kept == 0 if keeps else np.ones(size, bool)
        assert (entries[found, 4] == entries[nominal, 4])[drawn].all()


def test_what_stays_may_have_a_colour_that_no_entry_has(kernels: ModuleType) -> None:
    # wanted are 0, 100, 200; seen are 1, 101, 250: the first two stay for the 7 bits of beginning
    points = np.zeros((3, 3), np.float32)
    points[:, 0] = 0, 100, 200
    rows = np.array([[0, 1, 2]], np.uint8)
    seen = points[rows] + np.array([[[1, 0, 0], [1, 0, 0], [50, 0, 0]]], np.float32)
    found, kept = np.empty_like(rows), np.empty_like(rows)
    kernels.trellis(
        LossyRows(points[rows], rows, np.zeros_like(rows), rows, seen),
        LossyCosts(points, np.full(256, 0.5, np.float32), starts(keep=7)),
        found,
        kept,
    )
    assert kept.tolist() == [[1, 1, 0]]
    assert found[0, 2] == 2


# --- strings of LZW -------------------------------------------------------------------------------


def strings(
    kernels: ModuleType, nominal: Any, entries: list[float], worth: float, before: Any = NOTHING
) -> list[list[int]]:
    """The entries of a frame whose pixels are just as their nominal entries, on one axis."""
    rows = np.array(nominal, np.uint8)
    points = np.zeros((len(entries), 3), np.float32)
    points[:, 0] = entries
    near = np.abs(points[:, :1] - points[:, 0]).argsort(axis=1, kind="stable")[:, :4]
    found, last = np.full_like(rows, 77), np.array(before, np.uint8)
    kernels.choose_strings(
        LossyRows(points[rows], rows, np.zeros_like(rows), last, points[last]),
        LossyCosts(points, np.full(256, worth, np.float32), starts()),
        near.astype(np.uint8),
        max((len(entries) - 1).bit_length(), 2),
        found,
    )
    return found.tolist()


def test_a_string_that_the_table_has_is_taken_again(kernels: ModuleType) -> None:
    # the table has (0, 10) and (10, 20) when the second row begins: its 12 becomes a 10 for that
    entries = [0, 10, 20, 12.0]
    assert strings(kernels, [[0, 1, 2, 0, 3, 2]], entries, 0.1) == [[0, 1, 2, 0, 1, 2]]
    assert strings(kernels, [[0, 1, 2, 0, 3, 2]], entries, 10) == [[0, 1, 2, 0, 3, 2]]


def test_a_pixel_as_in_the_frame_before_is_not_drawn_and_no_other_becomes_so(
    kernels: ModuleType,
) -> None:
    nominal, before = [[0, 1, 0, 1, 0, 1]], [[1, 2, 0, 1, 1, 1]]
    assert strings(kernels, nominal, [0, 1, 2], 100, before) == nominal
    found = strings(kernels, nominal, [0, 1, 2], 1e-3, before)[0]
    assert [found[at] for at in (2, 3, 5)] == [0, 1, 1]


def test_what_is_seen_before_stays_where_that_goes_on_with_a_string(kernels: ModuleType) -> None:
    # of pixels that are as before, one changes by 1 and one by 90
    nominal = [[0] * 8 + [1] + [0] * 8 + [2] + [0] * 4]
    found = strings(kernels, nominal, [0, 1, 90], 0.5, [[0] * 22])
    assert found == [[0] * 17 + [2] + [0] * 4]


def test_strings_are_those_of_the_coder() -> None:
    """The table is cleared where that of the writer is: what was chosen is coded as strings."""
    kernels = import_module(MODULES[IMPLEMENTATIONS[-1]])
    random = np.random.default_rng(2)
    rows = random.integers(0, 64, (60, 200)).astype(np.uint8)
    entries = list(map(float, range(64)))
    found = np.array(strings(kernels, rows.tolist(), entries, 0.5), np.uint8).reshape(-1)
    full = [0]
    while full[-1] < len(found):
        full.append(kernels.filled_at(found, full[-1], 6))
    assert len(full) > 2
    room = np.empty(4 * len(found), np.uint8)
    sizes = [
        kernels.code_strings(found, np.array(places, np.int64), 6, room)
        for places in (full[:-1], [0, *(at + 1 for at in full[1:-1])])
    ]
    assert sizes[0] < sizes[1]


@given(
    seed=st.integers(0, 10**6),
    size=st.tuples(st.integers(1, 12), st.integers(1, 40)),
    k=st.integers(1, 20),
    tolerance=st.floats(1, 1000),
    kinds=st.booleans(),
    idle=st.booleans(),
)
@examples(30)
def test_both_implementations_choose_the_same_strings(  # noqa: PLR0917 - what hypothesis draws
    seed: int, size: tuple[int, int], k: int, tolerance: float, kinds: bool, idle: bool
) -> None:
    random = np.random.default_rng(seed)
    entries = random.normal(0, 30, (k, 5 if kinds else 3)).astype(np.float32)
    if kinds:
        entries[:, 4] = random.integers(0, 3, k) * 1e5
    nominal = random.integers(0, k, size).astype(np.uint8)
    wanted = entries[nominal] + random.normal(0, 3, (*size, entries.shape[1])).astype(np.float32)
    if kinds:
        wanted[..., 4] = entries[nominal, 4]
    apart = np.square(entries[:, None] - entries).sum(axis=2)
    near = apart.argsort(axis=1, kind="stable")[:, :12].astype(np.uint8)
    before = np.where(random.random(size) < 0.5, nominal, random.integers(0, k + 1, size))
    last = before.astype(np.uint8) if idle else NOTHING
    seen = (wanted + random.normal(0, 9, wanted.shape) * (wanted < 1e4)).astype(np.float32)
    ranges = random.integers(0, 256, size).astype(np.uint8)
    rows = LossyRows(wanted.astype(np.float32), nominal, ranges, last, seen)
    worth = (1 / (1 + np.arange(256) / 24) / tolerance).astype(np.float32)
    results = []
    for name in IMPLEMENTATIONS:
        found = np.full(size, 77, np.uint8)
        costs = LossyCosts(entries, worth, starts())
        import_module(MODULES[name]).choose_strings(rows, costs, near, 5, found)
        results.append(found)
    assert all((found == results[0]).all() for found in results)
    drawn = results[0] != last if idle else np.ones(size, bool)
    if kinds:
        chosen = np.where(drawn, results[0], nominal)
        assert (entries[chosen, 4] == entries[nominal, 4]).all()
    assert (nominal != last)[drawn].all() if idle else True


def test_both_implementations_fill_the_table_and_begin_anew() -> None:
    random = np.random.default_rng(4)
    entries = np.zeros((200, 3), np.float32)
    entries[:, 0] = np.arange(200)
    nominal = random.integers(0, 200, (60, 80)).astype(np.uint8)
    near = np.abs(entries[:, :1] - entries[:, 0]).argsort(axis=1, kind="stable")[:, :3]
    results = []
    for name in IMPLEMENTATIONS:
        found = np.full_like(nominal, 77)
        import_module(MODULES[name]).choose_strings(
            LossyRows(entries[nominal], nominal, np.zeros_like(nominal), NOTHING),
            LossyCosts(entries, np.full(256, 0.5, np.float32), starts()),
            near.astype(np.uint8),
            8,
            found,
        )
        results.append(found)
    assert all((found == results[0]).all() for found in results)
    assert 0 < (results[0] != nominal).mean() < 0.9
