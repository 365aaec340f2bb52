"""All methods of the tables cluster, the best of `n_init` runs is kept, and engines agree."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest

from quantize.errors import MissingPackageError
from quantize.kmeans import seeding, solver
from quantize.kmeans.algorithms import full
from quantize.kmeans.problem import ClusteringProblem, ClusterOptions
from quantize.kmeans.solver import cluster, random_sources
from quantize.kmeans.table import ALGORITHMS, ENGINES, SEEDERS
from quantize.pipeline.settings import Settings


def problem(k: int = 6, seed: int = 0) -> ClusteringProblem:
    random = np.random.default_rng(seed)
    points = random.uniform(0, 255, (300, 3))
    weights = random.integers(1, 9, 300).astype(np.float64)
    return ClusteringProblem(points, weights, k, points, weights, points[:0])


PROBLEM = problem()


def options(**given: Any) -> ClusterOptions:
    return Settings().cluster_options._replace(**given)


# Tables


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("init", SEEDERS)
def test_all_combinations_of_methods_cluster(engine: str, algorithm: str, init: str) -> None:
    wanted = options(engine=engine, algorithm=algorithm, init=init, batch_size=100)
    found = cluster(PROBLEM, wanted)
    assert found.centroids.shape == (6, 3)
    assert found.labels.shape == (300,)
    table = np.square(PROBLEM.points[:, None] - found.centroids).sum(axis=2)
    assert found.inertia == pytest.approx(PROBLEM.weights @ table.min(axis=1), rel=1e-6)
    assert found.iterations >= 1


# Restarts


def test_the_best_of_n_init_runs_is_kept() -> None:
    wanted = options(init="random")
    runs = [
        full(PROBLEM, wanted, solver.seeds_of(PROBLEM, "random", source), source, None)
        for source in random_sources(0, 5)
    ]
    best = min(run.inertia for run in runs)
    assert best < max(run.inertia for run in runs)
    kept = cluster(PROBLEM, wanted._replace(n_init=5))
    assert kept.inertia == best


def test_a_run_does_not_depend_on_how_many_there_are() -> None:
    few, many = ([source().random() for source in random_sources(7, runs)] for runs in (3, 6))
    assert few == many[:3]
    assert len(set(many)) == 6


def test_another_seed_gives_other_runs() -> None:
    first, second = (next(random_sources(seed, 1))().random() for seed in (0, 1))
    assert first != second


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_the_same_seed_gives_the_same_clustering(algorithm: str) -> None:
    wanted = options(algorithm=algorithm, init="random", seed=3)
    first, second = cluster(PROBLEM, wanted), cluster(PROBLEM, wanted)
    assert first.centroids.tobytes() == second.centroids.tobytes()


def test_more_runs_are_never_worse() -> None:
    inertia = [cluster(PROBLEM, options(init="random", n_init=n)).inertia for n in (1, 2, 4, 8)]
    assert inertia == sorted(inertia, reverse=True)


def test_max_iter_and_tol_reach_the_engine() -> None:
    exact = cluster(PROBLEM, options(tol=0.0))
    assert exact.converged
    assert cluster(PROBLEM, options(tol=1e9)).iterations == 2  # one on cells, one on all
    short = cluster(PROBLEM, options(max_iter=1, tol=0.0, search_rounds=0))
    assert (short.iterations, short.converged) == (1, False)


# Where seeds are found


def test_seeds_are_found_on_the_coarse_points() -> None:
    coarse = PROBLEM._replace(coarse_points=PROBLEM.points[:9], coarse_weights=np.ones(9))
    seeds = solver.seeds_of(coarse, "random", seeding.random_source(0, 0))
    there = PROBLEM.points[:9].tolist()
    assert all(seed in there for seed in seeds.tolist())


def test_points_for_seeds_take_their_place() -> None:
    few = PROBLEM._replace(for_seeds=(PROBLEM.points[9:20], np.ones(11)))
    seeds = solver.seeds_of(few, "random", seeding.random_source(0, 0))
    there = PROBLEM.points[9:20].tolist()
    assert all(seed in there for seed in seeds.tolist())


# Places that are fixed

FIXED = np.array([[0.0, 0.0, 0.0], [300.0, 10.0, 10.0]])


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("init", SEEDERS)
def test_fixed_places_are_the_first_centroids_and_stay(algorithm: str, init: str) -> None:
    wanted = options(algorithm=algorithm, init=init, batch_size=100, search_rounds=5, n_init=2)
    found = cluster(PROBLEM._replace(fixed=FIXED), wanted)
    assert found.centroids.shape == (6, 3)
    assert found.centroids[:2].tolist() == FIXED.tolist()
    table = np.square(PROBLEM.points[:, None] - found.centroids).sum(axis=2)
    assert np.array_equal(found.labels, table.argmin(axis=1))


def test_a_fixed_place_replaces_the_seed_that_is_nearest_to_it() -> None:
    seeds = solver.seeds_of(PROBLEM, "wu", seeding.random_source(0, 0))
    place = seeds[3:4] + 1
    with_place = PROBLEM._replace(fixed=place)
    found = solver.seeds_of(with_place, "wu", seeding.random_source(0, 0))
    assert found.tolist() == [*place.tolist(), *np.delete(seeds, 3, axis=0).tolist()]


def test_where_all_places_are_fixed_there_is_nothing_to_find() -> None:
    fixed = PROBLEM.points[:6]
    for algorithm in ALGORITHMS:
        found = cluster(PROBLEM._replace(fixed=fixed), options(algorithm=algorithm))
        assert found.centroids.tolist() == fixed.tolist()


def test_few_seeds_from_few_coarse_points_are_all_kept() -> None:
    few = PROBLEM._replace(
        k=6, coarse_points=PROBLEM.points[:3], coarse_weights=np.ones(3), fixed=FIXED
    )
    seeds = solver.seeds_of(few, "wu", seeding.random_source(0, 0))
    assert seeds[:2].tolist() == FIXED.tolist()
    assert sorted(seeds[2:].tolist()) == sorted(PROBLEM.points[:3].tolist())


# scikit-learn's engine


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.slow
def test_the_engines_agree_roughly(algorithm: str) -> None:
    ours, theirs = (
        cluster(PROBLEM, options(engine=engine, algorithm=algorithm, n_init=8, batch_size=150))
        for engine in ("internal", "scikit-learn")
    )
    assert ours.inertia == pytest.approx(theirs.inertia, rel=0.1)


def test_both_engines_end_at_much_the_same_place_from_the_same_seeds() -> None:
    ours, theirs = (
        cluster(PROBLEM, options(engine=engine, init="wu", tol=0.0))
        for engine in ("internal", "scikit-learn")
    )
    assert ours.inertia == pytest.approx(theirs.inertia, rel=0.03)  # ours takes larger steps


@pytest.mark.parametrize("engine", ENGINES)
def test_the_callback_is_called_up_to_the_last_iteration(engine: str) -> None:
    seen: list[int] = []
    found = cluster(
        PROBLEM, options(engine=engine), lambda turn, _centroids, _inertia: seen.append(turn)
    )
    assert seen[-1] == found.iterations


@pytest.mark.parametrize("engine", ENGINES)
def test_every_seed_that_the_settings_allow_works(engine: str) -> None:
    assert cluster(PROBLEM, options(engine=engine, seed=2**40)).centroids.shape == (6, 3)


def test_a_missing_scikit_learn_is_an_error_that_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("sklearn", "sklearn.cluster", "sklearn.exceptions"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(MissingPackageError, match=r"pip install 'quantize-colors\[sklearn\]'"):
        cluster(PROBLEM, options(engine="scikit-learn"))
