"""Guards the guarantees in the docstring of `quantize()`, one property test each.

Then the degenerate family: the smallest and emptiest pictures that there are.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from helpers.examples import examples
from helpers.whole_points import FACTORS, whole_numbers
from quantize import kernels
from quantize.api.image import quantize
from quantize.api.result import Result
from quantize.dither.table import DITHERS
from quantize.kernels import blocks
from quantize.kmeans import solver
from quantize.kmeans.lloyd import Clustering
from quantize.kmeans.problem import ClusteringProblem
from quantize.kmeans.table import ALGORITHMS, ENGINES, SEEDERS
from quantize.pipeline.table import WEIGHTS

Bytes = NDArray[np.uint8]

CHANNELS = st.sampled_from([3, 4])
SIZES = st.sampled_from([(1, 1), (1, 2), (1, 9), (9, 1), (3, 4), (6, 6)])

PROPERTY = examples(60)


@st.composite
def images(draw: st.DrawFn) -> Bytes:
    """1×1, 1×n, noise of any size, few colours; with and without alpha."""
    channels, (height, width) = draw(CHANNELS), draw(SIZES)
    kind = draw(st.sampled_from(["noise", "large noise", "few colours", "few values"]))
    if kind == "large noise":
        random = np.random.default_rng(draw(st.integers(0, 99)))
        return random.integers(0, 256, (20, 30, channels)).astype(np.uint8)
    if kind == "few colours":
        colors = draw(arrays(np.uint8, (draw(st.integers(1, 5)), channels)))
        chosen = arrays(np.intp, (height, width), elements=st.integers(0, len(colors) - 1))
        return colors[draw(chosen)]
    values = st.integers(0, 255) if kind == "noise" else st.sampled_from([0, 1, 2, 85, 254, 255])
    return draw(arrays(np.uint8, (height, width, channels), elements=values))


KEPT = st.lists(
    st.sampled_from(["#000000", "#00ff00", "#ffffff", "#020100"])
    | st.integers(0, 0xFFFFFF).map("#{:06x}".format),
    max_size=4,
).map(tuple)


def with_room(methods: dict[str, Any]) -> dict[str, Any]:
    """No more colours to keep than there are colours."""
    return {**methods, "keep_color": methods["keep_color"][: methods["colors"]]}


METHODS = st.fixed_dictionaries(
    {
        "keep_color": st.just(()) | KEPT,
        "colors": st.integers(1, 12) | st.sampled_from([64, 256]),
        "algorithm": st.sampled_from(list(ALGORITHMS)),
        "init": st.sampled_from(list(SEEDERS)),
        "sample": st.sampled_from([0, 0, 1, 5]),
        "seed": st.integers(0, 3),
        "space": st.sampled_from(list(FACTORS)),
        "weights": st.sampled_from(list(WEIGHTS)),
        "batch_size": st.just(64),
        "threads": st.just(1),
    }
).map(with_room)


def as_seen(pixels: Bytes) -> Bytes:
    """With alpha, and without the colour of what cannot be seen."""
    if pixels.shape[2] == 3:
        pixels = np.pad(pixels, [(0, 0), (0, 0), (0, 1)], constant_values=255)
    return np.where(pixels[..., 3:] > 0, pixels, 0)


def rows(colors: Sequence[str]) -> set[tuple[int, ...]]:
    """Opaque colours with their alpha."""
    return {(*bytes.fromhex(color[1:]), 255) for color in colors}


def rows_of(pixels: Bytes) -> set[tuple[int, ...]]:
    """The colours of a picture, or of a palette, as they are seen."""
    return set(map(tuple, as_seen(pixels.reshape(1, -1, pixels.shape[-1]))[0].tolist()))


def same(first: Result, second: Result) -> bool:
    return first.palette == second.palette and np.array_equal(first.indices, second.indices)


# The guarantees


@given(image=images(), methods=METHODS)
@PROPERTY
def test_a_palette_has_exactly_k_colours_all_different_all_used(
    image: Bytes, methods: dict[str, Any]
) -> None:
    result = quantize(image, **methods)
    palette, kept = result.palette.colors, rows(methods["keep_color"])
    assert len(palette) == min(methods["colors"], len(rows_of(image) | kept))
    assert len(np.unique(palette, axis=0)) == len(palette)
    used = np.bincount(result.indices.ravel(), minlength=len(palette))
    assert rows_of(palette[used == 0]) <= kept
    assert result.palette.counts.tolist() == used.tolist()
    assert result.statistics.colors_after == np.count_nonzero(used)


@given(image=images(), methods=METHODS, kept=KEPT, present=st.booleans())
@PROPERTY
def test_every_colour_to_keep_is_in_the_palette_exactly(
    image: Bytes, methods: dict[str, Any], kept: tuple[str, ...], present: bool
) -> None:
    first = image[0, 0]
    if present and first[3:].min(initial=255) == 255:
        kept = (*kept, "#{:02x}{:02x}{:02x}".format(*first[:3].tolist()))
    kept = kept[-methods["colors"] :]
    result = quantize(image, **{**methods, "keep_color": kept})
    assert rows(kept) <= rows_of(result.palette.colors)
    before, after = (as_seen(part).reshape(-1, 4) for part in (image, result.to_array()))
    for color in rows(kept):
        there = (before == color).all(axis=1)
        assert (after[there] == color).all()


@given(image=images(), methods=METHODS)
@PROPERTY
def test_every_pixel_has_its_nearest_palette_colour(image: Bytes, methods: dict[str, Any]) -> None:
    result = quantize(image, **methods)
    pixels, palette = (
        whole_numbers(colors, methods["space"])
        for colors in (result.picture.pixels, result.palette.colors)
    )
    table = np.square(pixels[..., None, :] - palette).sum(axis=-1)
    for alpha in (0, 255) if palette.shape[1] == 4 else ():  # opaque and invisible ones apart
        others = result.palette.colors[:, 3] != alpha
        own = result.picture.pixels[..., 3] == alpha
        if not others.all():
            table[own[..., None] & others] = np.iinfo(np.int64).max
    found = np.take_along_axis(table, result.indices[..., None].astype(np.intp), axis=-1)
    assert np.array_equal(found[..., 0], table.min(axis=-1))


@given(image=images(), methods=METHODS)
@PROPERTY
def test_opaque_stays_opaque_and_invisible_stays_invisible(
    image: Bytes, methods: dict[str, Any]
) -> None:
    methods = {**methods, "colors": max(methods["colors"], 2)}
    methods["keep_color"] = methods["keep_color"][: methods["colors"] - 1]
    result = quantize(image, **methods)
    before, after = as_seen(image)[..., 3], as_seen(result.to_array())[..., 3]
    assert (after[before == 255] == 255).all()
    assert (after[before == 0] == 0).all()
    invisible = as_seen(result.palette.colors[None])[0, :, 3] == 0
    assert invisible.sum() <= 1


@given(image=images(), methods=METHODS, spare=st.integers(0, 3))
@PROPERTY
def test_an_image_with_few_colours_is_unchanged(
    image: Bytes, methods: dict[str, Any], spare: int
) -> None:
    kept = rows(methods["keep_color"])
    if len(rows_of(image) | kept) > 256:
        image = image[:1, :1]
    there, enough = len(rows_of(image)), len(rows_of(image) | kept)
    result = quantize(image, **{**methods, "colors": min(enough + spare, 256)})
    assert rows_of(result.palette.colors) == rows_of(image) | kept
    assert np.array_equal(as_seen(result.to_array()), as_seen(image))
    assert result.statistics.mse == 0
    assert (result.statistics.colors_before, result.statistics.colors_after) == (there, there)


@given(image=images(), methods=METHODS, threads=st.integers(2, 5))
@PROPERTY
def test_threads_change_no_byte(image: Bytes, methods: dict[str, Any], threads: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kernels, "each_block", in_small_blocks)
        one, again, many = (
            quantize(image, **{**methods, "threads": number}) for number in (1, 1, threads)
        )
    assert same(one, again)
    assert same(one, many)
    assert one.statistics.inertia == many.statistics.inertia


def in_small_blocks(rows: int, work: Any, *, threads: int = 1, block: int = 0) -> list[Any]:
    """So that small pictures too are the work of several threads."""
    return blocks.each_block(rows, work, threads=threads, block=7)


@given(image=images(), methods=METHODS, dither=st.sampled_from(list(DITHERS)))
@PROPERTY
def test_a_pixel_whose_colour_is_in_the_palette_keeps_it_through_dithering(
    image: Bytes, methods: dict[str, Any], dither: str
) -> None:
    result = quantize(image, **methods, dither=dither)
    seen, found = as_seen(image), as_seen(result.to_array())
    own = rows_of(result.palette.colors[None])
    for pixel, given_ in zip(
        seen.reshape(-1, 4).tolist(), found.reshape(-1, 4).tolist(), strict=True
    ):
        assert tuple(pixel) not in own or given_ == pixel


@given(
    image=images(),
    methods=METHODS,
    dither=st.sampled_from(list(DITHERS)),
    lossy=st.sampled_from([5, 20, 100]),
)
@PROPERTY
def test_lossy_makes_no_pixel_transparent_and_none_opaque(
    image: Bytes, methods: dict[str, Any], dither: str, lossy: float
) -> None:
    plain, less = (
        as_seen(quantize(image, **methods, dither=dither, lossy=number).to_array())[..., 3]
        for number in (0, lossy)
    )
    for alpha in (0, 255):
        assert np.array_equal(plain == alpha, less == alpha)


@given(image=images(), methods=METHODS)
@PROPERTY
def test_the_input_array_is_left_alone(image: Bytes, methods: dict[str, Any]) -> None:
    before = image.copy()
    quantize(image, **methods)
    assert np.array_equal(image, before)
    image[...] = 0  # still the caller's own


def test_each_guarantee_names_a_test_of_this_module() -> None:
    named = re.findall(r"`(test_\w+)`", quantize.__doc__ or "")
    guarantees = re.findall(r"^    - ", quantize.__doc__ or "", flags=re.MULTILINE)
    assert len(named) == len(guarantees) >= 5
    for name in named:
        assert callable(globals()[name])


# Many threads on as many colours as a photograph has


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_threads_change_no_byte_of_a_large_picture(algorithm: str) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (220, 200, 3)).astype(np.uint8)
    one, many = (
        quantize(noise, 16, algorithm=algorithm, max_iter=5, threads=number) for number in (1, 6)
    )
    assert same(one, many)
    assert one.statistics.inertia == many.statistics.inertia


# The degenerate family

EVERY_METHOD = pytest.mark.parametrize(
    "methods",
    [{"algorithm": algorithm, "init": init} for algorithm in ALGORITHMS for init in SEEDERS],
    ids=lambda methods: " ".join(methods.values()),
)


def picture(*rows: list[tuple[int, ...]]) -> Bytes:
    return np.array(rows, np.uint8)


RED, LIME, CLEAR = (255, 0, 0), (0, 255, 0), (0, 0, 0, 0)


@pytest.mark.parametrize("engine", ENGINES)
@EVERY_METHOD
@pytest.mark.parametrize("k", [1, 256])
def test_one_pixel_is_its_own_palette(k: int, methods: dict[str, str], engine: str) -> None:
    result = quantize(picture([RED]), k, engine=engine, **methods)
    assert result.palette.hex == ["#ff0000"]
    assert result.indices.tolist() == [[0]]


@EVERY_METHOD
def test_one_colour_stays_one_colour(methods: dict[str, str]) -> None:
    result = quantize(picture([RED] * 3, [RED] * 3), 64, **methods)
    assert result.palette.hex == ["#ff0000"]
    assert result.palette.counts.tolist() == [6]


@EVERY_METHOD
def test_one_colour_for_two_is_their_mean(methods: dict[str, str]) -> None:
    result = quantize(
        picture([(0, 0, 0), (0, 0, 0), (0, 0, 90), (0, 0, 90)]), 1, space="srgb", **methods
    )
    assert len(result.palette) == 1
    if methods["algorithm"] == "full":  # mini-batches see what they draw
        assert result.palette.hex == ["#00002d"]


@pytest.mark.parametrize("k", [2, 3, 256])
def test_more_colours_than_there_are_give_those_that_there_are(k: int) -> None:
    result = quantize(picture([RED, LIME, RED]), k)
    assert sorted(result.palette.hex) == ["#00ff00", "#ff0000"]
    assert result.to_array().tolist() == [[list(RED), list(LIME), list(RED)]]
    assert (result.statistics.iterations, result.statistics.converged) == (0, True)
    assert result.statistics.psnr == float("inf")


def test_a_picture_that_nobody_sees_is_one_invisible_colour() -> None:
    hidden = picture([(255, 0, 0, 0), (1, 2, 3, 0)], [CLEAR, (0, 9, 0, 0)])
    result = quantize(hidden, 64)
    assert list(result.palette) == [CLEAR]
    assert result.to_array().tolist() == [[list(CLEAR)] * 2] * 2


def test_an_alpha_channel_that_is_opaque_throughout_is_left_out() -> None:
    result = quantize(picture([(*RED, 255), (*LIME, 255)]), 64)
    assert result.to_array().tolist() == [[list(RED), list(LIME)]]


@EVERY_METHOD
@pytest.mark.parametrize("channels", [3, 4])
def test_a_picture_that_is_in_its_palette_already_is_unchanged(
    channels: int, methods: dict[str, str]
) -> None:
    noise = np.random.default_rng(1).integers(1, 256, (20, 20, channels)).astype(np.uint8)
    once = quantize(noise, 16, **methods)
    twice = quantize(once.to_array(), 16, **methods)
    assert same(once, twice)


@EVERY_METHOD
@pytest.mark.parametrize("shape", [(1, 40), (40, 1)])
def test_a_line_of_pixels_is_a_picture(shape: tuple[int, int], methods: dict[str, str]) -> None:
    ramp = np.repeat(np.arange(40, dtype=np.uint8)[:, None] * 6, 3, axis=1).reshape(*shape, 3)
    result = quantize(ramp, 4, **methods)
    assert result.indices.shape == shape
    assert result.indices.ravel().tolist() == sorted(result.indices.ravel().tolist())


def test_a_sample_of_one_pixel_leaves_the_rest_to_the_costliest_colours() -> None:
    noise = np.random.default_rng(2).integers(0, 256, (9, 9, 3)).astype(np.uint8)
    result = quantize(noise, 16, sample=1)
    assert len(result.palette) == 16
    assert set(result.palette) <= set(map(tuple, noise.reshape(-1, 3).tolist()))


def test_a_centroid_that_no_pixel_takes_is_not_in_the_palette(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def with_a_stray(problem: ClusteringProblem, *rest: Any) -> Clustering:
        stray = np.array([[0.0, 255.0, 255.0]])
        centroids = np.concatenate([problem.points[:1], stray, problem.points[2:]])
        return Clustering(centroids, np.array([0, 0, 2], np.int32), 1.0, 1, True)

    monkeypatch.setattr(solver, "cluster", with_a_stray)
    result = quantize(picture([(9, 0, 0), (10, 0, 0), (99, 0, 0)]), 2)
    assert result.palette.hex == ["#090000", "#630000"]
    assert result.indices.tolist() == [[0, 0, 1]]
