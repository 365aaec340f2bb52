"""Sparse points are clustered as dense ones are, and never made dense."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pytest
import scipy.sparse
from numpy.typing import NDArray

from quantize import KMeans, MiniBatchKMeans, errors, k_means, kmeans_plusplus
from quantize.kmeans import lloyd, sparse

Array = NDArray[Any]

BOTH = pytest.mark.parametrize("kind", [KMeans, MiniBatchKMeans])
DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64])


def texts(rows: int = 300, words: int = 200, seed: int = 0) -> Any:
    """Rows of a few words of four subjects, one in fifty numbers not 0."""
    random = np.random.default_rng(seed)
    subject = random.integers(4, size=rows)
    columns = [random.choice(words // 4, 6, replace=False) + at * (words // 4) for at in subject]
    where = np.repeat(np.arange(rows), 6), np.concatenate(columns)
    return scipy.sparse.csr_array((random.uniform(1, 2, 6 * rows), where), shape=(rows, words))


@BOTH
@DTYPES
def test_sparse_and_dense_points_have_the_same_clusters(kind: Any, dtype: type) -> None:
    given = texts().astype(dtype)
    weights = np.random.default_rng(1).uniform(0, 2, 300)
    one, other = (
        kind(4, random_state=0, n_init=3).fit(points, sample_weight=weights)
        for points in (given, given.toarray())
    )
    assert np.array_equal(one.labels_, other.labels_)
    assert one.cluster_centers_ == pytest.approx(other.cluster_centers_, abs=1e-5)
    assert one.inertia_ == pytest.approx(other.inertia_, rel=1e-5)
    assert one.cluster_centers_.dtype == dtype
    for method in ("predict", "transform", "score"):
        expected = getattr(other, method)(given.toarray())
        assert getattr(one, method)(given) == pytest.approx(expected, rel=1e-4, abs=1e-3)
    assert one.predict(given).tolist() == one.labels_.tolist()
    assert one.transform(given).dtype == dtype


@pytest.mark.parametrize("container", ["csr_matrix", "csc_array", "coo_array", "lil_matrix"])
def test_every_container_of_scipy_is_taken_and_left_as_it_was(container: str) -> None:
    given = getattr(scipy.sparse, container)(texts())
    before = given.copy()
    model = KMeans(4, random_state=0).fit(given)
    assert model.labels_.tolist() == KMeans(4, random_state=0).fit(texts()).labels_.tolist()
    assert (given != before).nnz == 0


def test_numbers_that_are_given_twice_are_added_and_the_matrix_is_left_alone() -> None:
    places = np.array([0, 0, 1, 2, 3, 4, 5]), np.array([7, 7, 8, 7, 8, 7, 8])
    given = scipy.sparse.coo_array((np.ones(7), places), shape=(6, 9)).tocsr()
    twice = scipy.sparse.csr_array(
        (np.ones(7), np.array([7, 7, 8, 7, 8, 7, 8]), np.array([0, 2, 3, 4, 5, 6, 7])), shape=(6, 9)
    )
    expected = KMeans(2, random_state=0).fit(given)
    assert KMeans(2, random_state=0).fit(twice).inertia_ == pytest.approx(expected.inertia_)
    assert twice.nnz == 7


@DTYPES
def test_the_kernels_give_what_those_of_dense_points_give(dtype: type) -> None:
    given = texts(2000, 120).astype(dtype)
    points, places = sparse.SparsePoints(given), given[:9].toarray()
    labels, found, second = np.empty(2000, np.int32), *np.empty((2, 2000), dtype)
    sparse.nearest_two(points, places, labels, found, second)
    table = np.square(given.toarray()[:, None].astype(float) - places).sum(axis=2)
    assert np.array_equal(labels, table.argmin(axis=1))
    assert found == pytest.approx(np.sort(table)[:, 0], rel=1e-5)
    assert second == pytest.approx(np.sort(table)[:, 1], rel=1e-5)
    assert (found[:9] == 0).all()
    weights, dense = np.arange(2000.0), given.toarray().astype(float)
    assert lloyd.mean_variance(points, weights) == pytest.approx(
        lloyd.mean_variance(dense, weights), rel=1e-5
    )


def test_a_stream_of_sparse_batches_keeps_a_sample_of_its_rows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(MiniBatchKMeans, "MEMORY", 400)
    model = MiniBatchKMeans(4, random_state=0)
    everything = texts(2000)
    for start in range(0, 2000, 200):
        model.partial_fit(everything[start : start + 200])
        assert len(model._coreset[0]) <= 800
    assert model._coreset[1].sum() == pytest.approx(2000)
    best = KMeans(4, n_init=5, random_state=0).fit(everything)
    assert -model.score(everything) <= 1.02 * best.inertia_
    model.partial_fit(everything[:50].toarray())  # dense ones may follow
    assert model.n_steps_ == 11


def test_the_sample_of_a_stream_has_the_mean_and_the_spread_of_all() -> None:
    points = sparse.SparsePoints(texts(5000))
    kept, weights = sparse.sample(points, np.ones(5000), 800)
    assert len(kept) <= 800
    assert weights.sum() == pytest.approx(5000)
    assert lloyd.mean_variance(kept, weights) == pytest.approx(
        lloyd.mean_variance(points, np.ones(5000)), rel=0.05
    )


@pytest.mark.slow
def test_twenty_thousand_texts_are_clustered_in_the_memory_of_a_few_copies() -> None:
    random = np.random.default_rng(0)
    given = scipy.sparse.random_array((20_000, 50_000), density=0.001, rng=random, format="csr")
    size = given.data.nbytes + given.indices.nbytes + given.indptr.nbytes
    tracemalloc.start()
    KMeans(4, random_state=0, max_iter=3).fit(given)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 6 * size  # the centroids of a search among it; 600 times as much if made dense


def test_dense_is_what_takes_no_more_memory_than_sparse() -> None:
    from quantize.kmeans import validation

    full, empty = np.ones((20, 6)), scipy.sparse.csr_array((20, 6))
    assert isinstance(validation.points_of(scipy.sparse.csr_array(full), "x")[0], np.ndarray)
    assert isinstance(validation.points_of(empty, "x")[0], sparse.SparsePoints)


def test_seeds_of_sparse_points_are_rows_of_them() -> None:
    centers, rows = kmeans_plusplus(texts(), 5, random_state=0)
    assert np.array_equal(centers, texts()[rows].toarray())
    assert len(set(rows.tolist())) == 5
    assert k_means(texts(), 4, random_state=0)[0].shape == (4, 200)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (texts() * np.nan, "NaN"),
        (texts() * 1j, "Complex data"),
        (scipy.sparse.csr_array((0, 7)), "0 sample"),
        (scipy.sparse.csr_array((7, 0)), "0 feature"),
    ],
    ids=["nan", "complex", "no rows", "no columns"],
)
def test_sparse_data_that_cannot_be_clustered_are_refused(given: Any, said: str) -> None:
    with pytest.raises(errors.DataError, match=said):
        KMeans(2).fit(given)


def test_variance_cuts_are_refused_for_sparse_data() -> None:
    with pytest.raises(errors.DataTypeError, match="init='wu'"):
        KMeans(2, init="wu").fit(texts())
