"""The estimators pass the checks of scikit-learn."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from quantize import KMeans, MiniBatchKMeans

FAILS_THERE_TOO = (
    "scikit-learn's own KMeans fails it too: the draws of k-means++ depend on the number of rows, "
    "not on their weight alone"
)
EXPECTED = {
    "check_sample_weight_equivalence_on_dense_data": FAILS_THERE_TOO,
    "check_sample_weight_equivalence_on_sparse_data": FAILS_THERE_TOO,
}


with warnings.catch_warnings():
    warnings.simplefilter("ignore", UserWarning)  # that they do not inherit from its base class
    EVERY_CHECK = parametrize_with_checks(
        [KMeans(random_state=0), MiniBatchKMeans(random_state=0)],
        expected_failed_checks=lambda _estimator: EXPECTED,
    )


@pytest.mark.filterwarnings("ignore")
@EVERY_CHECK
def test_scikit_learns_checks_pass(estimator: Any, check: Callable[[Any], None]) -> None:
    check(estimator)  # it asserts
