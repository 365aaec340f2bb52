"""`KMeans` and `MiniBatchKMeans` can be used in place of scikit-learn's."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pytest
import sklearn.cluster
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.datasets import load_digits, make_blobs
from sklearn.exceptions import NotFittedError as TheirNotFittedError
from sklearn.metrics import adjusted_rand_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from helpers.examples import examples
from quantize import KMeans, MiniBatchKMeans, errors
from quantize.kmeans.table import SEEDERS

Floats = NDArray[Any]

BOTH = pytest.mark.parametrize("kind", [KMeans, MiniBatchKMeans])

CORNERS = [[x, y, (x + y) % 20] for x in (0, 10, 20) for y in (0, 10)]
BLOBS, OF_BLOB = make_blobs(600, centers=CORNERS, random_state=1)

LINE = np.array([[0.0], [1.0], [10.0], [11.0]])


def fitted(kind: Any, points: Any = BLOBS, **parameters: Any) -> Any:
    return kind(**{"n_clusters": 6, "random_state": 0, **parameters}).fit(points)


# What it finds


def test_two_clusters_on_a_line_by_hand() -> None:
    model = KMeans(2, random_state=0).fit(LINE)
    assert sorted(model.cluster_centers_[:, 0]) == [0.5, 10.5]
    assert model.inertia_ == 4 * 0.5**2
    assert model.labels_[0] == model.labels_[1] != model.labels_[2] == model.labels_[3]
    assert (model.n_features_in_, model.labels_.dtype) == (1, np.int32)
    assert model.n_iter_ >= 1


@BOTH
@pytest.mark.parametrize("init", ["k-means++", "wu"])
def test_blobs_are_recovered(kind: Any, init: str) -> None:
    model = fitted(kind, init=init, n_init=3)
    assert adjusted_rand_score(OF_BLOB, model.labels_) == 1


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.slow
def test_inertia_is_that_of_scikit_learn(seed: int) -> None:
    points, _ = make_blobs(500, centers=9, n_features=4, cluster_std=3, random_state=seed)
    theirs = sklearn.cluster.KMeans(9, n_init=10, random_state=seed).fit(points)
    ours = KMeans(9, n_init=10, random_state=seed).fit(points)
    assert ours.inertia_ <= 1.01 * theirs.inertia_
    mini = MiniBatchKMeans(9, n_init=10, random_state=seed).fit(points)
    assert mini.inertia_ <= 1.05 * theirs.inertia_


def test_handwritten_digits_of_64_dimensions_are_clustered() -> None:
    digits, meant = load_digits(return_X_y=True)
    theirs = sklearn.cluster.KMeans(10, n_init=3, random_state=0).fit(digits)
    ours = KMeans(10, n_init=3, random_state=0).fit(digits)
    assert ours.cluster_centers_.shape == (10, 64)
    assert ours.inertia_ <= 1.01 * theirs.inertia_
    assert adjusted_rand_score(meant, ours.labels_) > 0.6


@pytest.mark.parametrize("d", [3, 8])
def test_where_the_origin_lies_does_not_matter(d: int) -> None:
    points, meant = make_blobs(300, centers=5, n_features=d, random_state=4)
    far = points + 1e9  # seconds since 1970, for instance
    assert adjusted_rand_score(meant, fitted(KMeans, points, n_clusters=5, n_init=3).labels_) == 1
    assert adjusted_rand_score(meant, fitted(KMeans, far, n_clusters=5, n_init=3).labels_) == 1


@BOTH
def test_as_many_clusters_as_points_are_the_points(kind: Any) -> None:
    model = kind(4, random_state=0).fit(LINE)
    assert sorted(model.cluster_centers_[:, 0]) == [0, 1, 10, 11]
    assert model.inertia_ == 0


@pytest.mark.filterwarnings("ignore:Number of distinct clusters")
@BOTH
@pytest.mark.parametrize("init", SEEDERS)
def test_more_clusters_than_different_points_are_no_error(kind: Any, init: str) -> None:
    model = kind(3, init=init, random_state=0).fit([[1, 1], [1, 1], [5, 5], [5, 5]])
    assert np.isfinite(model.cluster_centers_).all()
    assert model.inertia_ == 0


# The interface


@BOTH
def test_predict_gives_the_labels_of_fit(kind: Any) -> None:
    model = fitted(kind)
    assert np.array_equal(model.predict(BLOBS), model.labels_)
    assert np.array_equal(fitted(kind).labels_, kind(6, random_state=0).fit_predict(BLOBS))


@pytest.mark.filterwarnings("ignore:Number of distinct clusters")
@given(points=arrays(np.float32, (8, 1), elements=st.sampled_from([0, 1, 1.5, 2, 3, 7])))
@examples(60)
def test_predict_gives_the_labels_of_fit_for_float32_with_ties(points: Floats) -> None:
    model = KMeans(3, random_state=0).fit(points)
    assert model.predict(points).tolist() == model.labels_.tolist()


def test_a_float32_tie_is_labelled_alike_by_fit_and_predict() -> None:
    # 1 is midway between the centroids, 1/3 and 5/3, but not between what float32 makes of them
    points = np.array([[0], [0], [1], [1.5], [1.5], [2]], np.float32)
    model = KMeans(2, init=[[1 / 3], [5 / 3]]).fit(points)
    assert model.predict(points).tolist() == model.labels_.tolist()


@BOTH
def test_transform_gives_the_distance_to_each_centroid(kind: Any) -> None:
    model = fitted(kind)
    distances = model.transform(BLOBS[:50])
    expected = np.linalg.norm(BLOBS[:50, None] - model.cluster_centers_, axis=2)
    assert distances == pytest.approx(expected)
    assert np.array_equal(distances.argmin(axis=1), model.predict(BLOBS[:50]))
    again = kind(6, random_state=0).fit_transform(BLOBS)
    assert again[:50] == pytest.approx(expected)


@BOTH
def test_score_is_minus_the_inertia(kind: Any) -> None:
    model = fitted(kind)
    assert model.score(BLOBS) == pytest.approx(-model.inertia_)
    assert model.score(BLOBS, sample_weight=np.full(600, 2.0)) == pytest.approx(-2 * model.inertia_)
    assert model.score(model.cluster_centers_) == 0


@BOTH
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_results_have_the_dtype_of_the_data(kind: Any, dtype: type) -> None:
    model = fitted(kind, BLOBS.astype(dtype))
    assert model.cluster_centers_.dtype == dtype
    assert model.transform(BLOBS.astype(dtype)).dtype == dtype


@BOTH
@pytest.mark.parametrize("dtype", [np.int64, np.uint8, np.bool_, np.float16])
def test_other_numbers_become_float64(kind: Any, dtype: type) -> None:
    points = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype)
    assert kind(2, random_state=0).fit(points).cluster_centers_.dtype == np.float64
    assert kind(2, random_state=0).fit(points.tolist()).labels_.shape == (4,)


@BOTH
def test_the_data_are_left_alone(kind: Any) -> None:
    points, weights, init = BLOBS.copy(), np.ones(600), BLOBS[:6].copy()
    kind(6, init=init).fit(points, sample_weight=weights)
    assert np.array_equal(points, BLOBS)
    assert np.array_equal(init, BLOBS[:6])
    assert np.array_equal(weights, np.ones(600))


@BOTH
def test_any_layout_in_memory_gives_the_same(kind: Any) -> None:
    expected = fitted(kind).cluster_centers_
    for points in (np.asfortranarray(BLOBS), np.repeat(BLOBS, 2, axis=0)[::2], BLOBS.tolist()):
        assert np.array_equal(fitted(kind, points).cluster_centers_, expected)


# Parameters


@BOTH
def test_parameters_are_read_and_set_by_name(kind: Any) -> None:
    model = kind(3, tol=0.5)
    assert model.get_params()["n_clusters"] == 3
    assert model.get_params(deep=False)["tol"] == 0.5
    assert model.set_params(n_clusters=4, max_iter=7) is model
    assert (model.n_clusters, model.max_iter) == (4, 7)
    with pytest.raises(ValueError, match="'n_cluster'; valid parameters are n_clusters"):
        model.set_params(n_cluster=4)


@BOTH
def test_parameters_of_scikit_learn_have_their_names_and_defaults(kind: Any) -> None:
    theirs = getattr(sklearn.cluster, kind.__name__)().get_params()
    ours = kind().get_params()
    assert set(ours) - set(theirs) == {"callback"}
    assert ours.pop("algorithm", "auto") == "auto"  # better than theirs, `lloyd`
    for name in set(ours) & set(theirs):
        assert theirs[name] == ours[name], name


@BOTH
def test_repr_shows_what_differs_from_the_defaults(kind: Any) -> None:
    assert repr(kind()) == f"{kind.__name__}()"
    assert repr(kind(3, init="wu")) == f"{kind.__name__}(n_clusters=3, init='wu')"


@BOTH
def test_a_clone_has_the_parameters_and_not_the_fit(kind: Any) -> None:
    model = fitted(kind, init=BLOBS[:6])
    twin = clone(model)
    assert twin.get_params()["n_clusters"] == 6
    assert np.array_equal(twin.init, BLOBS[:6])
    assert not hasattr(twin, "cluster_centers_")


@BOTH
def test_it_works_in_a_pipeline(kind: Any) -> None:
    steps = make_pipeline(StandardScaler(), kind(6, random_state=0, n_init=3))
    assert adjusted_rand_score(OF_BLOB, steps.fit_predict(BLOBS)) == 1
    assert np.array_equal(steps.predict(BLOBS), steps[-1].labels_)
    assert steps.transform(BLOBS).shape == (600, 6)


@BOTH
def test_init_may_be_an_array(kind: Any) -> None:
    model = kind(2, init=[[0], [11]]).fit(LINE)
    assert model.cluster_centers_[:, 0] == pytest.approx([0.5, 10.5], abs=0.1)
    assert model.labels_.tolist() == [0, 0, 1, 1]


def test_scikit_learn_ends_at_the_same_centroids_from_the_same_init() -> None:
    theirs = sklearn.cluster.KMeans(6, init=BLOBS[:6], n_init=1, tol=0).fit(BLOBS)
    ours = KMeans(6, init=BLOBS[:6], tol=0).fit(BLOBS)
    assert ours.cluster_centers_ == pytest.approx(theirs.cluster_centers_)
    assert np.array_equal(ours.predict(BLOBS), theirs.predict(BLOBS))
    assert ours.inertia_ == pytest.approx(theirs.inertia_)


def test_max_iter_ends_a_run() -> None:
    assert KMeans(6, init=BLOBS[:6], tol=0, max_iter=2).fit(BLOBS).n_iter_ == 2


def test_more_runs_are_not_worse() -> None:
    one, many = (
        KMeans(6, init="random", n_init=runs, random_state=3).fit(BLOBS).inertia_
        for runs in (1, 10)
    )
    assert many <= one


def test_n_init_auto_is_10_for_random_seeds_and_else_1() -> None:
    auto, told = (
        KMeans(6, init="random", n_init=n_init, random_state=0).fit(BLOBS)
        for n_init in ("auto", 10)
    )
    assert np.array_equal(auto.cluster_centers_, told.cluster_centers_)
    auto, told = (KMeans(6, n_init=n_init, random_state=0).fit(BLOBS) for n_init in ("auto", 1))
    assert np.array_equal(auto.cluster_centers_, told.cluster_centers_)


# Chance


@BOTH
@pytest.mark.parametrize(
    "state",
    [lambda: 5, lambda: np.random.default_rng(5), lambda: np.random.RandomState(5)],
    ids=["int", "Generator", "RandomState"],
)
def test_the_same_random_state_gives_the_same_fit(kind: Any, state: Any) -> None:
    first, second = (fitted(kind, random_state=state(), init="random", n_init=1) for _ in range(2))
    assert np.array_equal(first.cluster_centers_, second.cluster_centers_)
    assert first.inertia_ == second.inertia_


@pytest.mark.filterwarnings("ignore:Number of distinct clusters")  # by chance, a seed comes twice
def test_without_a_random_state_runs_differ() -> None:
    runs = {KMeans(6, init="random", n_init=1, max_iter=1).fit(BLOBS).inertia_ for _ in range(8)}
    assert len(runs) > 1


# Weights


def test_weights_count_as_repeated_points() -> None:
    weights = np.random.default_rng(0).integers(1, 5, 600)
    weighted = KMeans(6, init=BLOBS[:6], tol=0).fit(BLOBS, sample_weight=weights)
    repeated = KMeans(6, init=BLOBS[:6], tol=0).fit(np.repeat(BLOBS, weights, axis=0))
    assert weighted.cluster_centers_ == pytest.approx(repeated.cluster_centers_)
    assert weighted.inertia_ == pytest.approx(repeated.inertia_)


@BOTH
def test_points_of_weight_0_pull_nothing(kind: Any) -> None:
    points = np.concatenate([LINE, [[1000.0]]])
    model = kind(2, init=[[0], [11]]).fit(points, sample_weight=[1, 1, 1, 1, 0])
    assert model.cluster_centers_[:, 0] == pytest.approx([0.5, 10.5], abs=0.1)
    assert model.labels_.tolist() == [0, 0, 1, 1, 1]


@BOTH
@pytest.mark.parametrize("init", SEEDERS)
def test_every_seeder_takes_weights_of_0(kind: Any, init: str) -> None:
    model = kind(2, init=init, random_state=0)
    model.fit([[0], [1], [10], [11], [999]], sample_weight=[1, 1, 1, 1, 0])
    assert model.cluster_centers_.max() < 12


def test_one_number_is_the_weight_of_every_point() -> None:
    one = KMeans(2, random_state=0).fit(LINE).inertia_
    assert KMeans(2, random_state=0).fit(LINE, sample_weight=3.0).inertia_ == 3 * one


# Streams


def test_partial_fit_is_the_running_mean_by_hand() -> None:
    model = MiniBatchKMeans(2, init=[[0], [10]])
    assert model.partial_fit([[2], [4], [9]]) is model
    assert model.cluster_centers_.tolist() == [[3], [9]]
    model.partial_fit([[9], [12]])
    assert model.cluster_centers_.tolist() == [[3], [10]]
    assert model.n_iter_ == 2


def test_after_partial_fit_labels_and_inertia_are_those_of_the_batch() -> None:
    model = MiniBatchKMeans(2, init=[[0], [10]])
    batch = [[4], [4], [6], [6], [6]]
    model.partial_fit(batch)
    assert model.labels_.tolist() == model.predict(batch).tolist()
    assert model.inertia_ == pytest.approx(-model.score(batch))


def test_a_stream_of_batches_finds_the_blobs() -> None:
    model = MiniBatchKMeans(6, random_state=0)
    order = np.random.default_rng(0).permutation(600)
    for rows in np.array_split(order, 6):
        model.partial_fit(BLOBS[rows])
    assert adjusted_rand_score(OF_BLOB, model.predict(BLOBS)) == 1


def test_later_batches_may_be_smaller_than_the_number_of_clusters() -> None:
    model = MiniBatchKMeans(2, init=[[0], [10]]).partial_fit([[0], [10]])
    assert model.partial_fit([[4]]).cluster_centers_.tolist() == [[2], [10]]


def test_partial_fit_goes_on_from_a_fit() -> None:
    model = fitted(MiniBatchKMeans)
    before = model.cluster_centers_.copy()
    model.partial_fit(BLOBS[:1])
    assert model.cluster_centers_ == pytest.approx(before, abs=0.5)


def test_partial_fit_takes_weights() -> None:
    model = MiniBatchKMeans(1, init=[[0]]).partial_fit([[1], [5]], sample_weight=[3, 1])
    assert model.cluster_centers_.tolist() == [[2]]


def test_fit_forgets_an_earlier_stream() -> None:
    model = MiniBatchKMeans(6, random_state=0).partial_fit(BLOBS[:50] + 1000)
    never = fitted(MiniBatchKMeans)
    assert np.array_equal(model.fit(BLOBS).cluster_centers_, never.cluster_centers_)


# What is refused


@BOTH
@pytest.mark.parametrize(
    ("points", "said"),
    [
        ([1.0, 2.0, 3.0], "Expected 2D array, got 1D array"),
        (np.zeros((2, 2, 2)), "Found array with dim 3, while dim <= 2"),
        (5.0, "Expected 2D array, got scalar array"),
        (np.zeros((0, 3)), r"0 sample\(s\)"),
        (np.zeros((3, 0)), r"0 feature\(s\)"),
        ([[np.nan], [1.0]], "NaN or infinity"),
        ([[np.inf], [1.0]], "NaN or infinity"),
        ([["a"], ["b"]], "wanted numbers"),
        ([[None], [{}]], "wanted numbers"),
        (np.array([[1j], [2j]]), r"[Cc]omplex"),
        ([[1.0]], r"n_samples=1 should be >= n_clusters=2"),
    ],
    ids=str,
)
def test_data_that_cannot_be_clustered_are_refused(kind: Any, points: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said) as caught:
        kind(2).fit(points)
    assert isinstance(caught.value, errors.DataError)


@BOTH
@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        *(("n_clusters", value) for value in (0, -1, 2.5, "2", None, True)),
        *(("max_iter", value) for value in (0, 2.5, "a", None)),
        *(("n_init", value) for value in (0, -1, 2.5, "many", None)),
        *(("tol", value) for value in (-1, np.inf, np.nan, "a", None)),
        *(("init", value) for value in ("kmeans", [[1.0]], np.zeros((3, 1)), 7, None)),
        ("init", [[np.nan], [1.0]]),
        *(("random_state", value) for value in (-1, "x", 0.5)),
    ],
    ids=str,
)
def test_a_bad_parameter_is_refused_by_name(kind: Any, parameter: str, value: Any) -> None:
    model = kind(**{"n_clusters": 2, parameter: value})  # as in scikit-learn, checked by fit
    with pytest.raises(errors.DataError) as caught:
        model.fit(LINE)
    said = str(caught.value)
    assert parameter in said or (parameter == "init" and "initial centers" in said)


@pytest.mark.parametrize("value", [0, -1, 2.5, "a", None])
def test_a_bad_batch_size_is_refused(value: Any) -> None:
    with pytest.raises(errors.DataError, match="batch_size"):
        MiniBatchKMeans(2, batch_size=value).fit(LINE)


@BOTH
@pytest.mark.parametrize(
    "weights",
    [[1, 1], [[1], [1], [1], [1]], [1, 1, 1, -1], [1, 1, 1, np.nan], [0, 0, 0, 0]],
    ids=str,
)
def test_bad_weights_are_refused(kind: Any, weights: Any) -> None:
    with pytest.raises(errors.DataError, match="sample_weight"):
        kind(2).fit(LINE, sample_weight=weights)


@BOTH
@pytest.mark.parametrize("method", ["predict", "transform", "score"])
def test_data_of_another_width_are_refused(kind: Any, method: str) -> None:
    with pytest.raises(ValueError, match=r"X has 2 features, but .* is expecting 3 features"):
        getattr(fitted(kind), method)(BLOBS[:, :2])


# With and without scikit-learn


@BOTH
@pytest.mark.parametrize("method", ["predict", "transform", "score"])
def test_use_before_fit_is_scikit_learns_error_where_it_is_loaded(kind: Any, method: str) -> None:
    with pytest.raises(TheirNotFittedError, match=f"This {kind.__name__} instance is not fitted"):
        getattr(kind(), method)(BLOBS)


def in_a_fresh_process(code: str) -> str:
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    return run.stdout.strip()


def test_use_before_fit_is_our_error_where_scikit_learn_is_not_loaded() -> None:
    said = in_a_fresh_process(
        "import sys\n"
        "from quantize import KMeans, errors\n"
        "try: KMeans().predict([[1.0]])\n"
        "except errors.NotFittedError as error: print(error)\n"
        "assert 'sklearn' not in sys.modules"
    )
    assert said.startswith("This KMeans instance is not fitted")


def test_the_estimators_never_import_scikit_learn() -> None:
    said = in_a_fresh_process(
        "import sys\n"
        "from quantize.kmeans.estimators import KMeans, MiniBatchKMeans\n"
        "for kind in (KMeans, MiniBatchKMeans):\n"
        "    model = kind(2, random_state=0).fit([[0.0], [1.0], [9.0]])\n"
        "    model.predict([[0.0]]), model.score([[0.0]]), repr(model)\n"
        "print('sklearn' in sys.modules, 'PIL' in sys.modules, 'click' in sys.modules)"
    )
    assert said == "False False False"
