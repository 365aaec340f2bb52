"""The estimators find centroids as good as scikit-learn's best, of many points and of streams."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import sklearn.cluster
from numpy.typing import NDArray
from sklearn.datasets import load_digits, load_iris, load_wine, make_blobs
from sklearn.preprocessing import StandardScaler

from helpers.paths import SAMPLES
from quantize import KMeans, MiniBatchKMeans
from quantize.images import load as loading
from quantize.kmeans.estimators import BREATHS
from quantize.kmeans.lloyd import assign

Floats = NDArray[Any]

BOTH = pytest.mark.parametrize("kind", [KMeans, MiniBatchKMeans])


def scaled(points: Floats) -> Floats:
    found: Floats = StandardScaler().fit_transform(points)
    return found


def like_covertype(n: int = 1500) -> Floats:
    """Ten measures in seven clusters of unequal size, and 44 columns of which two are 1."""
    random = np.random.default_rng(0)
    kinds = random.choice(7, n, p=[0.36, 0.48, 0.06, 0.005, 0.02, 0.03, 0.045])
    measures = random.normal(0, 2, (7, 10))[kinds] + random.normal(size=(n, 10))
    marks = np.zeros((n, 44))
    marks[np.arange(n), random.integers(0, 4, n)] = 1
    marks[np.arange(n), 4 + (5 * kinds + random.geometric(0.3, n)) % 40] = 1
    return np.hstack([measures, marks])


DATA: dict[str, tuple[Callable[[], Floats], int]] = {
    "blobs": (lambda: make_blobs(1500, centers=12, cluster_std=2, random_state=0)[0], 12),
    "digits": (lambda: load_digits().data[:900], 10),
    "iris": (lambda: load_iris().data, 3),
    "wine": (lambda: scaled(load_wine().data), 3),
    "covertype": (like_covertype, 7),
}


# As good as scikit-learn


@pytest.mark.slow
@pytest.mark.parametrize("name", DATA)
def test_inertia_is_within_a_hundredth_of_scikit_learns_best_of_ten(name: str) -> None:
    make, k = DATA[name]
    points = make()
    best = sklearn.cluster.KMeans(k, n_init=10, random_state=0).fit(points).inertia_
    for seed, wishes in enumerate(({"n_init": 10}, {"algorithm": "breathing"})):
        model = KMeans(k, random_state=seed, **wishes).fit(points)  # type: ignore[arg-type]
        assert model.inertia_ <= 1.01 * best
        assert model.inertia_ == pytest.approx(-model.score(points))


# Many points, which are arranged before they are clustered


def many(d: int = 3, n: int = 6000) -> Floats:
    """Whole numbers, so that many points are equal; in no order."""
    random = np.random.default_rng(d)
    points: Floats = random.integers(0, 9, (n, d)) + 20.0 * random.integers(0, 3, (n, d))
    return points


@pytest.mark.parametrize("d", [1, 2, 3, 4, 6])
def test_many_points_end_where_those_of_scikit_learn_do(d: int) -> None:
    random = np.random.default_rng(d)
    once = random.normal(0, 3, (3000, d)) + 9.0 * random.integers(0, 3, (3000, d))
    points, weights = np.concatenate([once, once[::-1]]), random.integers(0, 4, 6000).astype(float)
    seeds = points[:7]
    theirs = sklearn.cluster.KMeans(7, init=seeds, n_init=1, tol=0, algorithm="lloyd")
    theirs.fit(points, sample_weight=weights)
    ours = KMeans(7, init=seeds, tol=0, algorithm="lloyd").fit(points, sample_weight=weights)
    assert ours.cluster_centers_ == pytest.approx(theirs.cluster_centers_)
    assert ours.inertia_ == pytest.approx(theirs.inertia_)
    assert ours.inertia_ == pytest.approx(-ours.score(points, sample_weight=weights))


@BOTH
@pytest.mark.parametrize("n", [4095, 4096, 9000])
def test_every_row_has_the_label_of_its_nearest_center(kind: Any, n: int) -> None:
    points = many(n=n)
    model = kind(5, random_state=0).fit(points)
    table = np.square(points[:, None] - model.cluster_centers_).sum(axis=2)
    assert model.labels_.tolist() == table.argmin(axis=1).tolist() == model.predict(points).tolist()
    assert model.inertia_ == pytest.approx(table.min(axis=1).sum())


@BOTH
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_ordered_points_keep_their_type(kind: Any, dtype: type) -> None:
    points = many().astype(dtype)
    model = kind(5, random_state=0).fit(points)
    assert (model.cluster_centers_.dtype, model.transform(points).dtype) == (dtype, dtype)
    assert model.predict(points).tolist() == model.labels_.tolist()


@pytest.mark.filterwarnings("ignore:Number of distinct clusters")
@BOTH
def test_many_copies_of_few_points_are_those_points(kind: Any) -> None:
    points = np.repeat([[0.1, 0.7], [0.3, 0.2], [5.0, 0.9]], 3000, axis=0)
    model = kind(3, random_state=0).fit(points)
    assert sorted(model.cluster_centers_.tolist()) == pytest.approx(np.unique(points, axis=0))
    assert model.inertia_ == pytest.approx(0, abs=1e-20)
    more = kind(5, random_state=0).fit(points)  # than there are different ones
    assert more.inertia_ == pytest.approx(0, abs=1e-20)


@pytest.mark.filterwarnings("ignore:Number of distinct clusters")
@BOTH
@pytest.mark.parametrize("d", [2, 6])
@pytest.mark.parametrize("value", [0.0, 0.1, -7e100, 5e-324])
def test_a_single_value_in_any_number_of_rows(kind: Any, d: int, value: float) -> None:
    model = kind(2, random_state=0).fit(np.full((5000, d), value))
    assert model.cluster_centers_ == pytest.approx(np.full((2, d), value))
    assert np.isfinite(model.cluster_centers_).all()


# Streams


def rows_of(image: Floats, band: int) -> list[Floats]:
    """A picture from top to bottom, so many rows at a time."""
    return [
        image[top : top + band].reshape(-1, 3).astype(np.float64)
        for top in range(0, len(image), band)
    ]


@pytest.mark.parametrize(("k", "band"), [(8, 40), (16, 4)])
@pytest.mark.slow
def test_a_picture_streamed_row_by_row_is_clustered_nearly_as_well_as_at_once(
    k: int, band: int
) -> None:
    image = loading.load(str(SAMPLES / "china.jpg")).pixels[::2, ::2]  # sky, roofs, trees, in turn
    model = MiniBatchKMeans(k, random_state=0)
    for batch in rows_of(image, band):
        model.partial_fit(batch)
        assert len(model._coreset[0]) <= 2 * model.MEMORY
    everything = image.reshape(-1, 3).astype(np.float64)
    at_once = KMeans(k, n_init=3, random_state=0).fit(everything)
    assert -model.score(everything) <= 1.03 * at_once.inertia_
    assert model._coreset[1].sum() == pytest.approx(len(everything))


def test_the_coreset_of_a_stream_grows_with_k_and_not_with_the_stream() -> None:
    random = np.random.default_rng(0)
    model = MiniBatchKMeans(300, random_state=0)
    for _ in range(8):
        model.partial_fit(random.uniform(size=(3000, 2)))
        assert len(model._coreset[0]) <= 2 * 16 * 300
    assert model._coreset[1].sum() == pytest.approx(24_000)
    assert model._coreset[0].mean(axis=0) == pytest.approx([0.5, 0.5], abs=0.02)


def test_a_stream_goes_on_from_the_coreset_of_a_fit() -> None:
    points = np.concatenate([np.zeros((6000, 1)), np.full((6000, 1), 10.0)])
    model = MiniBatchKMeans(2, random_state=0).fit(points)
    model.partial_fit(np.full((2000, 1), 14.0))
    # the mean of 6000 tens and 2000 fourteens
    assert sorted(model.cluster_centers_[:, 0]) == pytest.approx([0, 11])


def test_a_stream_in_any_order_ends_at_much_the_same_place() -> None:
    points, _ = make_blobs(4000, centers=6, cluster_std=1, random_state=5)
    ordered = points[np.lexsort(points.T)]
    found = []
    for rows in (points, ordered):
        model = MiniBatchKMeans(6, random_state=0)
        for batch in np.array_split(rows, 40):
            model.partial_fit(batch)
        found.append(-model.score(points))
    best = KMeans(6, n_init=10, random_state=0).fit(points).inertia_
    assert max(found) <= 1.02 * best


def test_the_search_of_breathing_is_that_of_the_best_effort() -> None:
    from quantize.pipeline.table import EFFORTS

    assert EFFORTS["best"].preset.search == BREATHS


def test_weights_of_a_stream_count_as_copies() -> None:
    points, weights = many(2, 300), np.random.default_rng(1).integers(1, 4, 300)
    one, other = (MiniBatchKMeans(5, init=points[:5]) for _ in range(2))
    one.partial_fit(points, sample_weight=weights)
    other.partial_fit(np.repeat(points, weights, axis=0))
    assert one.cluster_centers_ == pytest.approx(other.cluster_centers_)
    assert one.inertia_ == pytest.approx(
        assign(points, weights.astype(float), other.cluster_centers_).inertia
    )
