"""Whatever Python hands to the estimators is used or refused; nothing crashes the interpreter."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from quantize import KMeans, MiniBatchKMeans
from quantize.errors import DataError, DataTypeError

Array = NDArray[Any]
Kind = type[KMeans] | type[MiniBatchKMeans]

POINTS = np.random.default_rng(0).normal(0, 9, (300, 3))
WIDER = np.random.default_rng(1).normal(0, 9, (300, 5))
CENTERS = POINTS[:4].copy()
BOTH = pytest.mark.parametrize("kind", [KMeans, MiniBatchKMeans])


def unaligned(array: Array) -> Array:
    """The same in memory that begins at an odd address."""
    room = np.zeros(array.nbytes + 1, np.uint8)[1:].view(array.dtype).reshape(array.shape)
    room[:] = array
    return room


def layouts(array: Array) -> dict[str, Any]:
    """The same values in other types and places of memory."""
    wider = np.zeros((len(array), 2 * array.shape[1]))
    wider[:, ::2] = array
    read_only = array.copy()
    read_only.flags.writeable = False
    return {
        "Fortran": np.asfortranarray(array),
        "strided": wider[:, ::2],
        "backwards": array[::-1, ::-1].copy()[::-1, ::-1],
        "unaligned": unaligned(array),
        "big endian": array.astype(">f8"),
        "read only": read_only,
        "objects": array.astype(object),
        "long double": array.astype(np.longdouble),
        "a list": array.tolist(),
    }


LAYOUTS = pytest.mark.parametrize("layout", layouts(POINTS))


def fitted(kind: Kind) -> Any:
    return kind(4, random_state=0).fit(POINTS)


def asks(model: Any, points: Array) -> list[Any]:
    """Calls that take data after `fit`."""
    return [
        lambda: model.predict(points),
        lambda: model.transform(points),
        lambda: model.score(points),
    ]


# Centroids that were set by hand


@BOTH
@pytest.mark.parametrize(
    ("centers", "problem"),
    [
        (np.zeros(3), "one row each, got shape"),
        (np.zeros((4, 3, 1)), "one row each"),
        (np.zeros((0, 3)), "one row each"),
        (np.zeros((4, 0)), "one row each"),
        (None, "one row each"),
        (np.zeros((4, 2)), "expecting 2 features"),
        (np.zeros((4, 1)), "expecting 1 features"),
        (np.zeros((4, 5)), "expecting 5 features"),
        (np.full((4, 3), np.nan), "NaN or infinity"),
        (np.full((4, 3), -np.inf), "NaN or infinity"),
        (np.full((4, 3), np.longdouble("1e4000")), "NaN or infinity"),
        (np.full((4, 3), None), "NaN or infinity"),
        (np.full((4, 3), "a"), "wanted numbers"),
        (np.full((4, 3), 1j), "Complex data"),
        ([[1.0, 2.0, 3.0], [1.0]], "wanted numbers"),
    ],
)
def test_centroids_that_cannot_be_used_are_refused(kind: Kind, centers: Any, problem: str) -> None:
    model = fitted(kind)
    model.cluster_centers_ = centers
    for ask in asks(model, POINTS):
        with pytest.raises(DataError, match=problem):
            ask()


@BOTH
@LAYOUTS
def test_centroids_may_be_of_any_layout_and_type(kind: Kind, layout: str) -> None:
    model = fitted(kind)
    model.cluster_centers_ = CENTERS
    expected = [ask() for ask in asks(model, POINTS)]
    model.cluster_centers_ = layouts(CENTERS)[layout]
    for one, other in zip(expected, (ask() for ask in asks(model, POINTS)), strict=True):
        assert np.array_equal(one, other)


@BOTH
def test_there_may_be_more_centroids_than_were_fitted_or_fewer(kind: Kind) -> None:
    model = fitted(kind)
    for centers in (POINTS[:1], POINTS[:9]):
        model.cluster_centers_ = centers
        assert set(model.predict(POINTS)) <= set(range(len(centers)))
        assert model.transform(POINTS).shape == (300, len(centers))
        assert len(model.get_feature_names_out()) == len(centers)


@BOTH
def test_centroids_that_are_set_make_an_estimator_that_predicts(kind: Kind) -> None:
    model = kind()
    model.cluster_centers_ = CENTERS
    assert model.predict(CENTERS).tolist() == [0, 1, 2, 3]


def test_distances_are_float32_if_data_and_centroids_are() -> None:
    model = fitted(KMeans)
    for given, wanted in ((np.float32, np.float32), (np.int32, np.float64), (">f8", np.float64)):
        model.cluster_centers_ = CENTERS.round().astype(given)
        assert model.transform(POINTS.astype(np.float32)).dtype == wanted
        assert model.transform(POINTS).dtype == np.float64


# Attributes that do not fit together


@BOTH
def test_a_fit_that_was_refused_leaves_an_estimator_that_can_be_asked(kind: Kind) -> None:
    model = fitted(kind)
    expected = model.predict(POINTS)
    with pytest.raises(DataError, match="n_clusters"):
        model.set_params(n_clusters=0).fit(WIDER)
    with pytest.raises(DataError, match="expecting 3 features"):
        model.predict(WIDER)
    assert np.array_equal(model.predict(POINTS), expected)


@BOTH
@pytest.mark.parametrize("features", [2, 5, "3", None])
def test_a_wrong_number_of_features_is_not_believed(kind: Kind, features: Any) -> None:
    model = fitted(kind)
    expected = model.predict(POINTS)
    model.n_features_in_ = features
    assert np.array_equal(model.predict(POINTS), expected)
    with pytest.raises(DataError, match="expecting 3 features"):
        model.predict(WIDER)


@pytest.mark.parametrize("begin", ["fit", "partial_fit"])
def test_a_batch_of_other_features_is_refused_whatever_the_attributes_say(begin: str) -> None:
    model = MiniBatchKMeans(4, random_state=0)
    getattr(model, begin)(POINTS)
    model.n_features_in_ = 5
    model.cluster_centers_ = WIDER[:4]
    with pytest.raises(DataError, match="expecting 3 features"):
        model.partial_fit(WIDER)
    assert model.partial_fit(POINTS).cluster_centers_.shape == (4, 3)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("n_clusters", 0),
        ("n_clusters", "a"),
        ("callback", 3),
        ("verbose", "loud"),
        ("batch_size", -1),
        ("tol", float("nan")),
        ("init", "nowhere"),
        ("init", np.zeros((2, 2))),
    ],
)
def test_a_parameter_that_was_spoiled_between_two_batches_is_refused(name: str, value: Any) -> None:
    model = MiniBatchKMeans(4, random_state=0).partial_fit(POINTS)
    model.set_params(**{name: value})
    with pytest.raises(DataError):
        model.partial_fit(POINTS)


def test_another_number_of_clusters_between_two_batches_changes_nothing() -> None:
    model = MiniBatchKMeans(4, random_state=0).partial_fit(POINTS)
    same = MiniBatchKMeans(4, random_state=0).partial_fit(POINTS).partial_fit(POINTS)
    model.set_params(n_clusters=250).partial_fit(POINTS)
    assert np.array_equal(model.cluster_centers_, same.cluster_centers_)


# Data, weights and first centroids


@BOTH
@LAYOUTS
def test_data_may_be_of_any_layout_and_type(kind: Kind, layout: str) -> None:
    expected = kind(4, random_state=0).fit(POINTS)
    found = kind(4, random_state=0).fit(layouts(POINTS)[layout])
    assert np.array_equal(found.cluster_centers_, expected.cluster_centers_)
    assert np.array_equal(found.predict(layouts(POINTS)[layout]), expected.labels_)


@BOTH
@LAYOUTS
def test_weights_may_be_of_any_layout_and_type(kind: Kind, layout: str) -> None:
    weights = np.random.default_rng(2).uniform(0, 3, (300, 1))
    given = np.asarray(layouts(weights)[layout])[:, 0]
    expected = kind(4, random_state=0).fit(POINTS, sample_weight=weights[:, 0])
    found = kind(4, random_state=0).fit(POINTS, sample_weight=given)
    assert np.array_equal(found.cluster_centers_, expected.cluster_centers_)


@BOTH
@LAYOUTS
def test_first_centroids_may_be_of_any_layout_and_type(kind: Kind, layout: str) -> None:
    expected = kind(4, init=CENTERS, random_state=0).fit(POINTS)
    found = kind(4, init=layouts(CENTERS)[layout], random_state=0).fit(POINTS)
    assert np.array_equal(found.cluster_centers_, expected.cluster_centers_)


@BOTH
@pytest.mark.parametrize(
    ("weights", "problem"),
    [
        (np.ones(299), "expected"),
        (np.ones((300, 1)), "expected"),
        ([[1.0], [1.0, 2.0]], "sample_weight: wanted numbers"),
        (["a"] * 300, "sample_weight: wanted numbers"),
        (np.full(300, 1j), "Complex data"),
        (np.full(300, None), "finite numbers"),
        (np.full(300, np.longdouble("1e4000")), "finite numbers"),
        (np.full(300, 1e308), "the sum is more than a float holds"),
    ],
)
def test_weights_that_cannot_be_used_are_refused(kind: Kind, weights: Any, problem: str) -> None:
    model = fitted(kind)
    calls = [model.fit, model.score]
    for call in [*calls, model.partial_fit] if isinstance(model, MiniBatchKMeans) else calls:
        with pytest.raises(DataError, match=problem):
            call(POINTS, sample_weight=weights)


@BOTH
@pytest.mark.parametrize(
    ("points", "problem"),
    [
        ([[1.0, 2.0], [3.0]], "wanted numbers"),
        (np.zeros(9, "f8,f8"), "wanted numbers"),
        (np.full((9, 2), np.longdouble("1e4000")), "NaN or infinity"),
    ],
)
def test_data_that_are_no_numbers_are_refused(kind: Kind, points: Any, problem: str) -> None:
    with pytest.raises(DataError, match=problem):
        kind(2).fit(points)
    assert issubclass(DataTypeError, DataError)


@BOTH
@pytest.mark.parametrize("init", ["k-means++", "random", "wu"])
@pytest.mark.parametrize("d", [1, 3, 6])
def test_data_whose_squared_distances_are_infinite_are_refused(
    kind: Kind, init: str, d: int
) -> None:
    huge = np.random.default_rng(d).choice([1.7e308, -1.7e308, 0.0], (6000, d))
    with pytest.raises(DataError, match="scale the data"):
        kind(4, init=init).fit(huge)
    if kind is MiniBatchKMeans:
        with pytest.raises(DataError, match="scale the data"):
            MiniBatchKMeans(4, init=init).partial_fit(huge)


@BOTH
@pytest.mark.parametrize("d", [1, 4, 7])
@pytest.mark.parametrize("size", [1e154, 1e200, 1e300])
def test_numbers_whose_squares_are_infinite_are_refused_wherever_they_come_in(
    kind: Kind, size: float, d: int
) -> None:
    near = np.random.default_rng(d).normal(size=(20, d))
    far = size * (1 + np.abs(near))
    model = kind(2, random_state=0).fit(near)
    calls = [model.predict, model.transform, model.score]
    if isinstance(model, MiniBatchKMeans):
        calls.append(model.partial_fit)
    for call in [*calls, kind(1).fit, lambda some: kind(20, init=some).fit(near)]:
        with pytest.raises(DataError, match="scale the data"):
            call(far)
    same = np.full((5, d), size)
    with pytest.raises(DataError, match="scale the data"):
        kind(1).fit(same)
    model.cluster_centers_ = far[:2]
    with pytest.raises(DataError, match="cluster_centers_: squared distances"):
        model.predict(near)


@BOTH
@pytest.mark.parametrize("d", [2, 8])
def test_the_limit_of_float32_is_that_of_its_squares(kind: Kind, d: int) -> None:
    near = np.random.default_rng(d).normal(size=(20, d)).astype(np.float32)
    model = kind(2, random_state=0).fit(near)
    far = np.full((3, d), 1e37, np.float32)
    for call in (model.predict, model.transform, model.score, kind(1).fit):
        with pytest.raises(DataError, match="more than a float32 holds"):
            call(far)
    assert np.isfinite(model.transform(far.astype(np.float64))).all()
    with pytest.raises(DataError, match="init: squared distances are more than a float32"):
        kind(2, init=np.full((2, d), 1e150)).fit(near)


@BOTH
def test_weights_that_make_a_score_infinite_are_refused(kind: Kind) -> None:
    model = fitted(kind)
    with pytest.raises(DataError, match="scale the data"):
        model.score(POINTS * 1e150, sample_weight=np.full(len(POINTS), 1e9))


@BOTH
def test_an_array_larger_than_memory_is_refused(kind: Kind) -> None:
    wide = np.broadcast_to(np.zeros(5), (1 << 50, 5))  # 40 PiB, more than there are addresses for
    model = kind(1).fit(np.eye(5))
    calls = [kind(2).fit, model.predict, model.transform, model.score]
    if isinstance(model, MiniBatchKMeans):
        calls.append(model.partial_fit)
    for call in calls:
        with pytest.raises(DataError, match="X: needs more memory than there is"):
            call(wide)
    with pytest.raises(DataError, match="sample_weight: needs more memory"):
        model.fit(np.eye(5), sample_weight=np.broadcast_to(1.0, (1 << 52,)))


@BOTH
def test_data_as_large_as_can_be_are_clustered(kind: Kind) -> None:
    large = POINTS * 1e150
    found = kind(4, random_state=0).fit(large)
    assert np.isfinite(found.cluster_centers_).all()
    assert 0 < found.inertia_ < np.inf


@BOTH
@pytest.mark.parametrize(
    ("init", "problem"),
    [
        (np.zeros((4, 2)), "initial centers"),
        (np.zeros((3, 3)), "initial centers"),
        (None, "initial centers"),
        (3.0, "initial centers"),
        (np.full((4, 3), np.nan), "NaN or infinity"),
        (np.full((4, 3), np.longdouble("1e4000")), "NaN or infinity"),
        ([["a"] * 3] * 4, "init: wanted numbers"),
        ([[1.0, 2.0, 3.0], [1.0]], "init: wanted numbers"),
        (np.full((4, 3), 1j), "Complex data"),
        (b"wu", "init: wanted numbers"),
    ],
)
def test_first_centroids_that_cannot_be_used_are_refused(
    kind: Kind, init: Any, problem: str
) -> None:
    for given in (init, lambda *_, **__: init):
        with pytest.raises(DataError, match=problem):
            kind(4, init=given).fit(POINTS)


@BOTH
def test_a_function_that_finds_seeds_cannot_spoil_the_data(kind: Kind) -> None:
    def spoils(points: Array, k: int, random_state: object) -> Array:
        seeds = points[:k].copy()
        points[:] = np.nan
        return seeds

    points = POINTS.copy()
    found = kind(4, init=spoils, n_init=2, random_state=0).fit(points)
    assert np.array_equal(points, POINTS)
    assert np.isfinite(found.cluster_centers_).all()


@BOTH
def test_a_callback_cannot_spoil_the_centroids(kind: Kind) -> None:
    expected = fitted(kind).cluster_centers_
    found = kind(4, random_state=0, callback=lambda _i, places, _e: places.fill(np.nan)).fit(POINTS)
    assert np.array_equal(found.cluster_centers_, expected)


@BOTH
@pytest.mark.parametrize(
    ("name", "value"), [("tol", 10**400), ("verbose", 10**400), ("n_init", np.array([1, 2]))]
)
def test_parameters_that_are_no_plain_numbers_are_refused(
    kind: Kind, name: str, value: Any
) -> None:
    with pytest.raises(DataError, match=name):
        kind(4).set_params(**{name: value}).fit(POINTS)
