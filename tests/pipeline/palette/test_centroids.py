"""Where the first centroids come from."""

from __future__ import annotations

import numpy as np
import pytest

from helpers.paths import SAMPLES
from quantize.images.load import load
from quantize.model.frames import FrameSource
from quantize.pipeline.palette.centroids import SEED_CELLS, clustering_of
from quantize.pipeline.palette.problem import problem_of
from quantize.pipeline.run import count
from quantize.pipeline.settings import Settings
from quantize.pipeline.target import Target


@pytest.mark.parametrize(
    ("given", "fewer"),
    [
        ({}, True),
        ({"search": 0}, False),
        ({"algorithm": "mini-batch"}, False),
        ({"engine": "scikit-learn"}, False),
    ],
)
def test_where_a_search_follows_seeds_are_found_on_fewer_cells(
    given: dict[str, object], *, fewer: bool
) -> None:
    counted = count(FrameSource.still(load(str(SAMPLES / "coffee.png"))))
    settings = Settings(colors=64, **given)  # type: ignore[arg-type]
    colors = problem_of(counted, settings, Target())
    problem = clustering_of(colors, settings)
    assert (problem.for_seeds is not None) == fewer
    if problem.for_seeds is not None:
        points, weights = problem.for_seeds
        assert 64 < len(points) <= SEED_CELLS < len(problem.coarse_points)
        mean = np.average(problem.coarse_points, axis=0, weights=problem.coarse_weights)
        assert np.average(points, axis=0, weights=weights) == pytest.approx(mean)
        assert weights.sum() == problem.coarse_weights.sum()
