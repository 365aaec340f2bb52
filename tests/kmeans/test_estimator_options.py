"""Options of the estimators: callbacks, methods, names of features, limits."""

from __future__ import annotations

import re
from itertools import pairwise
from math import ceil
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.datasets import make_blobs
from sklearn.metrics import adjusted_rand_score
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

from helpers.examples import examples
from quantize import KMeans, MiniBatchKMeans, errors
from quantize.kmeans import estimators, seeding
from quantize.kmeans.lloyd import assign

Floats = NDArray[Any]

BOTH = pytest.mark.parametrize("kind", [KMeans, MiniBatchKMeans])

BLOBS, OF_BLOB = make_blobs(
    600, centers=[[x, y, (x + y) % 20] for x in (0, 10, 20) for y in (0, 10)], random_state=1
)
LINE = np.array([[0.0], [1.0], [10.0], [11.0]])


class Call(NamedTuple):
    """What a callback was told."""

    iteration: int
    centers: Floats
    inertia: float


class Diary:
    """A callback that writes everything down."""

    def __init__(self) -> None:
        self.calls: list[Call] = []

    def __call__(self, *told: Any) -> None:
        self.calls.append(Call(*told))

    @property
    def iterations(self) -> list[int]:
        return [call.iteration for call in self.calls]


def cost(points: Floats, centers: Floats, weights: Floats | None = None) -> float:
    return assign(points, np.ones(len(points)) if weights is None else weights, centers).inertia


# The callback


@BOTH
def test_the_first_call_is_the_seeds_and_the_last_the_fit(kind: Any) -> None:
    diary = Diary()
    model = kind(6, init=BLOBS[:6], callback=diary, random_state=0).fit(BLOBS)
    first, last = diary.calls[0], diary.calls[-1]
    assert (first.iteration, first.centers.tolist()) == (0, BLOBS[:6].tolist())
    assert last.centers.tolist() == model.cluster_centers_.tolist()
    assert last.inertia == pytest.approx(model.inertia_)
    assert diary.iterations == list(range(len(diary.calls)))
    assert {call.centers.dtype for call in diary.calls} == {np.dtype(np.float64)}


def test_four_points_on_a_line_call_by_call() -> None:
    diary = Diary()
    model = KMeans(2, init=[[0], [1]], tol=0, algorithm="lloyd", callback=diary).fit(LINE)
    # 0 | 1 10 11;  0 and 22/3: 0 1 | 10 11;  0.5 and 10.5: the same
    assert [call.centers[:, 0].tolist() for call in diary.calls] == [
        [0, 1],
        [0, 22 / 3],
        [0.5, 10.5],
    ]
    assert [call.inertia for call in diary.calls] == pytest.approx(
        [81 + 100, 1 + (8 / 3) ** 2 + (11 / 3) ** 2, 4 * 0.25]
    )
    assert model.n_iter_ == 3  # scikit-learn counts the one that finds that no label changes


@pytest.mark.filterwarnings("ignore:Number of distinct clusters")
@pytest.mark.filterwarnings("ignore:algorithm='elkan'")
@pytest.mark.parametrize("algorithm", estimators.ALGORITHMS)
@given(
    points=arrays(np.float64, (20, 2), elements=st.integers(0, 30)),
    weights=arrays(np.float64, 20, elements=st.sampled_from([0, 0.5, 1, 6])),
    k=st.integers(1, 6),
)
@examples(40)
def test_the_callback_gets_the_inertia_of_the_centers_which_never_rises(
    algorithm: str, points: Floats, weights: Floats, k: int
) -> None:
    weights[0] = 1
    diary = Diary()
    model = KMeans(k, init=points[:k], tol=0, algorithm=algorithm, callback=diary)
    model.fit(points, sample_weight=weights)
    for call in diary.calls:
        assert call.inertia == pytest.approx(cost(points, call.centers, weights), abs=1e-9)
    slack = 1e-9 * diary.calls[0].inertia
    assert all(b.inertia <= a.inertia + slack for a, b in pairwise(diary.calls))
    assert diary.iterations == list(range(len(diary.calls)))
    assert model.n_iter_ - diary.iterations[-1] in {0, 1}  # a last one finds nothing to change
    assert diary.calls[-1].centers.tolist() == model.cluster_centers_.tolist()


@BOTH
def test_what_a_callback_does_to_its_centers_changes_nothing(kind: Any) -> None:
    def spoil(_iteration: int, centers: Floats, _inertia: float) -> None:
        centers[:] = 1e9

    plain, spoiled = (kind(6, random_state=0, callback=way).fit(BLOBS) for way in (None, spoil))
    assert spoiled.cluster_centers_.tolist() == plain.cluster_centers_.tolist()


@BOTH
def test_runs_follow_one_another_each_from_0(kind: Any) -> None:
    diary = Diary()
    model = kind(6, n_init=3, init="random", random_state=0, callback=diary).fit(BLOBS)
    ends = [at for at, call in enumerate(diary.calls) if call.iteration == 0][1:]
    assert len(ends) == 2
    lasts = [diary.calls[end - 1] for end in (*ends, 0)]
    best = min(lasts, key=lambda call: call.inertia)
    assert model.cluster_centers_.tolist() == best.centers.tolist()


def test_an_error_in_a_callback_ends_the_fit() -> None:
    def stop(iteration: int, _centers: Floats, _inertia: float) -> None:
        if iteration == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        KMeans(6, callback=stop).fit(BLOBS)


def test_the_callback_gets_each_batch_of_a_stream_with_the_error_on_the_coreset() -> None:
    diary, points = Diary(), np.random.default_rng(0).uniform(size=(600, 2))
    model = MiniBatchKMeans(16, init="random", random_state=0, callback=diary)
    for batch in (1, 2, 3):
        model.partial_fit(points[200 * (batch - 1) : 200 * batch])
        assert diary.iterations[-1] == batch == model.n_steps_ == model.n_iter_
        call = diary.calls[-1]
        assert call.centers.tolist() == model.cluster_centers_.tolist()
        assert call.inertia == pytest.approx(cost(points[: 200 * batch], call.centers))


# What is printed


@BOTH
def test_verbose_prints_a_line_an_iteration(kind: Any, capsys: pytest.CaptureFixture[str]) -> None:
    diary = Diary()
    kind(6, random_state=0, verbose=1, callback=diary).fit(BLOBS)
    first, *lines, last = capsys.readouterr().out.splitlines()
    assert (first, last.split()[0]) == ("Initialization complete", "Converged")
    assert len(lines) == len(diary.calls) >= 2
    for line, call in zip(lines, diary.calls, strict=True):
        assert line == f"Iteration {call.iteration}, inertia {call.inertia:.9g}"


@BOTH
def test_nothing_is_printed_unless_asked(kind: Any, capsys: pytest.CaptureFixture[str]) -> None:
    kind(6, random_state=0).fit(BLOBS)
    assert capsys.readouterr() == ("", "")


# The algorithm


def test_elkan_is_another_name_for_lloyd() -> None:
    lloyd, elkan = (
        KMeans(6, algorithm=name, random_state=0).fit(BLOBS) for name in ("lloyd", "elkan")
    )
    assert lloyd.cluster_centers_.tobytes() == elkan.cluster_centers_.tobytes()
    assert lloyd.n_iter_ == elkan.n_iter_


@pytest.mark.filterwarnings("ignore:Number of distinct clusters")
@given(
    points=arrays(np.float64, (24, 2), elements=st.integers(0, 30)),
    k=st.integers(1, 8),
)
@examples(60)
def test_breathing_is_never_worse_from_the_same_seeds(points: Floats, k: int) -> None:
    lloyd, breathing = (
        KMeans(k, init=points[:k], algorithm=name).fit(points) for name in ("lloyd", "breathing")
    )
    assert breathing.inertia_ <= lloyd.inertia_ * (1 + 1e-12)
    assert breathing.n_iter_ >= lloyd.n_iter_


def test_breathing_finds_clusters_where_lloyd_is_stuck() -> None:
    points, _ = make_blobs(1000, centers=25, center_box=(0, 500), random_state=3)
    stuck, found = (
        KMeans(25, init=points[:25], algorithm=name).fit(points) for name in ("lloyd", "breathing")
    )
    assert found.inertia_ < stuck.inertia_ / 5
    assert found.inertia_ <= 1.01 * KMeans(25, n_init=20, random_state=0).fit(points).inertia_


@pytest.mark.parametrize("most", [1, 2, 3, 7])
def test_max_iter_bounds_lloyd_before_and_after_the_search_together(most: int) -> None:
    points = np.random.default_rng(0).uniform(size=(500, 2))
    model = KMeans(9, init=points[:9], algorithm="breathing", tol=0, max_iter=most).fit(points)
    assert model.n_iter_ == most


# Seeds from a function


@BOTH
def test_a_function_gives_the_seeds(kind: Any) -> None:
    seen: list[Any] = []

    def first_rows(points: Floats, k: int, random_state: np.random.RandomState) -> Floats:
        seen.append((points.copy(), k, type(random_state)))
        return points[:k]

    by_function = kind(6, init=first_rows, n_init=1, random_state=0).fit(BLOBS)
    ((points, k, chance),) = seen
    assert (points.tolist(), k, chance) == (BLOBS.tolist(), 6, np.random.RandomState)
    if kind is KMeans:  # the other's batches are left to chance, which the function has a part of
        by_array = kind(6, init=BLOBS[:6]).fit(BLOBS)
        assert by_function.cluster_centers_.tolist() == by_array.cluster_centers_.tolist()


@BOTH
def test_a_function_sees_the_rows_as_they_were_given_however_many(kind: Any) -> None:
    points = np.random.default_rng(0).integers(0, 9, (5000, 2)).astype(np.float64)

    def check(given: Floats, k: int, random_state: np.random.RandomState) -> Floats:
        assert np.array_equal(given, points)
        return given[:k]

    assert kind(3, init=check, n_init=1).fit(points).n_iter_ >= 1


def test_a_function_may_draw_and_the_same_random_state_draws_the_same() -> None:
    def draw(points: Floats, k: int, random_state: np.random.RandomState) -> Floats:
        return points[random_state.choice(len(points), k, replace=False)]

    first, second = (KMeans(6, init=draw, random_state=3).fit(BLOBS) for _ in range(2))
    assert first.cluster_centers_.tobytes() == second.cluster_centers_.tobytes()
    counts: list[int] = []
    KMeans(6, init=lambda *told, **state: counts.append(1) or draw(*told, **state)).fit(BLOBS)  # type: ignore[func-returns-value]
    assert len(counts) == KMeans.RANDOM_RUNS


@pytest.mark.parametrize("wrong", [np.zeros((2, 1)), [[0.0], [1.0], [np.nan]], None, 5], ids=str)
def test_what_a_function_gives_is_checked(wrong: Any) -> None:
    with pytest.raises(errors.DataError, match="initial centers"):
        KMeans(3, init=lambda *_, **__: wrong).fit(LINE)


# Mini-batches


def test_labels_may_be_left_out(recwarn: pytest.WarningsRecorder) -> None:
    model = MiniBatchKMeans(6, random_state=0).fit(BLOBS)
    labels = model.labels_
    model.set_params(compute_labels=False).fit(BLOBS)
    assert not hasattr(model, "labels_")
    assert model.predict(BLOBS).tolist() == labels.tolist()
    assert model.fit_predict(BLOBS).tolist() == labels.tolist()
    assert not recwarn


@pytest.mark.filterwarnings("ignore:init_size=1 should be larger")
@pytest.mark.parametrize("size", [1, 50, 600, 10_000])
def test_seeds_are_found_among_init_size_points(size: int, monkeypatch: Any) -> None:
    seen: list[tuple[int, float]] = []

    def spy(points: Floats, weights: Floats, *rest: Any) -> Floats:
        seen.append((len(points), float(weights.sum())))
        return original(points, weights, *rest)

    original = seeding.kmeans_plus_plus
    monkeypatch.setattr(seeding, "kmeans_plus_plus", spy)
    MiniBatchKMeans(6, init_size=size, random_state=0).fit(BLOBS)
    ((points, weight),) = seen
    assert weight == min(max(size, 6), 600)
    assert points <= weight


def test_a_run_without_patience_makes_all_its_passes() -> None:
    options: dict[str, Any] = {"batch_size": 200, "max_iter": 20, "random_state": 0}
    patient = MiniBatchKMeans(6, max_no_improvement=None, **options).fit(BLOBS)
    assert (patient.n_steps_, patient.n_iter_) == (60, 20)
    hasty = MiniBatchKMeans(6, max_no_improvement=1, **options).fit(BLOBS)
    usual = MiniBatchKMeans(6, **options).fit(BLOBS)
    assert hasty.n_steps_ < usual.n_steps_ < 60


@pytest.mark.parametrize("batch_size", [50, 601, 6000])
def test_steps_are_batches_and_iterations_passes(batch_size: int) -> None:
    diary = Diary()
    model = MiniBatchKMeans(6, batch_size=batch_size, random_state=0, callback=diary).fit(BLOBS)
    assert model.n_steps_ == diary.iterations[-1]
    assert model.n_iter_ == ceil(model.n_steps_ * min(batch_size, 600) / 600)


# Names


class Frame:
    """What a data frame is to an estimator: columns with names, and an array."""

    def __init__(self, values: Floats, columns: list[Any]) -> None:
        self.values, self.columns = values, columns

    def __array__(self, dtype: Any = None, copy: Any = None) -> Floats:
        return np.array(self.values, dtype)


@BOTH
def test_columns_of_transform_have_names(kind: Any) -> None:
    model = kind(3, random_state=0).fit(LINE)
    names = model.get_feature_names_out()
    assert names.tolist() == [f"{kind.__name__.lower()}{at}" for at in range(3)]
    assert len(names) == model.transform(LINE).shape[1]
    with pytest.raises(ValueError, match="is not fitted"):
        kind().get_feature_names_out()


@BOTH
def test_names_of_features_are_kept_and_compared(kind: Any) -> None:
    frame = Frame(BLOBS, ["x", "y", "z"])
    model = kind(6, random_state=0).fit(frame)
    assert model.feature_names_in_.tolist() == ["x", "y", "z"]
    assert model.predict(frame).tolist() == model.labels_.tolist()
    with pytest.raises(errors.DataError, match=r"(?s)unseen at fit time:\n- q\n.*missing:\n- z"):
        model.predict(Frame(BLOBS, ["x", "y", "q"]))
    with pytest.raises(errors.DataError, match="must be in the same order"):
        model.predict(Frame(BLOBS, ["y", "x", "z"]))
    with pytest.warns(UserWarning, match="does not have valid feature names"):
        model.predict(BLOBS)
    with pytest.warns(UserWarning, match="was fitted without feature names"):
        kind(6, random_state=0).fit(BLOBS).predict(frame)
    model.fit(BLOBS)
    assert not hasattr(model, "feature_names_in_")


def test_columns_without_words_have_no_names() -> None:
    model = KMeans(6, random_state=0).fit(Frame(BLOBS, [0, 1, 2]))
    assert not hasattr(model, "feature_names_in_")


@BOTH
def test_a_data_frame_of_pandas_is_one(kind: Any) -> None:
    pandas = pytest.importorskip("pandas")
    model = kind(6, random_state=0).fit(pandas.DataFrame(BLOBS, columns=["x", "y", "z"]))
    assert model.feature_names_in_.tolist() == ["x", "y", "z"]


# Beside scikit-learn's own


@BOTH
def test_a_grid_search_finds_the_number_of_blobs_that_scores_best(kind: Any) -> None:
    steps = Pipeline([("scale", StandardScaler()), ("cluster", kind(random_state=0, n_init=3))])
    search = GridSearchCV(steps, {"cluster__n_clusters": [2, 4, 6]}, cv=3).fit(BLOBS)
    assert search.best_params_ == {"cluster__n_clusters": 6}
    assert adjusted_rand_score(OF_BLOB, search.predict(BLOBS)) == 1
    assert search.transform(BLOBS).shape == (600, 6)


@BOTH
def test_a_clone_has_every_parameter(kind: Any) -> None:
    told: dict[str, Any] = {"verbose": 0, "callback": Diary, "init": "wu", "random_state": 3}
    if kind is KMeans:
        told |= {"algorithm": "breathing", "copy_x": False}
    else:
        told |= {"compute_labels": False, "init_size": 99, "max_no_improvement": None}
        told |= {"reassignment_ratio": 0.5, "batch_size": 7}
    twin = clone(kind(**told))
    assert {name: twin.get_params()[name] for name in told} == told


# What is refused


@pytest.mark.parametrize(
    ("kind", "parameter", "value"),
    [
        *((KMeans, "algorithm", value) for value in ("full", "Lloyd", "", None, ["lloyd"])),
        *((KMeans, "callback", value) for value in (3, "print", [])),
        *((KMeans, "verbose", value) for value in (-1, "yes", None)),
        *((MiniBatchKMeans, "callback", value) for value in (3, "print")),
        *((MiniBatchKMeans, "verbose", value) for value in (-1, "yes")),
        *((MiniBatchKMeans, "max_no_improvement", value) for value in (0, -1, 2.5, "a", True)),
        *((MiniBatchKMeans, "init_size", value) for value in (0, -1, 2.5, "a")),
        *((MiniBatchKMeans, "reassignment_ratio", value) for value in (-0.1, np.nan, np.inf, "a")),
    ],
    ids=str,
)
def test_a_bad_parameter_is_refused_by_name(kind: Any, parameter: str, value: Any) -> None:
    model = kind(2, **{parameter: value})
    with pytest.raises(errors.DataError, match=f"^{re.escape(parameter)}: "):
        model.fit(LINE)
    if kind is MiniBatchKMeans:
        with pytest.raises(errors.DataError, match=f"^{re.escape(parameter)}: "):
            kind(2, **{parameter: value}).partial_fit(LINE)
