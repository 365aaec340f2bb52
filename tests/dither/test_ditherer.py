"""Guards what dithering promises: what the palette has stays, what it lacks is mixed.

The methods are those of one table; what holds for all of them is tested for all of them.
"""

from __future__ import annotations

import sys
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage

from helpers.paths import DOCS
from quantize import Palette, quantize
from quantize.checks import Row, load
from quantize.color import nearest as color_nearest
from quantize.color import palette_order, spaces
from quantize.color.inverse_map import LIGHT, VALUE, inverse_map_of
from quantize.color.table import SPACES
from quantize.dither import matrices
from quantize.dither.ditherer import BAND, STRIP, Ditherer, ranks_of, strength_of
from quantize.dither.table import DITHERS, Diffusion, Ordered
from quantize.errors import SettingError
from quantize.model.frames import FrameSource
from quantize.model.picture import Picture
from quantize.pipeline.run import run
from quantize.pipeline.settings import Settings

Bytes = NDArray[np.uint8]

METHODS = [name for name, row in DITHERS.items() if not isinstance(row, Row)]
DIFFUSIONS = {name: row for name, row in DITHERS.items() if isinstance(row, Diffusion)}
ORDERED = {name: row for name, row in DITHERS.items() if isinstance(row, Ordered)}
EVERY_METHOD = pytest.mark.parametrize("method", METHODS)
EVERY_ORDERED = pytest.mark.parametrize("method", ORDERED)

PALETTE = np.array(
    [[0, 0, 0], [190, 40, 30], [30, 160, 60], [40, 70, 200], [240, 230, 90], [255, 255, 255]],
    np.uint8,
)
BLACK_AND_WHITE = np.array([[0, 0, 0], [255, 255, 255]], np.uint8)


def noise(*shape: int, seed: int = 0) -> Bytes:
    return np.random.default_rng(seed).integers(0, 256, shape, np.uint8)


def ramp(height: int, width: int) -> Bytes:
    across = np.linspace(20, 230, width)[None, :, None]
    down = np.linspace(0, 25, height)[:, None, None]
    return (across + down * np.array([1.0, 0.5, 0.2])).astype(np.uint8)


def plane(*color: int, size: int = 48) -> Bytes:
    return np.full((size, size, len(color)), color, np.uint8)


def dithered(  # noqa: PLR0917
    pixels: Bytes,
    palette: Bytes,
    method: str,
    strength: float | None = 1.0,
    space: str = "srgb",
    threads: int = 1,
) -> Bytes:
    return ditherer(palette, method, strength, space, pixels.shape[2], threads).rows(pixels)


def ditherer(  # noqa: PLR0917
    palette: Bytes,
    method: str,
    strength: float | None = 1.0,
    space: str = "srgb",
    channels: int = 3,
    threads: int = 1,
) -> Ditherer:
    row = DITHERS[method]
    assert row is not None
    share = strength_of(method, strength, len(palette))
    return Ditherer(
        row,
        share,
        inverse_map_of(palette, channels, SPACES.load(space), share),
        palette_order.dark_to_light(palette[:, :3]).astype(np.uint8),
        threads=threads,
    )


def nearest(pixels: Bytes, palette: Bytes, space: str = "srgb") -> Bytes:
    flat = pixels.reshape(-1, pixels.shape[-1])
    entries, _ = color_nearest.nearest_entries(flat, palette, SPACES.load(space))
    return entries.reshape(pixels.shape[:2])


# The table


def test_floyd_and_steinberg_hand_on_sixteenths() -> None:
    row = DIFFUSIONS["floyd-steinberg"]
    assert row.divisor == 16
    assert set(row.taps) == {(0, 1, 7), (1, -1, 3), (1, 0, 5), (1, 1, 1)}


@pytest.mark.parametrize("method", DIFFUSIONS)
def test_errors_go_to_pixels_that_come_later_and_none_is_lost(method: str) -> None:
    row = DIFFUSIONS[method]
    assert all(down > 0 or right > 0 for down, right, _ in row.taps)
    assert all(0 <= down <= 2 and -2 <= right <= 2 for down, right, _ in row.taps)
    handed_on = sum(parts for *_, parts in row.taps)
    assert handed_on == (6 if method == "atkinson" else row.divisor)


@EVERY_ORDERED
def test_a_matrix_has_each_rank_once_and_levels_that_fit(method: str) -> None:
    matrix = load(ORDERED[method].target)(ORDERED[method].side)
    assert sorted(matrix.ravel().tolist()) == list(range(matrix.size))
    assert matrix.shape[0] == matrix.shape[1]
    assert matrix.size % ORDERED[method].levels == 0


@EVERY_METHOD
def test_strengths_are_in_range_and_grow_as_palettes_shrink(method: str) -> None:
    strengths = [strength_of(method, None, colors) for colors in (256, 64, 16, 4, 1)]
    assert 0 < strengths[0] <= strengths[-1] <= 1
    assert strengths == sorted(strengths)
    assert strength_of(method, 0.25, 16) == 0.25


# A row that the kernels cannot do


def test_a_method_that_the_kernels_cannot_run_is_refused() -> None:
    wide = Diffusion("toy", "for a test", divisor=1, taps=((0, 3, 1),), strength=1.0)
    with pytest.raises(ValueError, match="reaches farther than 2"):
        Ditherer(wide, 1.0, inverse_map_of(PALETTE, 3, spaces.SRGB), np.arange(6, dtype=np.uint8))


@pytest.mark.parametrize(
    "matrix",
    [np.zeros((2, 3), np.uint16), np.array([[0, 1], [2, 4]], np.uint16), matrices.bayer(4)],
)
def test_a_matrix_that_is_not_as_its_row_says_is_refused(
    matrix: NDArray[np.uint16], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matrices, "bayer", lambda side: matrix)
    with pytest.raises(ValueError, match="each rank once"):
        ranks_of(ORDERED["bayer-2"])


def test_a_ditherer_refuses_rows_that_do_not_fit() -> None:
    some = ditherer(PALETTE, "floyd-steinberg")
    some.rows(noise(2, 9, 3))
    for wrong in (noise(2, 8, 3), noise(2, 9, 4)):
        with pytest.raises(ValueError, match="do not fit"):
            some.rows(wrong)
    some.restart()
    assert some.rows(noise(2, 8, 3)).shape == (2, 8)


@pytest.mark.parametrize("strength", [-0.1, 1.1, float("nan")])
def test_a_ditherer_refuses_a_strength_out_of_range(strength: float) -> None:
    with pytest.raises(ValueError, match="strength"):
        ditherer(PALETTE, "burkes", strength)


@pytest.mark.parametrize("order", [[0, 1, 1, 2, 3, 4], [0, 1, 2], [0, 1, 2, 3, 4, 6]])
def test_a_ditherer_refuses_an_order_that_does_not_have_each_entry_once(order: list[int]) -> None:
    row, inverse_map = ORDERED["bayer-4"], inverse_map_of(PALETTE, 3, spaces.SRGB)
    with pytest.raises(ValueError, match="dark_to_light"):
        Ditherer(row, 1.0, inverse_map, np.array(order, np.uint8))


# What holds for all methods


@EVERY_METHOD
def test_a_picture_that_is_in_the_palette_is_unchanged(method: str) -> None:
    indices = noise(40, 50, seed=3) % len(PALETTE)
    assert np.array_equal(dithered(PALETTE[indices], PALETTE, method), indices)


@EVERY_METHOD
def test_a_pixel_whose_colour_is_in_the_palette_keeps_it(method: str) -> None:
    pixels, own = ramp(40, 60), noise(40, 60, seed=4)
    known = own < len(PALETTE)
    pixels[known] = PALETTE[own[known]]
    assert np.array_equal(dithered(pixels, PALETTE, method)[known], own[known])


@EVERY_METHOD
def test_a_plane_in_a_palette_colour_gets_no_dots_from_what_is_beside_it(method: str) -> None:
    pixels = ramp(60, 90)
    pixels[20:50, 30:60] = PALETTE[2]
    assert (dithered(pixels, PALETTE, method)[20:50, 30:60] == 2).all()


@EVERY_METHOD
def test_a_plane_near_a_palette_colour_stays_plain(method: str) -> None:
    greys = np.array([[100] * 3, [140] * 3], np.uint8)
    strength = strength_of(method, None, 64)
    assert (dithered(plane(103, 103, 103), greys, method, strength) == 0).all()
    assert len(np.unique(dithered(plane(117, 117, 117), greys, method))) == 2


@pytest.mark.parametrize(
    ("method", "space"),
    [
        *((method, "weighted") for method in METHODS),
        *((method, space) for method in ("floyd-steinberg", "bayer-4") for space in SPACES),
    ],
)
def test_without_strength_each_pixel_has_its_nearest_entry(method: str, space: str) -> None:
    pixels, palette = noise(16, 24, 3), noise(30, 3, seed=1)
    expected = nearest(pixels, palette, space)
    assert np.array_equal(dithered(pixels, palette, method, 0.0, space), expected)


@pytest.mark.parametrize("level", [0.1, 0.35, 0.5, 0.8])
@EVERY_METHOD
def test_light_is_kept(method: str, level: float) -> None:
    if method == "atkinson":
        pytest.skip("drops a quarter of the error")
    value = int(VALUE[round(level * LIGHT[255])])
    white = dithered(plane(value, value, value, size=128), BLACK_AND_WHITE, method).mean()
    step = 1 / ORDERED[method].levels if method in ORDERED else 0.01
    assert abs(white - LIGHT[value] / LIGHT[255]) <= max(step, 0.02)


@EVERY_METHOD
def test_threads_and_pieces_change_nothing(method: str) -> None:
    height, width = 3 * BAND + 5, 2 * STRIP + 9
    pixels = ramp(height, width) if method in DIFFUSIONS else ramp(height, 150)
    expected = dithered(pixels, PALETTE, method)
    assert np.array_equal(dithered(pixels, PALETTE, method, threads=2), expected)
    assert np.array_equal(dithered(pixels, PALETTE, method, threads=7), expected)
    in_pieces, edges = ditherer(PALETTE, method, threads=2), (0, 1, 2, 39, height)
    pieces = [in_pieces.rows(pixels[a:b]) for a, b in pairwise(edges)]
    assert np.array_equal(np.concatenate(pieces), expected)


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (40, 1), (2, 3)])
@EVERY_METHOD
def test_small_and_thin_pictures_can_be_dithered(method: str, shape: tuple[int, int]) -> None:
    indices = dithered(noise(*shape, 3), PALETTE, method, threads=2)
    assert indices.shape == shape
    assert indices.max() < len(PALETTE)


@EVERY_METHOD
def test_one_colour_is_all_there_is(method: str) -> None:
    assert (dithered(noise(9, 9, 3), PALETTE[1:2], method) == 0).all()


# Palettes of a few saturated colours

PAPER = np.array(
    [[0] * 3, [255] * 3, [0, 255, 0], [0, 0, 255], [255, 0, 0], [255, 255, 0], [255, 128, 0]],
    np.uint8,
)
"""Of an electronic paper with seven colours."""


def light_error(pixels: Bytes, indices: Bytes) -> float:
    """Squared error of light after a blur."""
    wrong = (LIGHT[PAPER[indices]] - LIGHT[pixels]) / LIGHT[255]
    blurred = ndimage.gaussian_filter(wrong, (2, 2, 0))
    return float(np.square(blurred).sum(axis=2).mean())


def mean_light(color: tuple[int, ...], method: str) -> NDArray[np.float64]:
    found = PAPER[dithered(plane(*color), PAPER, method, space="eye")][8:-8, 8:-8]
    mean: NDArray[np.float64] = (LIGHT[found] / LIGHT[255]).mean(axis=(0, 1))
    return mean


@pytest.mark.parametrize("color", [(255, 0, 255), (0, 255, 255)])
@EVERY_METHOD
def test_a_colour_out_of_reach_is_mixed_as_far_as_the_palette_can(
    method: str, color: tuple[int, ...]
) -> None:
    # of magenta 1 is missing in blue alone, 0.71 in blue and red, 0.58 with as much white
    missing = mean_light(color, method) - LIGHT[list(color)] / LIGHT[255]
    assert np.sqrt(np.square(missing).sum()) < (0.86 if method == "bayer-2" else 0.72)


@pytest.mark.parametrize("color", [(230, 120, 60), (60, 120, 200), (200, 160, 130)])
@EVERY_METHOD
def test_a_colour_within_reach_is_mixed(method: str, color: tuple[int, ...]) -> None:
    limit = {"atkinson": 0.25, "bayer-2": 0.35, "bayer-4": 0.16}.get(method, 0.1)
    assert np.abs(mean_light(color, method) - LIGHT[list(color)] / LIGHT[255]).max() < limit


@pytest.mark.parametrize("space", ["eye", "weighted"])
@EVERY_METHOD
def test_a_grey_stays_grey_beside_any_colour(method: str, space: str) -> None:
    pixels = np.concatenate([plane(255, 0, 255), plane(128, 128, 128), plane(0, 90, 200)], axis=1)
    greys = dithered(pixels, PAPER, method, space=space)[:, 48:96]
    assert set(np.unique(greys)) == {0, 1}
    limit = 0.1 if method in {"atkinson", "bayer-2"} else 0.04
    assert abs(greys.mean() - LIGHT[128] / LIGHT[255]) < limit


@EVERY_METHOD
def test_dithering_is_nearer_to_the_light_of_a_picture_than_none(method: str) -> None:
    down, across = np.mgrid[:60, :90] / 90
    hues = np.stack([across, 1 - across, np.sin(7 * down)], axis=2)
    pixels = (255 * np.clip(hues * (0.4 + down[..., None]), 0, 1)).astype(np.uint8)
    plain = light_error(pixels, nearest(pixels, PAPER, "eye"))
    assert light_error(pixels, dithered(pixels, PAPER, method, space="eye")) < 0.3 * plain


# Alpha


def with_alpha() -> tuple[Bytes, Bytes]:
    """A shadow that fades, a solid ramp and nothing; and a palette for them."""
    pixels = np.zeros((40, 60, 4), np.uint8)
    pixels[:, :30, 3] = np.linspace(1, 254, 40).astype(np.uint8)[:, None]
    pixels[:, 40:, :3] = ramp(40, 20)
    pixels[:, 40:, 3] = 255
    solid = np.concatenate([PALETTE, np.full((len(PALETTE), 1), 255)], axis=1)
    shades = np.zeros((4, 4))
    shades[:, 3] = (0, 80, 160, 230)
    return pixels, np.concatenate([shades, solid]).astype(np.uint8)


@EVERY_METHOD
def test_what_is_solid_stays_solid_and_nothing_stays_nothing(method: str) -> None:
    pixels, palette = with_alpha()
    found = palette[dithered(pixels, palette, method)]
    assert (found[pixels[..., 3] == 255, 3] == 255).all()
    assert (found[pixels[..., 3] == 0] == 0).all()


@EVERY_METHOD
def test_a_shadow_fades_without_steps(method: str) -> None:
    pixels, palette = with_alpha()
    alpha = palette[dithered(pixels, palette, method)][:, :30, 3].astype(float)
    wanted = pixels[:, :30, 3].astype(float)
    plain = palette[nearest(pixels, palette)][:, :30, 3].astype(float)
    strips = [slice(top, top + 8) for top in range(0, 40, 8)]
    missing = [abs(alpha[rows].mean() - wanted[rows].mean()) for rows in strips]
    steps = [abs(plain[rows].mean() - wanted[rows].mean()) for rows in strips]
    limit = 0.95 if method == "atkinson" else 0.75
    assert sum(missing) < limit * sum(steps)


@EVERY_METHOD
def test_solid_pixels_do_not_care_for_entries_that_are_not(method: str) -> None:
    pixels, palette = with_alpha()
    solid = pixels[:, 40:]
    alone = palette[palette[:, 3] == 255][:, :3]
    found = palette[dithered(np.ascontiguousarray(solid), palette, method)][..., :3]
    expected = alone[dithered(np.ascontiguousarray(solid[..., :3]), alone, method)]
    assert np.array_equal(found, expected)


def test_a_picture_without_alpha_takes_the_solid_entries_of_a_palette_that_has_more() -> None:
    _, palette = with_alpha()
    found = palette[dithered(ramp(20, 30), palette, "floyd-steinberg")]
    assert (found[..., 3] == 255).all()


# Ordered dithering


@EVERY_ORDERED
def test_an_entry_depends_on_the_colour_and_the_place_alone(method: str) -> None:
    side = len(load(ORDERED[method].target)(ORDERED[method].side))
    pixels = ramp(70, 70)
    around = noise(70 + side, 70 + 2 * side, 3)
    around[side:, side : side + 70] = pixels
    assert np.array_equal(
        dithered(around, PALETTE, method)[side:, side : side + 70],
        dithered(pixels, PALETTE, method),
    )


@EVERY_ORDERED
def test_what_does_not_move_in_an_animation_does_not_crawl(method: str) -> None:
    frames = [ramp(48, 64) for _ in range(3)]
    for at, frame in enumerate(frames):
        frame[10:20, 10 * at : 10 * at + 10] = (250, 20, 20)
    still = np.ones((48, 64), bool)
    still[10:20, :30] = False
    results = [dithered(frame, PALETTE, method)[still] for frame in frames]
    assert all(np.array_equal(result, results[0]) for result in results)


def test_bayer_by_hand() -> None:
    assert matrices.bayer(2).tolist() == [[0, 2], [3, 1]]
    expected = [[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]]
    assert matrices.bayer(4).tolist() == expected


def test_a_clustered_dot_grows_around_its_middle() -> None:
    matrix = matrices.clustered_dot(8)
    tiled = np.tile(matrix, (3, 3))
    for most in (8, 16, 24):
        dots = tiled < most
        beside = np.roll(dots, 1, 0) | np.roll(dots, -1, 0) | np.roll(dots, 1, 1)
        assert (beside | np.roll(dots, -1, 1))[8:16, 8:16][dots[8:16, 8:16]].all()


def test_blue_noise_is_what_the_script_makes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(DOCS))
    import make_blue_noise  # type: ignore[import-not-found] # of docs/

    written = make_blue_noise.TARGET.read_text(encoding="utf-8")
    assert written == make_blue_noise.page(make_blue_noise.void_and_cluster())
    del sys.modules["make_blue_noise"]


@pytest.mark.parametrize("share", [1 / 8, 1 / 4, 1 / 2])
def test_blue_noise_has_no_low_frequencies(share: float) -> None:
    ranks = matrices.blue_noise(64)
    dots = (ranks < share * ranks.size).astype(float)
    power = np.abs(np.fft.fft2(dots - dots.mean())) ** 2
    frequency = np.fft.fftfreq(len(ranks))
    radius = np.hypot(frequency[:, None], frequency[None, :])
    principal = np.sqrt(share)  # of dots of that density that lie evenly
    low = power[(radius > 0) & (radius < 0.3 * principal)].mean()
    assert low < 0.1 * power[radius > 0].mean()


# Through the front door


@EVERY_METHOD
def test_an_image_with_few_colours_is_unchanged_through_dithering(method: str) -> None:
    pixels = PALETTE[noise(20, 30) % len(PALETTE)]
    result = quantize(pixels, 8, dither=method)
    assert np.array_equal(result.to_array(), pixels)
    assert result.statistics.mse == 0


@EVERY_METHOD
def test_figures_are_those_of_the_pixels_as_they_are(method: str) -> None:
    pixels = ramp(40, 50)
    result = quantize(pixels, 5, dither=method, metrics="full")
    found = result.to_array().astype(float)
    squares = ((found - pixels) ** 2).sum(axis=2)
    assert result.statistics.mse == pytest.approx(squares.mean(), rel=1e-12)
    used = np.bincount(result.indices.ravel(), minlength=5)
    assert result.palette.counts.tolist() == used.tolist()
    assert result.statistics.colors_after == np.count_nonzero(used)
    assert result.statistics.delta_e_max is not None
    assert result.statistics.delta_e_max > 0


def test_the_colours_are_the_same_with_dithering_and_without() -> None:
    """Their order is that of the smallest file, so it may differ."""
    pixels = noise(30, 30, 3)
    plain, dithered = quantize(pixels, 7), quantize(pixels, 7, dither="stucki")
    assert sorted(plain.palette) == sorted(dithered.palette)


def test_dithering_a_picture_with_alpha_is_measured_with_alpha() -> None:
    pixels, _ = with_alpha()
    result = quantize(pixels, 6, dither="floyd-steinberg", metrics="full")
    wanted = spaces.encode(pixels.reshape(-1, 4), spaces.SRGB)
    found = spaces.encode(result.to_array().reshape(-1, 4), spaces.SRGB)
    expected = np.square(wanted - found).sum(axis=1).mean()
    assert result.statistics.mse == pytest.approx(expected, rel=1e-4)  # heights are rounded


def test_a_given_palette_keeps_its_order_and_its_unused_colours() -> None:
    palette = Palette(PALETTE[::-1].copy())
    how = Settings(dither="bayer-4", dither_strength=1.0)
    result = run(FrameSource.still(Picture(plane(128, 128, 128))), how, palette=palette)
    assert result.palette == palette
    assert result.palette.counts.sum() == 48 * 48


def test_a_strength_without_a_method_is_refused() -> None:
    with pytest.raises(SettingError, match="dither_strength"):
        Settings(dither_strength=0.5)


@pytest.mark.parametrize("strength", [-0.1, 1.01, float("nan"), "half"])
def test_a_strength_out_of_its_range_is_refused(strength: object) -> None:
    with pytest.raises(SettingError, match="dither_strength"):
        Settings(dither="burkes", dither_strength=strength)  # type: ignore[arg-type]


def test_an_unknown_method_is_refused_with_the_known_ones() -> None:
    with pytest.raises(SettingError, match="floyd-steinberg"):
        Settings(dither="riemersma")


def test_an_error_that_was_asked_for_is_that_of_the_dithered_picture() -> None:
    pixels = ramp(40, 60)
    result = quantize(pixels, "auto", max_error=2.5, dither="floyd-steinberg")
    assert result.statistics.delta_e_mean is not None
    assert result.statistics.delta_e_mean <= 2.5
    plain = quantize(pixels, "auto", max_error=2.5)
    assert len(plain.palette) < len(result.palette)
