"""The estimators are at home in scikit-learn: containers, routing, warnings, chance, functions."""

from __future__ import annotations

import pickle
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import sklearn
from sklearn.base import ClusterMixin, TransformerMixin, clone, is_clusterer
from sklearn.cluster import Birch
from sklearn.datasets import make_blobs
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from quantize import KMeans, MiniBatchKMeans, errors, k_means, kmeans_plusplus

BOTH = pytest.mark.parametrize("kind", [KMeans, MiniBatchKMeans])
BLOBS, _ = make_blobs(200, centers=4, n_features=3, random_state=1)


@pytest.fixture
def routing() -> Iterator[None]:
    with sklearn.config_context(enable_metadata_routing=True):
        yield


# Kinds


@BOTH
def test_an_estimator_is_a_clusterer_and_a_transformer(kind: Any) -> None:
    model = kind(3)
    assert isinstance(model, ClusterMixin)
    assert isinstance(model, TransformerMixin)
    assert is_clusterer(model)
    assert model.__sklearn_tags__().input_tags.sparse


def test_birch_takes_one_for_its_last_step() -> None:
    labels = Birch(n_clusters=KMeans(4, random_state=0)).fit_predict(BLOBS)
    assert len(set(labels)) == 4


@BOTH
def test_a_fitted_one_is_pickled(kind: Any) -> None:
    model = kind(4, random_state=0).fit(BLOBS)
    assert pickle.loads(pickle.dumps(model)).predict(BLOBS).tolist() == model.labels_.tolist()


@pytest.mark.slow
def test_mixins_come_with_scikit_learn_and_not_before() -> None:
    code = (
        "from quantize import KMeans\n"
        "before = KMeans(2).fit([[0.], [1.], [9.]])\n"
        "assert '<pre>KMeans(n_clusters=2)</pre>' == before._repr_html_()\n"
        "import sys; assert 'sklearn' not in sys.modules\n"
        "from sklearn.base import ClusterMixin\n"
        "assert isinstance(KMeans(), ClusterMixin)\n"
        "assert isinstance(before, ClusterMixin)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


# Containers


@BOTH
def test_transform_returns_a_frame_where_one_is_asked_for(kind: Any) -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(BLOBS, index=[f"row{at}" for at in range(200)], columns=list("xyz"))
    model = kind(4, random_state=0).set_output(transform="pandas").fit(frame)
    found = model.transform(frame)
    assert found.columns.tolist() == model.get_feature_names_out().tolist()
    assert found.index.tolist() == frame.index.tolist()
    assert clone(model).fit_transform(frame).equals(found)
    assert isinstance(model.set_output(transform="default").transform(frame), np.ndarray)
    assert model.set_output() is model
    with sklearn.config_context(transform_output="pandas"):
        steps = make_pipeline(StandardScaler(), kind(4, random_state=0))
        assert steps.fit_transform(BLOBS).columns[0] == f"{kind.__name__.lower()}0"


def test_an_unknown_container_is_refused() -> None:
    with pytest.raises(errors.DataError, match="'xarray' is none of default, pandas, polars"):
        KMeans().set_output(transform="xarray")


# Metadata routing


@pytest.mark.usefixtures("routing")
def test_weights_are_routed_to_fit_and_score_where_they_are_asked_for() -> None:
    weights = np.ones(200)
    weights[::2] = 0
    model = KMeans(random_state=0).set_fit_request(sample_weight=True)
    model.set_score_request(sample_weight="sample_weight")
    search = GridSearchCV(model, {"n_clusters": [2, 3]}, cv=2)
    search.fit(BLOBS, sample_weight=weights)
    expected = KMeans(3, random_state=0).fit(BLOBS, sample_weight=weights)
    assert search.best_estimator_.inertia_ == pytest.approx(expected.inertia_)
    assert clone(model).get_metadata_routing().fit.requests == {"sample_weight": True}


@pytest.mark.usefixtures("routing")
def test_weights_that_nobody_asked_for_are_an_error_of_scikit_learn() -> None:
    steps = make_pipeline(StandardScaler(), KMeans(3))
    with pytest.raises(ValueError, match="sample_weight"):
        steps.fit(BLOBS, sample_weight=np.ones(200))


@pytest.mark.usefixtures("routing")
def test_only_what_a_class_has_can_ask_for_weights() -> None:
    model = MiniBatchKMeans().set_partial_fit_request(sample_weight=True)
    assert model.get_metadata_routing().partial_fit.requests == {"sample_weight": True}
    assert not hasattr(KMeans(), "set_partial_fit_request")


def test_requests_need_routing_to_be_on() -> None:
    with pytest.raises(RuntimeError, match="enable_metadata_routing=True"):
        KMeans().set_fit_request(sample_weight=True)


# Warnings


def test_fewer_distinct_points_than_clusters_are_a_warning_of_convergence() -> None:
    with pytest.warns(ConvergenceWarning, match=r"distinct clusters \(2\).*n_clusters \(3\)"):
        KMeans(3, random_state=0).fit([[0.0], [0.0], [1.0], [1.0]])


@BOTH
def test_an_array_of_seeds_makes_one_run_with_a_warning_if_more_were_asked_for(kind: Any) -> None:
    with pytest.warns(RuntimeWarning, match="performing only one init in .* instead of n_init=4"):
        kind(3, init=BLOBS[:3], n_init=4).fit(BLOBS)


def test_init_size_below_the_number_of_clusters_is_a_warning() -> None:
    with pytest.warns(RuntimeWarning, match="init_size=2 should be larger than n_clusters=5"):
        MiniBatchKMeans(5, init_size=2, random_state=0).fit(BLOBS)


# Chance


@BOTH
def test_without_a_random_state_the_global_one_of_numpy_decides(kind: Any) -> None:
    found = []
    for seed in (3, 3, 4):
        np.random.seed(seed)  # noqa: NPY002
        found.append(kind(9, init="random", n_init=1, max_iter=1).fit(BLOBS).inertia_)
    assert found[0] == found[1] != found[2]


# Data frames


@BOTH
def test_words_and_numbers_as_names_of_columns_are_refused(kind: Any) -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(BLOBS, columns=["x", 1, 2])
    with pytest.raises(TypeError, match=r"only supported if all .* \['int', 'str'\]"):
        kind(3).fit(frame)


@BOTH
def test_missing_values_of_pandas_are_refused_as_nan(kind: Any) -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"x": pandas.array([1, 2, None, 4], dtype="Int64")})
    with pytest.raises(ValueError, match="Input X contains NaN"):
        kind(2).fit(frame)


def test_columns_of_pandas_that_know_missing_values_are_numbers() -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"x": pandas.array([1, 2, 8, 9], dtype="Int64")})
    assert sorted(KMeans(2, random_state=0).fit(frame).cluster_centers_[:, 0]) == [1.5, 8.5]


# What is shown


def test_a_notebook_shows_the_diagram_of_scikit_learn() -> None:
    assert "sk-" in KMeans(3)._repr_html_()


# Lloyd's algorithm is theirs


@pytest.mark.parametrize("algorithm", ["lloyd", "elkan"])
@pytest.mark.parametrize("tol", [0, 1e-4, 1e-2])
def test_lloyd_and_elkan_give_what_scikit_learn_gives(algorithm: str, tol: float) -> None:
    import sklearn.cluster

    points = np.random.default_rng(2).normal(size=(800, 6))
    options: dict[str, Any] = {"init": points[:9], "n_init": 1, "tol": tol, "algorithm": algorithm}
    theirs, ours = (kind(9, **options).fit(points) for kind in (sklearn.cluster.KMeans, KMeans))
    assert ours.labels_.tolist() == theirs.labels_.tolist()
    assert ours.cluster_centers_ == pytest.approx(theirs.cluster_centers_)
    assert ours.inertia_ == pytest.approx(theirs.inertia_)
    assert ours.n_iter_ == theirs.n_iter_


# Functions


def test_the_functions_do_what_the_estimator_does() -> None:
    model = KMeans(4, random_state=0).fit(BLOBS)
    centers, labels, inertia, iterations = k_means(BLOBS, 4, random_state=0, return_n_iter=True)
    assert np.array_equal(centers, model.cluster_centers_)
    assert np.array_equal(labels, model.labels_)
    assert (inertia, iterations) == (model.inertia_, model.n_iter_)
    assert len(k_means(BLOBS, 4, random_state=0)) == 3


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("d", [3, 7])
def test_seeds_are_rows_far_apart(dtype: type, d: int) -> None:
    points = make_blobs(500, centers=5, n_features=d, random_state=0)[0].astype(dtype)
    centers, rows = kmeans_plusplus(points, 5, random_state=0, n_local_trials=8)
    assert centers.dtype == dtype
    assert np.array_equal(centers, points[rows])
    weights = np.zeros(500)
    weights[:5] = 1
    assert sorted(kmeans_plusplus(points, 5, sample_weight=weights)[1]) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"x_squared_norms": np.ones(3)}, "length of x_squared_norms 3 should be equal"),
        ({"n_local_trials": 0}, "n_local_trials"),
        ({"n_clusters": 201}, "n_samples=200 should be >= n_clusters=201"),
    ],
)
def test_seeds_that_cannot_be_found_are_refused(options: dict[str, Any], said: str) -> None:
    with pytest.raises(errors.DataError, match=said):
        kmeans_plusplus(BLOBS, **{"n_clusters": 3, **options})


# Mini-batches


@pytest.mark.parametrize("batch_size", [30, 110, 199, 200, 5000])
@pytest.mark.parametrize("passes", [1, 3])
def test_mini_batches_make_at_most_max_iter_passes(batch_size: int, passes: int) -> None:
    options: dict[str, Any] = {"batch_size": batch_size, "max_iter": passes}
    model = MiniBatchKMeans(4, max_no_improvement=None, random_state=0, **options).fit(BLOBS)
    assert model.n_steps_ * min(batch_size, 200) <= passes * 200
    assert model.n_iter_ <= passes


def test_mini_batches_stop_by_tol_about_when_those_of_scikit_learn_do() -> None:
    import sklearn.cluster

    points, _ = make_blobs(5000, centers=8, n_features=5, random_state=0)
    options: dict[str, Any] = {"tol": 1e-4, "max_no_improvement": None, "random_state": 0}
    theirs, ours = (
        kind(8, batch_size=256, **options).fit(points)
        for kind in (sklearn.cluster.MiniBatchKMeans, MiniBatchKMeans)
    )
    assert ours.n_iter_ <= 2 * theirs.n_iter_ < 50
    assert ours.inertia_ <= 1.05 * theirs.inertia_
