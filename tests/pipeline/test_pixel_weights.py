"""Guards the promise that pixels weigh what errors in them show, and that the weights travel along.

Weights decide which colours are found; counts, shares and errors are of pixels all alike.
"""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from quantize import quantize
from quantize.color import spaces
from quantize.color.table import SPACES
from quantize.kmeans.table import ALGORITHMS, ENGINES
from quantize.model import pixels as model_pixels
from quantize.model.pixels import LazyPixels
from quantize.pipeline import histogram, pixel_weights, settings
from quantize.pipeline.histogram import TOTAL, Histogram, Merger
from quantize.pipeline.pixel_weights import WEIGHT
from quantize.pipeline.table import WEIGHTS

Bytes = NDArray[np.uint8]

PICTURES = arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 9), st.just(3)))


def weights_of(pixels: Bytes) -> Bytes:
    found = np.empty(pixels.shape[:2], np.uint8)
    pixel_weights.by_contrast(pixels, 0, found)
    return found


def noisy(height: int = 60, width: int = 90) -> Bytes:
    """Calm on the left, noise on the right."""
    random = np.random.default_rng(5)
    pixels = np.full((height, width, 3), 120, np.uint8)
    pixels[:, : width // 2] += np.arange(height, dtype=np.uint8)[:, None, None] // 4
    noise = random.integers(-60, 60, (height, width - width // 2, 3))
    pixels[:, width // 2 :] = (pixels[:, width // 2 :] + noise).astype(np.uint8)
    return pixels


def test_calm_places_weigh_all_and_noise_little() -> None:
    found = weights_of(noisy())
    assert (found[:, :40] >= WEIGHT * 0.9).all()
    assert found[:, 50:].mean() < WEIGHT / 3
    assert found.min() >= 1


def test_half_the_weight_is_left_at_a_range_of_24() -> None:
    assert pixel_weights.WEIGHTS_BY_RANGE[[0, 24, 255]].tolist() == [127, 64, 11]
    assert (np.diff(pixel_weights.WEIGHTS_BY_RANGE.astype(int)) <= 0).all()


@given(pixels=PICTURES, band=st.integers(1, 40))
def test_bands_weigh_what_the_whole_picture_weighs(pixels: Bytes, band: int) -> None:
    whole = histogram.count(pixels, weights="contrast")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(model_pixels, "BAND_PIXELS", band)
        rows_alone = LazyPixels(pixels, lambda rows: rows, pixels.shape[2])
        assert same(histogram.count(rows_alone, weights="contrast"), whole)


@pytest.mark.parametrize("limit", ["STRIP_PIXELS", "WEIGHED_PIXELS"])
def test_strips_and_threads_change_no_weight(limit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pixels = noisy()
    whole = histogram.count(pixels, weights="contrast")
    monkeypatch.setattr(histogram, limit, 700)
    assert same(histogram.count(pixels, weights="contrast", threads=3), whole)


def same(a: Histogram, b: Histogram) -> bool:
    if a.weights is None or b.weights is None:
        return False
    pairs = ((a.colors, b.colors), (a.counts, b.counts), (a.weights, b.weights))
    return all(np.array_equal(one, other) for one, other in pairs)


def test_the_weights_of_a_histogram_add_up_to_those_of_its_pixels() -> None:
    pixels = noisy()
    counted = histogram.count(pixels, weights="contrast")
    assert counted.weights is not None
    assert counted.weights.sum() == weights_of(pixels).sum()
    assert counted.pixels == pixels.shape[0] * pixels.shape[1]
    assert counted.importance.tolist() == counted.weights.tolist()


def test_without_weights_pixels_weigh_their_counts() -> None:
    counted = histogram.count(noisy())
    assert counted.weights is None
    assert counted.importance.tolist() == counted.counts.tolist()


def test_weights_merge_and_those_who_have_none_weigh_the_most() -> None:
    red, blue = np.array([[255, 0, 0]], np.uint8), np.array([[0, 0, 255]], np.uint8)
    weighed = Histogram(red, np.array([4]), np.array([10]))
    both = weighed + Histogram(np.concatenate([blue, red]), np.array([2, 3]))
    assert both.colors.tolist() == [[0, 0, 255], [255, 0, 0]]
    assert both.counts.tolist() == [2, 7]
    assert both.importance.tolist() == [2 * WEIGHT, 10 + 3 * WEIGHT]


def test_weights_survive_pickling_picking_and_mapping() -> None:
    counted = histogram.count(noisy(), weights="contrast")
    assert same(pickle.loads(pickle.dumps(counted)), counted)
    assert same(counted.chosen(np.ones(len(counted), bool)), counted)
    assert same(counted.recolored(counted.colors)[0], counted)
    added = counted.with_colors(np.array([[1, 2, 3]], np.uint8))
    assert added.weights is not None
    assert added.weights.sum() == counted.importance.sum() + WEIGHT


def test_pixels_that_are_drawn_bring_their_weight() -> None:
    counted = histogram.count(noisy(), weights="contrast")
    drawn = histogram.draw(counted, 2000, np.random.default_rng(0))
    assert drawn.weights is not None
    assert drawn.pixels == 2000
    assert (drawn.weights <= drawn.counts * WEIGHT).all()
    share = 2000 / counted.pixels
    assert drawn.weights.sum() == pytest.approx(counted.importance.sum() * share, rel=0.05)


def test_images_that_count_the_same_weigh_the_same() -> None:
    merger = Merger("image")
    small = histogram.count(noisy(20, 30), weights="contrast")
    merger.add(small)
    merger.add(histogram.count(noisy(), weights="contrast"))
    total = merger.total()
    assert total.weights is not None
    assert total.weights.sum() == pytest.approx(2 * TOTAL, rel=1e-6)
    assert total.pixels == pytest.approx(2 * TOTAL, rel=1e-6)


def test_calm_places_get_more_colours_and_less_error() -> None:
    pixels = noisy()
    plain, weighed = (
        quantize(pixels, 12, space="srgb", weights=name) for name in ("uniform", "contrast")
    )

    def error_on_the_left(indices: Bytes, colors: Bytes) -> float:
        difference = pixels[:, :45].astype(float) - colors[indices[:, :45]]
        return float(np.square(difference).mean())

    left = [error_on_the_left(each.indices, each.palette.colors) for each in (plain, weighed)]
    assert left[1] < left[0]
    assert weighed.statistics.mse > plain.statistics.mse


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_inertia_and_counts_are_of_pixels_that_count_the_same(engine: str, algorithm: str) -> None:
    wanted = settings.Settings(colors=6, engine=engine, algorithm=algorithm, weights="contrast")
    result = quantize(noisy(), space="srgb", **options_of(wanted))
    error = np.square(noisy().astype(float) - result.to_array()).sum()
    # the float centroids are a little nearer to the pixels than the palette is
    assert result.statistics.inertia == pytest.approx(error, rel=0.02)
    assert sum(result.palette.counts) == noisy().shape[0] * noisy().shape[1]


def options_of(wanted: settings.Settings) -> dict[str, object]:
    return {name: getattr(wanted, name) for name in ("colors", "engine", "algorithm", "weights")}


@pytest.mark.parametrize("weights", WEIGHTS)
@pytest.mark.parametrize("space", SPACES)
def test_the_only_colour_is_the_mean_of_all_pixels(space: str, weights: str) -> None:
    pixels = noisy()
    result = quantize(pixels, 1, space=space, weights=weights)
    mean = pixels.reshape(-1, 3).mean(axis=0)
    assert np.array_equal(result.palette.colors, np.floor(mean + 0.5).astype(np.uint8)[None])
    points, own = (
        spaces.encode(colors, SPACES.load(space)).astype(np.float64)
        for colors in (pixels.reshape(-1, 3), result.palette.colors)
    )
    if space != "srgb":  # in which the centroid is not rounded
        assert result.statistics.inertia == pytest.approx(np.square(points - own).sum(), rel=1e-5)


def test_the_only_visible_colour_is_the_mean_of_what_is_seen() -> None:
    pixels = np.pad(noisy(), [(0, 0), (0, 0), (0, 1)], constant_values=255)
    pixels[:5] = 0
    result = quantize(pixels, 2)
    mean = pixels[5:, :, :3].reshape(-1, 3).mean(axis=0)
    colors = {tuple(color) for color in result.palette.colors.tolist()}
    assert colors == {(0, 0, 0, 0), (*np.floor(mean + 0.5).astype(int).tolist(), 255)}
