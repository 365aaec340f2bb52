"""Guards clusters of two kinds: what is opaque stays opaque, at the least cost."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from quantize import quantize
from quantize.color import spaces
from quantize.kmeans.lloyd import Clustering, assign
from quantize.pipeline.palette.alpha_clusters import separate_opaque

Bytes = NDArray[np.uint8]


HEIGHT = spaces.opaque_height(spaces.SRGB)


def point(red: float, green: float, blue: float, alpha: float) -> list[float]:
    """The point of a colour whose numbers need not be whole."""
    return [(c - 127.5) * alpha / 255 for c in (red, green, blue)] + [alpha / 255 * HEIGHT]


def color(place: NDArray[np.float64]) -> list[float]:
    """The reverse."""
    return [*(place[:3] / place[3] * HEIGHT + 127.5), place[3] / HEIGHT * 255]


def settled(
    colors: list[tuple[int, ...]], counts: list[int], centroids: list[list[float]]
) -> Clustering:
    """What becomes of centroids, given as colours."""
    points = spaces.encode(np.array(colors, np.uint8), spaces.SRGB)
    places, weights = np.array([point(*each) for each in centroids]), np.array(counts, np.float64)
    state = assign(points, weights, places)
    found = Clustering(places, state.labels, state.inertia, 1, True)
    return separate_opaque(points, weights, found, height=HEIGHT)


def test_a_mostly_opaque_cluster_becomes_solid() -> None:
    found = settled([(90, 0, 0, 255), (90, 0, 0, 252)], [9, 1], [[90, 0, 0, 254.7]])
    assert found.centroids[0, 3] == HEIGHT


def test_a_solid_cluster_has_the_colour_of_its_mean() -> None:
    found = settled([(90, 40, 200, 255), (90, 40, 200, 250)], [9, 4], [[90, 40, 200, 253]])
    assert color(found.centroids[0]) == pytest.approx([90, 40, 200, 255])


def test_translucent_colours_may_belong_to_a_solid_cluster() -> None:
    colors = [(90, 0, 0, 255), (90, 0, 0, 252), (0, 0, 0, 9)]
    found = settled(colors, [9, 1, 5], [[90, 0, 0, 254.7], [0, 0, 0, 9]])
    assert found.labels.tolist() == [0, 0, 1]
    assert [color(each)[3] for each in found.centroids] == pytest.approx([255, 9])


def test_a_few_opaque_colours_go_to_a_solid_cluster_nearby() -> None:
    colors = [(200, 200, 200, 255), (205, 205, 205, 255), (210, 210, 210, 225)]
    found = settled(colors, [9, 1, 5], [[200, 200, 200, 255], [209, 209, 209, 230]])
    assert found.labels.tolist() == [0, 0, 1]
    assert color(found.centroids[1])[3] == pytest.approx(225)


def test_a_cluster_becomes_solid_where_its_opaque_colours_would_have_far_to_go() -> None:
    colors = [(0, 0, 0, 255), (255, 255, 255, 255), (255, 255, 255, 250)]
    found = settled(colors, [9, 4, 5], [[0, 0, 0, 255], [251, 251, 251, 252]])
    assert found.labels.tolist() == [0, 1, 1]
    assert found.centroids[:, 3].tolist() == [HEIGHT, HEIGHT]


def test_there_is_a_solid_cluster_as_soon_as_a_colour_is_opaque() -> None:
    found = settled([(9, 9, 9, 255), (9, 9, 9, 100)], [1, 99], [[9, 9, 9, 102]])
    assert color(found.centroids[0]) == pytest.approx([9, 9, 9, 255])


def test_nothing_changes_where_nothing_is_opaque() -> None:
    found = settled([(9, 9, 9, 254), (9, 9, 9, 100)], [1, 1], [[5, 5, 5, 177]])
    assert found.centroids.tolist() == [point(5, 5, 5, 177)]


def test_the_inertia_is_that_of_the_clusters_as_they_are() -> None:
    found = settled([(90, 0, 0, 255), (90, 0, 0, 250)], [9, 1], [[90, 0, 0, 254.5]])
    on_black = (90 * 5 / 255) ** 2
    on_white = (165 * 5 / 255) ** 2 + 2 * 5**2
    assert found.inertia == pytest.approx((on_black + on_white) / 2, rel=1e-4)


def shadow(height: int = 64, width: int = 96) -> Bytes:
    """A white card whose soft black shadow fades into nothing."""
    y, x = np.mgrid[:height, :width]
    across, down = abs(x - width / 2), abs(y - height / 2)
    distance = np.hypot(np.maximum(across - 24, 0), np.maximum(down - 8, 0))
    image = np.zeros((height, width, 4), np.uint8)
    image[..., 3] = np.clip(200 * np.exp(-np.square(distance / 10)), 0, 255)
    image[across + down < 24] = 255
    return image


def test_a_soft_shadow_keeps_its_steps_small_and_the_card_its_white() -> None:
    image = shadow()
    after = quantize(image, 16).to_array()
    assert abs(after[..., 3].astype(int) - image[..., 3]).max() <= 200 / 14 / 2 + 4
    assert (after[image[..., 3] == 255] == 255).all()
    assert (after[image[..., 3] == 0] == 0).all()


@pytest.mark.parametrize("engine", ["internal", "scikit-learn"])
@pytest.mark.parametrize("medoid", [False, True])
def test_every_engine_keeps_what_is_opaque_and_what_is_not_there(engine: str, medoid: bool) -> None:
    if engine == "scikit-learn":
        pytest.importorskip("sklearn")
    image = shadow()
    random = np.random.default_rng(4)
    image[:20, :20, :3] = random.integers(0, 255, (20, 20, 3))
    image[:20, :20, 3] = random.choice([255, 254, 250], (20, 20))
    result = quantize(image, 12, engine=engine, medoid=medoid)
    after = result.to_array()[..., 3]
    assert (after[image[..., 3] == 255] == 255).all()
    assert (after[image[..., 3] == 0] == 0).all()
    assert len(result.palette) == 12
