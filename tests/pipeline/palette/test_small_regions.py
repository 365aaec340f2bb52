"""Guards the promise that a small region of a colour of its own gets an entry of the palette.

Only with `weights="contrast"`: uniform ones are for the least squared error.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from numpy.typing import NDArray

from helpers import scenes
from quantize import Palette, quantize, shared_palette
from quantize.color import conversions, difference, nearest, spaces
from quantize.kmeans.lloyd import Clustering
from quantize.model.frames import FrameSource, Timing
from quantize.model.picture import Picture
from quantize.pipeline import histogram
from quantize.pipeline.histogram import PREVIEWS, Histogram
from quantize.pipeline.palette import search, small_regions
from quantize.pipeline.palette.problem import PaletteCandidate, PaletteProblem, problem_of
from quantize.pipeline.run import run
from quantize.pipeline.settings import Settings
from quantize.pipeline.target import Target

Bytes = NDArray[np.uint8]

GREY, RED = (120, 120, 120), (200, 30, 30)


def grey_with(places: NDArray[np.bool_], colors: object) -> Bytes:
    pixels = np.full((*places.shape, 3), GREY, np.uint8)
    pixels[places] = colors
    return pixels


def square(side: int = 5) -> NDArray[np.bool_]:
    places = np.zeros((60, 80), bool)
    places[20 : 20 + side, 30 : 30 + side] = True
    return places


def in_palette(pixels: Bytes, palette: Bytes) -> tuple[PaletteProblem, PaletteCandidate]:
    """The colours of a picture, and what becomes of them with a palette."""
    colors = histogram.count(pixels).with_previews([small_regions.preview(pixels)])
    problem = problem_of(colors, Settings(space="srgb"), Target())
    indices, errors = nearest.nearest_entries(colors.colors, palette, spaces.SRGB)
    nothing = Clustering(palette.astype(float), indices.astype(np.int32), 0.0, 0, True)
    return problem, PaletteCandidate(nothing, palette, indices, errors)


def lost_to_grey(pixels: Bytes) -> list[small_regions.Region]:
    """What is lost where grey is the only entry."""
    problem, candidate = in_palette(pixels, np.array([GREY], np.uint8))
    return small_regions.lost(problem, candidate)


def test_a_square_of_another_colour_is_lost() -> None:
    (region,) = lost_to_grey(grey_with(square(), RED))
    assert region.place.tolist() == [*RED]
    lab = conversions.lab(np.array([GREY, RED], np.uint8))
    assert region.error == pytest.approx(difference.ciede2000(lab[0], lab[1]))


def test_a_broken_line_is_one_region() -> None:
    places = np.zeros((60, 80), bool)
    places[np.arange(60), np.arange(60)] = np.arange(60) % 3 > 0
    assert len(lost_to_grey(grey_with(places, RED))) == 1


def test_scattered_pixels_are_none() -> None:
    places = np.zeros((60, 80), bool)
    places[::12, ::12] = True
    assert places.sum() > square().sum()
    assert lost_to_grey(grey_with(places, RED)) == []


def test_a_region_that_one_colour_would_not_serve_is_none() -> None:
    hues = np.random.default_rng(0).integers(0, 2, (225, 3)) * 255
    assert lost_to_grey(grey_with(square(15), hues)) == []


def test_a_region_of_less_than_a_two_thousandth_is_none() -> None:
    assert square(1).size * small_regions.SHARE == pytest.approx(2.4)
    assert lost_to_grey(grey_with(square(1), RED)) == []


def test_a_region_that_moves_a_little_is_none() -> None:
    assert lost_to_grey(grey_with(square(), (140, 120, 112))) == []


def test_a_region_that_went_to_several_entries_is_one() -> None:
    """A colour as far from one grey as from another, half of its pixels a little nearer to each."""
    pixels = np.full((60, 80, 3), 90, np.uint8)
    pixels[:, 40:] = 150
    pixels[20:24, 30:33] = (200, 60, 60)
    pixels[24:28, 30:33] = (200, 70, 70)
    palette = np.array([[90] * 3, [150] * 3, [120] * 3, [114] * 3], np.uint8)
    problem, candidate = in_palette(pixels, palette)
    reds = (problem.histogram.colors[:, 0] == 200).nonzero()[0]
    candidate.indices[reds] = (2, 3)
    (region,) = small_regions.lost(problem, candidate)
    assert region.place.tolist() == [200, 65, 65]


def test_a_large_picture_is_looked_at_in_regular_places() -> None:
    pixels = np.zeros((1100, 1000, 3), np.uint8)
    seen = small_regions.preview(pixels)
    assert seen.shape == (367, 334, 3)
    assert seen.shape[0] * seen.shape[1] <= small_regions.VIEW


@pytest.fixture
def without_regions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "_with_small_regions", lambda _p, _s, candidate, _c: candidate)


def worst(scene: str, k: int, space: str = "weighted") -> float:
    pixels = scenes.SCENES[scene]()
    result = quantize(pixels, k, space=space, weights="contrast")
    assert len(result.palette) == k
    return scenes.worst_region(pixels, result.to_array())


LOST = pytest.mark.parametrize(
    ("scene", "k", "limit"), [("buoy", 14, 15), ("buoy", 16, 15), ("chart", 16, 35)]
)


@LOST
@pytest.mark.slow
def test_the_buoy_and_the_line_keep_their_colour(scene: str, k: int, limit: float) -> None:
    assert worst(scene, k) < limit


@pytest.mark.slow
@LOST
@pytest.mark.usefixtures("without_regions")
def test_plain_k_means_loses_them(scene: str, k: int, limit: float) -> None:
    assert worst(scene, k) > limit


def test_they_cost_little() -> None:
    pixels = scenes.buoy()
    plain = quantize(pixels, 14, space="weighted", weights="uniform")
    found = quantize(pixels, 14, space="weighted", weights="contrast")
    assert found.statistics.mse < 1.05 * plain.statistics.mse


@pytest.mark.parametrize("scene", ["buoy", "taxi", "window"])
@pytest.mark.parametrize("k", [5, 6, 7, 8, 10, 16])
def test_a_striking_region_keeps_its_colour_from_5_colours_on(scene: str, k: int) -> None:
    assert worst(scene, k, space="eye") < 16  # far from it, without an entry: 27 to 35


def test_a_palette_of_fewer_than_5_colours_gives_none_up(monkeypatch: pytest.MonkeyPatch) -> None:
    pixels = scenes.buoy()
    found = quantize(pixels, 4)
    monkeypatch.setattr(search, "_with_small_regions", lambda _p, _s, candidate, _c: candidate)
    assert found.palette == quantize(pixels, 4).palette


def test_a_palette_of_5_to_7_colours_gives_one_up_and_for_a_striking_region_alone() -> None:
    assert [small_regions.most_regions(k) for k in (1, 4, 5, 7, 8, 15, 16, 256)] == [
        *(0, 0, 1, 1, 1, 1, 2, 32)
    ]
    place = np.zeros(3)
    plain, striking = small_regions.Region(place, 19.0), small_regions.Region(place, 21.0)
    assert not small_regions.is_worth(plain, 7, 100.0, 100.0)
    assert small_regions.is_worth(striking, 7, 100.0, 120.0)
    assert not small_regions.is_worth(striking, 7, 100.0, 125.0)
    assert small_regions.is_worth(plain, 8, 100.0, 100.0)
    assert not small_regions.is_worth(plain, 256, 100.0, 102.0)


def test_colours_to_keep_stay_and_threads_change_nothing() -> None:
    pixels = scenes.chart()
    one, many = (
        quantize(pixels, 16, weights="contrast", keep_color=("#0000ff", "#00ff00"), threads=threads)
        for threads in (1, 4)
    )
    assert {"#0000ff", "#00ff00"} <= set(one.palette.hex)
    assert one.palette == many.palette
    assert np.array_equal(one.indices, many.indices)


@pytest.mark.slow
def test_a_picture_with_alpha_has_regions_too() -> None:
    pixels = np.pad(scenes.chart()[:360], [(0, 0), (0, 0), (0, 1)], constant_values=255)
    pixels[:40, :40] = 0
    result = quantize(pixels, 16, space="weighted", weights="contrast")
    assert len(result.palette) == 16
    got = result.to_array()
    assert (got[:40, :40] == 0).all()
    assert (got[40:, 40:, 3] == 255).all()
    assert scenes.worst_region(pixels[40:, :, :3], got[40:, :, :3]) < 35


# --- several pictures ---------------------------------------------------------------------------


def plain_sea() -> Bytes:
    """The scene of the buoy without the buoy."""
    pixels = scenes.buoy().copy()
    pixels[380:420, 480:520] = pixels[380:420, 440:480]
    return pixels


def worst_of_buoy(colors: Bytes) -> float:
    """How far a palette is from the buoy's picture."""
    pixels = scenes.buoy()
    got = quantize(pixels, palette=Palette(colors), space="eye").to_array()
    return scenes.worst_region(pixels, got)


def test_a_shared_palette_has_the_colour_of_a_region_of_one_of_its_images() -> None:
    images = [scenes.buoy(), plain_sea()[:, ::-1].copy()]
    assert worst_of_buoy(shared_palette(images, 8, weights="contrast").colors) < 18
    assert worst_of_buoy(shared_palette(images, 8, weights="uniform").colors) > 24


def test_an_animation_has_the_colour_of_a_region_and_keeps_it_in_every_frame() -> None:
    frames = [np.roll(scenes.buoy(), shift, axis=1)[::2, ::2] for shift in (0, 30, 60)]
    pictures = tuple(Picture(np.ascontiguousarray(frame)) for frame in frames)
    source = FrameSource(
        pictures[0],
        lambda: pictures,
        count=len(pictures),
        pixels=sum(frame[..., 0].size for frame in frames),
        timing=Timing((Fraction(100),) * len(pictures)),
    )
    found = run(source, Settings(colors=8, weights="contrast"))
    colors = found.palette.colors
    for frame, result in zip(frames, found.frames, strict=True):
        assert scenes.worst_region(frame, colors[result.indices]) < 20
    lost = run(source, Settings(colors=8, weights="uniform"))
    assert scenes.worst_region(frames[0], lost.palette.colors[lost.frames[0].indices]) > 24


def test_the_previews_of_many_pictures_do_not_depend_on_their_order() -> None:
    parts = [
        histogram.count(picture).with_previews([picture])
        for picture in (np.full((4, 4, 3), value, np.uint8) for value in range(20))
    ]
    one = Histogram.merged(parts)
    other = Histogram.merged(parts[:6:-1]) + Histogram.merged(parts[:7])
    assert len(one.previews) == PREVIEWS
    assert [each.tobytes() for each in one.previews] == [each.tobytes() for each in other.previews]


def test_previews_are_of_as_many_pixels_together_as_that_of_a_still() -> None:
    pixels = np.zeros((1100, 1000, 3), np.uint8)
    seen = small_regions.preview(pixels, PREVIEWS)
    assert seen.shape[0] * seen.shape[1] <= small_regions.VIEW // PREVIEWS
