"""An assigner with bounds gives what one without gives, whatever becomes of the centroids."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.datasets import make_blobs

from helpers.examples import examples
from quantize import KMeans
from quantize.kmeans import auto, swapping
from quantize.kmeans.bounds import BoundedAssigner
from quantize.kmeans.lloyd import Assigner, lloyd
from quantize.kmeans.sparse import SparsePoints

Floats = NDArray[Any]


def points_of(seed: int, n: int = 900, d: int = 7) -> Floats:
    random = np.random.default_rng(seed)
    return random.normal(size=(n, d)) + 3.0 * random.integers(0, 3, (n, 1))


def agree(bounded: BoundedAssigner, centroids: Floats, origin: Any = None) -> None:
    """Both find the nearest, and the bounds hold."""
    found = bounded.assign(centroids, origin)
    plain = Assigner(bounded.points, bounded.weights).assign(centroids)
    other = found.labels != plain.labels  # of equally near ones a point keeps its own
    assert found.distances[other] == pytest.approx(plain.distances[other])
    assert found.inertia == pytest.approx(plain.inertia)
    assert found.mass == pytest.approx(np.bincount(found.labels, bounded.weights, len(centroids)))
    points = bounded.points
    dense = points if isinstance(points, np.ndarray) else points.dense(slice(None))
    table = np.square(dense[:, None].astype(float) - centroids).sum(axis=2)
    assert bounded.state is not None
    second = np.sort(table, axis=1)[:, 1] if len(centroids) > 1 else np.inf
    assert (bounded.state.lower <= np.sqrt(second) * (1 + 1e-5)).all()


@given(seed=st.integers(0, 1000), k=st.integers(1, 40), shift=st.sampled_from([0.0, 1e6]))
@examples(40)
def test_centroids_move_come_and_go(seed: int, k: int, shift: float) -> None:
    random = np.random.default_rng(seed)
    points = points_of(seed) + shift
    bounded = BoundedAssigner(points, random.uniform(0, 2, len(points)))
    centroids = points[:k].copy()
    agree(bounded, centroids)
    for size in random.integers(0, 3, 6):
        kept = np.sort(random.choice(len(centroids), max(len(centroids) - size, 1), replace=False))
        new = points[random.choice(len(points), size)]
        moved = centroids[kept] + random.normal(size=(len(kept), 1)) * random.choice([0, 1e-3, 0.5])
        centroids, origin = np.concatenate([moved, new]), np.append(kept, np.full(size, -1))
        order = random.permutation(len(centroids))
        centroids, origin = centroids[order], origin[order]
        agree(bounded, centroids, origin)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_state_can_be_put_back(dtype: type) -> None:
    points = points_of(3).astype(dtype)
    bounded = BoundedAssigner(points, np.ones(len(points)))
    agree(bounded, points[:9].astype(float))
    before = bounded.state
    agree(bounded, points[9:20].astype(float), np.full(11, -1))
    bounded.state = before
    agree(bounded, points[:9] + 0.01)


def test_sparse_points_have_bounds_too() -> None:
    random = np.random.default_rng(0)
    given = scipy.sparse.random_array((500, 60), density=0.1, rng=random, format="csr")
    bounded = BoundedAssigner(SparsePoints(given), np.ones(500))
    centroids = given[:30].toarray()
    for step in range(5):
        agree(bounded, centroids + 0.01 * step)


def test_most_points_are_not_compared_near_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[int] = []
    original = BoundedAssigner._two_least

    def spy(self: Any, part: Any, squares: Any, places: Any) -> Any:
        compared.append(len(part) * len(places))
        return original(self, part, squares, places)

    monkeypatch.setattr(BoundedAssigner, "_two_least", spy)
    points = points_of(1, 4000, 8)
    weights = np.ones(4000)
    bounded = BoundedAssigner(points, weights)
    found = lloyd(points, weights, points[:30], assigner=bounded)
    assert sum(compared) < 0.6 * (found.iterations + 1) * 4000 * 30
    assert found.labels.tolist() == lloyd(points, weights, points[:30]).labels.tolist()


# Exchanges


def test_an_exchange_frees_a_centroid_that_shares_a_blob() -> None:
    points, _ = make_blobs(600, centers=[[0, 0], [40, 0], [0, 40]], random_state=0)
    stuck = np.array([[0.0, 0.5], [0.0, -0.5], [20.0, 20.0]])
    assigner = Assigner(points, np.ones(600))
    start = lloyd(points, np.ones(600), stuck)
    found = swapping.exchange(assigner, start.centroids, rounds=5)
    assert assigner.assign(found).inertia < start.inertia / 20


def test_where_no_exchange_pays_nothing_is_tried() -> None:
    points = np.random.default_rng(0).normal(size=(500, 6))
    found = lloyd(points, np.ones(500), points[:5])
    assigner = Assigner(points, np.ones(500))
    assert swapping.exchange(assigner, found.centroids, rounds=5) is found.centroids


# The default


@pytest.mark.parametrize("d", [2, 5, 8])
@pytest.mark.parametrize("k", [30, 50])
def test_the_default_has_less_inertia_than_lloyd(d: int, k: int) -> None:
    points, _ = make_blobs(3000, centers=60, n_features=d, random_state=d)
    seeds = range(4)
    ours, lloyds = (
        sum(KMeans(k, random_state=s, algorithm=name).fit(points).inertia_ for s in seeds)
        for name in ("auto", "lloyd")
    )
    assert ours < lloyds


@pytest.mark.parametrize("most", [1, 2, auto.FIRST, auto.FIRST + 1, 40])
def test_max_iter_bounds_the_default(most: int) -> None:
    points = points_of(0)
    model = KMeans(30, random_state=0, tol=0, max_iter=most).fit(points)
    assert model.n_iter_ <= most


def test_threads_change_no_result(monkeypatch: pytest.MonkeyPatch) -> None:
    from quantize import kernels

    points = points_of(2, 9000, 12)
    found = []
    for threads in (1, 3):
        monkeypatch.setattr(kernels, "thread_count", lambda *_, n=threads: n)
        found.append(KMeans(30, random_state=0).fit(points).cluster_centers_.tobytes())
    assert found[0] == found[1]
