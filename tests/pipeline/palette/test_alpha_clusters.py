"""Guards clusters of two kinds: what is opaque stays opaque, at the least cost."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from quantize import quantize
from quantize.color import spaces
from quantize.kmeans.lloyd import Assignment, Centroids
from quantize.pipeline.palette.alpha_clusters import TwoKinds

Bytes = NDArray[np.uint8]


HEIGHT = spaces.opaque_height(spaces.SRGB)


def point(red: float, green: float, blue: float, alpha: float) -> list[float]:
    """The point of a colour whose numbers need not be whole."""
    return [(c - 127.5) * alpha / 255 for c in (red, green, blue)] + [alpha / 255 * HEIGHT]


def color(place: NDArray[np.float64]) -> list[float]:
    """The reverse."""
    return [*(place[:3] / place[3] * HEIGHT + 127.5), place[3] / HEIGHT * 255]


def kinds_of(colors: list[tuple[int, ...]], counts: list[int], fixed: int = 0) -> TwoKinds:
    points = spaces.encode(np.array(colors, np.uint8), spaces.SRGB)
    return TwoKinds(points, np.array(counts, np.float64), height=HEIGHT, fixed=fixed)


def settled(
    colors: list[tuple[int, ...]], counts: list[int], centroids: list[list[float]]
) -> tuple[Centroids, Assignment]:
    """What becomes of centroids, given as colours."""
    kinds = kinds_of(colors, counts)
    return kinds.settle(kinds.with_solid(np.array([point(*each) for each in centroids])))


def test_a_mostly_opaque_cluster_becomes_solid() -> None:
    places, _ = settled([(90, 0, 0, 255), (90, 0, 0, 252)], [9, 1], [[90, 0, 0, 254.7]])
    assert places[0, 3] == HEIGHT


def test_a_solid_cluster_has_the_colour_of_its_mean() -> None:
    places, _ = settled([(90, 40, 200, 255), (90, 40, 200, 250)], [9, 4], [[90, 40, 200, 253]])
    assert color(places[0]) == pytest.approx([90, 40, 200, 255])


def test_translucent_colours_may_belong_to_a_solid_cluster() -> None:
    colors = [(90, 0, 0, 255), (90, 0, 0, 252), (0, 0, 0, 9)]
    places, found = settled(colors, [9, 1, 5], [[90, 0, 0, 254.7], [0, 0, 0, 9]])
    assert found.labels.tolist() == [0, 0, 1]
    assert [color(each)[3] for each in places] == pytest.approx([255, 9])


def test_a_few_opaque_colours_go_to_a_solid_cluster_nearby() -> None:
    colors = [(200, 200, 200, 255), (205, 205, 205, 255), (210, 210, 210, 225)]
    places, found = settled(colors, [9, 1, 5], [[200, 200, 200, 255], [209, 209, 209, 230]])
    assert found.labels.tolist() == [0, 0, 1]
    assert color(places[1])[3] == pytest.approx(225)


def test_a_cluster_becomes_solid_where_its_opaque_colours_would_have_far_to_go() -> None:
    colors = [(0, 0, 0, 255), (255, 255, 255, 255), (255, 255, 255, 250)]
    places, found = settled(colors, [9, 4, 5], [[0, 0, 0, 255], [251, 251, 251, 252]])
    assert found.labels.tolist() == [0, 1, 1]
    assert places[:, 3].tolist() == [HEIGHT, HEIGHT]


def test_there_is_a_solid_cluster_as_soon_as_a_colour_is_opaque() -> None:
    places, _ = settled([(9, 9, 9, 255), (9, 9, 9, 100)], [1, 99], [[9, 9, 9, 102]])
    assert color(places[0]) == pytest.approx([9, 9, 9, 255])


def test_nothing_changes_where_nothing_is_opaque() -> None:
    places = np.array([point(5, 5, 5, 177)])
    found = kinds_of([(9, 9, 9, 254), (9, 9, 9, 100)], [1, 1]).with_solid(places)
    assert found.tolist() == places.tolist()


def test_the_inertia_is_that_of_the_clusters_as_they_are() -> None:
    _, found = settled([(90, 0, 0, 255), (90, 0, 0, 250)], [9, 1], [[90, 0, 0, 254.5]])
    on_black = (90 * 5 / 255) ** 2
    on_white = (165 * 5 / 255) ** 2 + 2 * 5**2
    assert found.inertia == pytest.approx((on_black + on_white) / 2, rel=1e-4)


def test_an_exchange_gives_opaque_colours_a_solid_cluster_of_translucent_ones() -> None:
    colors = [(0, 0, 0, 255), (250, 250, 250, 255), (9, 0, 0, 40), (9, 0, 0, 44), (9, 0, 0, 200)]
    start = np.array([point(125, 125, 125, 255), point(9, 0, 0, 40), point(9, 0, 0, 44)])
    kinds = kinds_of([*colors, (9, 0, 0, 200)], [50, 50, 9, 9, 9, 9])
    places = kinds.breathe(start, 5)
    assert (places[:, 3] == HEIGHT).sum() == 2
    assert kinds.assign(places).inertia < kinds.settle(start)[1].inertia


def test_an_exchange_leaves_fixed_clusters_and_the_last_solid_one() -> None:
    random = np.random.default_rng(3)
    colors = [tuple(each) for each in random.integers(0, 255, (60, 4)).tolist()]
    kinds = kinds_of([*colors, (7, 8, 9, 255)], [99] * 60 + [1], fixed=1)
    start = np.array([[0.0] * 4, point(7, 8, 9, 255), *(point(*each) for each in colors[:4])])
    places = kinds.breathe(start, 9)
    assert places[0].tolist() == [0] * 4
    assert (places[:, 3] == HEIGHT).sum() == 1
    assert kinds.assign(places).labels[-1] == np.flatnonzero(places[:, 3] == HEIGHT)[0]


def test_the_colour_of_a_soft_edge_is_that_of_the_picture_in_every_entry() -> None:
    y, x = np.mgrid[:100, :150]
    image = np.zeros((100, 150, 4), np.uint8)
    image[..., :3] = 200, 40, 90
    image[..., 3] = np.clip(255 - np.hypot(x - 75, y - 50) * 5, 0, 255)
    for k in (3, 9, 32):
        colors = quantize(image, k).palette.colors
        seen = colors[colors[:, 3] > 0, :3].astype(int)
        assert abs(seen - [200, 40, 90]).max() <= 1


def test_sprites_keep_the_colours_that_they_have_without_transparency() -> None:
    random = np.random.default_rng(8)
    image = random.integers(0, 256, (40, 40, 4)).astype(np.uint8)
    image[..., 3] = 255
    image[:20, :20] = 0
    image[20:, :20, :3] = image[20:, 20:, :3] = 120 + random.integers(0, 15, (20, 20, 3))
    alone = np.concatenate([image[:20, 20:], image[20:, :20], image[20:, 20:]])[..., :3]
    result = quantize(image, 5, weights="uniform").palette.colors
    found = np.array(sorted(result[result[:, 3] == 255, :3].tolist()))
    wanted = np.array(sorted(quantize(alone, 4, weights="uniform").palette.colors.tolist()))
    assert abs(found - wanted).max() <= 3


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
