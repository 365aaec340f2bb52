"""Mapped arrays and chunks: a sample stands for them, the same one however the rows are cut."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.sparse import csr_array

from helpers.examples import examples
from quantize import KMeans, MiniBatchKMeans, k_means
from quantize.kmeans import streams

Floats = NDArray[Any]

BOTH = pytest.mark.parametrize("kind", [KMeans, MiniBatchKMeans])


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let samples be small, so that tests are fast."""
    for name, value in {"NUMBERS": 900, "FEWEST": 300, "PER_CLUSTER": 50, "FIRST": 40}.items():
        monkeypatch.setattr(streams, name, value)
    monkeypatch.setattr(streams, "PIECE", 350)


def groups(n: int, d: int = 3, seed: int = 0) -> Floats:
    random = np.random.default_rng(seed)
    points: Floats = random.normal(size=(n, d)) + 6.0 * random.integers(0, 3, (n, d))
    return points


def mapped(points: Floats, folder: Path, order: str = "C") -> Any:
    path = folder / "points"
    path.write_bytes(points.tobytes(order))  # type: ignore[arg-type]
    return np.memmap(path, points.dtype, "r", shape=points.shape, order=order)  # type: ignore[call-overload]


def cut(points: Any, places: list[int]) -> Iterator[Any]:
    ends = [0, *sorted(places), points.shape[0]]
    return (points[start:end] for start, end in pairwise(ends))


def weighted(points: Any, weights: Floats, places: list[int]) -> Iterator[Any]:
    return zip(cut(points, places), cut(weights, places), strict=True)


def bytes_of(model: Any) -> tuple[bytes, float, int]:
    return model.cluster_centers_.tobytes(), model.inertia_, model.n_iter_


# The same however they are cut


@pytest.mark.usefixtures("small")
@given(
    places=st.lists(st.integers(0, 1500), max_size=12),
    dtype=st.sampled_from([np.float32, np.float64, np.uint8]),
    is_sparse=st.booleans(),
    n=st.sampled_from([60, 900, 1500]),
)
@examples(40)
def test_chunks_give_the_same_bytes_wherever_they_are_cut(
    places: list[int], dtype: type, is_sparse: bool, n: int
) -> None:
    places = [min(place, n) for place in places]
    points: Any = np.abs(groups(n, 6 if is_sparse else 3) * 9).astype(dtype)
    if is_sparse:
        points = csr_array(np.where(points > 30, points, 0).astype(dtype))
    weights = np.random.default_rng(1).choice([0, 0, 0.1, 3.3, 1e4], n)
    whole = KMeans(4, random_state=0).fit(iter([(points, weights)]))
    parts = KMeans(4, random_state=0).fit(weighted(points, weights, places))
    assert bytes_of(whole) == bytes_of(parts)
    assert whole.cluster_centers_.dtype == (np.float32 if dtype == np.float32 else np.float64)


@pytest.mark.usefixtures("small")
def test_rows_one_by_one_and_rows_without_weight_change_nothing() -> None:
    points = groups(1000)
    weights = np.r_[np.ones(400), np.zeros(200), np.full(400, 2.0)]
    whole = KMeans(4, random_state=3).fit(iter([(points, weights)]))
    single = KMeans(4, random_state=3).fit(weighted(points, weights, list(range(1, 1000))))
    assert bytes_of(whole) == bytes_of(single)


@BOTH
@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("order", ["C", "F"])
def test_a_mapped_array_gives_the_centroids_of_its_chunks(
    kind: Any, order: str, tmp_path: Path
) -> None:
    points = groups(2000)
    data = mapped(points, tmp_path, order)
    model = kind(5, random_state=0).fit(data)
    chunks = kind(5, random_state=0).fit(cut(points, [1, 700]))
    assert model.cluster_centers_.tobytes() == chunks.cluster_centers_.tobytes()
    # every row has a label, and the inertia is that of all
    assert model.labels_.tolist() == model.predict(points).tolist() == model.predict(data).tolist()
    assert model.inertia_ == pytest.approx(-model.score(points))
    assert model.inertia_ == -model.score(data)
    assert chunks.inertia_ == pytest.approx(model.inertia_, rel=0.1)
    assert not hasattr(chunks, "labels_")


@BOTH
def test_few_rows_are_clustered_as_an_array_is(kind: Any, tmp_path: Path) -> None:
    points, weights = groups(5000), np.random.default_rng(0).integers(0, 4, 5000).astype(float)
    whole = kind(6, random_state=1).fit(points, sample_weight=weights)
    model = kind(6, random_state=1).fit(mapped(points, tmp_path), sample_weight=weights)
    chunks = kind(6, random_state=1).fit(weighted(points, weights, [10, 3000]))
    assert bytes_of(whole) == bytes_of(model) == bytes_of(chunks)
    assert whole.labels_.tolist() == model.labels_.tolist()


# How good, how large


@pytest.mark.parametrize("d", [2, 20])
@pytest.mark.slow
def test_the_sample_costs_at_most_two_in_a_hundred(
    d: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "NUMBERS", 1)  # the smallest samples that there are
    points = np.random.default_rng(d).normal(size=(60_000, d))  # no clusters: the worst for it
    weights = np.random.default_rng(0).exponential(size=60_000) ** 2
    data = mapped(points, tmp_path)
    of_sample, of_all = (
        KMeans(64, random_state=0).fit(some, sample_weight=weights) for some in (data, points)
    )
    assert of_sample.inertia_ < 1.02 * of_all.inertia_


@pytest.mark.slow
def test_a_mapped_array_is_never_held_whole(tmp_path: Path) -> None:
    points = groups(400_000, 20).astype(np.float32)  # 32 MB
    data = mapped(points, tmp_path)
    tracemalloc.start()
    model = KMeans(4, random_state=0, algorithm="lloyd").fit(data)
    model.predict(data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < data.nbytes / 2
    assert model.labels_.nbytes == 1_600_000


@pytest.mark.usefixtures("small")
def test_the_sample_keeps_the_weight_and_what_is_far(tmp_path: Path) -> None:
    points = np.concatenate([groups(5000), np.full((3, 3), 900.0)])
    chunks = streams.chunks_of(mapped(points, tmp_path), None)
    read = lambda part, _: (part, np.float64)  # noqa: E731
    taken = streams.taken(chunks, read, 3, np.random.default_rng(0))
    assert (len(taken.points), taken.weights.sum()) == (300, pytest.approx(5003))
    assert taken.weights @ taken.points / 5003 == pytest.approx(points.mean(axis=0), rel=0.05)
    assert taken.points.tolist().count([900.0] * 3) == 3


# Kinds of chunks


@pytest.mark.usefixtures("small")
def test_frames_in_chunks_have_names() -> None:
    frame = pd.DataFrame(groups(1000), columns=["a", "b", "c"])
    model = KMeans(3, random_state=0).fit(cut(frame, [300]))
    assert model.feature_names_in_.tolist() == ["a", "b", "c"]
    with pytest.raises(ValueError, match="names should match"):
        KMeans(3).fit(iter([frame, frame.rename(columns={"a": "z"})]))


def test_a_csv_file_is_read_in_chunks(tmp_path: Path) -> None:
    pd.DataFrame(groups(500)).to_csv(tmp_path / "points.csv", index=False)
    with pd.read_csv(tmp_path / "points.csv", chunksize=100) as chunks:
        model = KMeans(3, random_state=0).fit(chunks)
    assert model.cluster_centers_ == pytest.approx(
        KMeans(3, random_state=0).fit(groups(500)).cluster_centers_
    )


def test_empty_chunks_and_chunks_without_weight_are_passed_over() -> None:
    points = groups(300)
    some = [
        points[:0],
        (points[:100], np.ones(100)),
        (points[100:200], np.zeros(100)),
        points[200:],
    ]
    found = KMeans(3, random_state=0).fit(iter(some))
    weights = np.repeat([1.0, 0, 1], 100)
    assert bytes_of(found) == bytes_of(KMeans(3, random_state=0).fit(points, None, weights))


@pytest.mark.parametrize(
    ("chunks", "said"),
    [
        ([], "no rows"),
        ([groups(9)], "n_samples=9 should be >= n_clusters=10"),
        ([groups(20), groups(20, 2)], "X has 2 features, but KMeans is expecting 3"),
        ([groups(20), csr_array(groups(20))], "some chunks are sparse"),
        ([(groups(20), np.zeros(20))], "every weight is zero"),
        ([(groups(20), np.ones(3))], r"sample_weight.shape == \(3,\), expected \(20,\)"),
        ([groups(20), groups(20) * np.nan], "NaN"),
        ([np.ones(3)], "Expected 2D array"),
        ([(groups(20), np.full(20, 1e307))] * 2, "more than a float holds"),
    ],
)
def test_chunks_that_cannot_be_used_are_refused(chunks: list[Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        KMeans(10).fit(iter(chunks))


def test_what_needs_the_rows_again_is_refused() -> None:
    for use in (KMeans(2).fit_predict, KMeans(2).fit_transform, lambda X: k_means(X, 2)):  # noqa: N803
        with pytest.raises(ValueError, match="chunks are seen once"):
            use(iter([groups(20)]))
    with pytest.raises(ValueError, match="each brings its own"):
        KMeans(2).fit(iter([groups(20)]), sample_weight=np.ones(20))


@pytest.mark.slow
def test_an_array_that_joblib_shares_with_a_process_is_an_array() -> None:
    points = groups(9000, 64)  # more rows than a sample has, and more bytes than joblib copies
    model = KMeans(3, random_state=0)
    shared = joblib.Parallel(2)(joblib.delayed(model.fit)(points) for _ in range(2))
    assert {bytes_of(fitted) for fitted in shared} == {
        bytes_of(KMeans(3, random_state=0).fit(points))
    }
