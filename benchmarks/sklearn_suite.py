"""scikit-learn's own tests of k-means, of the version that is installed, with our classes in place.

    python benchmarks/sklearn_suite.py [pytest's arguments]

The tests are read from the installed package; nothing of them is kept here. Those in `PRIVATE` are
of functions of scikit-learn that no user calls; those in `OTHERS` ask for what we leave out, with
the reason. The exit code is 1 if another test fails, or if one of `OTHERS` does not fail any more.
"""

from __future__ import annotations

import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

import pytest

THEIRS = "from sklearn.cluster import KMeans, MiniBatchKMeans, k_means, kmeans_plusplus\n"
OURS = THEIRS.replace("sklearn.cluster", "quantize")

DEFAULT = "km_lloyd = KMeans(n_clusters"
LLOYD = DEFAULT.replace("KMeans(", 'KMeans(algorithm="lloyd", ')
"""`test_kmeans_elkan_results` takes the default for Lloyd's algorithm, which it is not with us."""

PRIVATE = {
    "test_euclidean_distance": "_euclidean_*_wrapper",
    "test_inertia": "_inertia_dense, _inertia_sparse",
    "test_is_same_clustering": "_is_same_clustering",
    "test_minibatch_kmeans_init_size": "_init_size",
    "test_minibatch_reassign": "_mini_batch_step",
    "test_minibatch_update_consistency": "_mini_batch_step",
    "test_relocate_empty_clusters": "_relocate_empty_clusters_*",
    "test_sample_weight_init": "_init_centroids",
    "test_sample_weight_zero": "_init_centroids",
    "test_kmeans_init_auto_with_initial_centroids": "_n_init",
    "test_n_init_auto": "_n_init",
}
"""Tests of what begins with an underscore, and what that is."""

OTHERS: dict[str, str] = {}
"""Tests of public behaviour that fail, and why."""

FIXTURES = """
import numpy as np
import pytest

@pytest.fixture
def global_random_seed():
    return 42

@pytest.fixture(params=[np.float64])
def global_dtype(request):
    return request.param
"""


def source() -> str:
    """The installed `test_k_means.py`, which imports our classes."""
    spec = find_spec("sklearn.cluster.tests.test_k_means")
    if spec is None or spec.origin is None:
        raise SystemExit("scikit-learn was installed without its tests")
    text = Path(spec.origin).read_text(encoding="utf-8")
    if text.count(THEIRS) != 1:
        raise SystemExit(f"{spec.origin}: imports the classes in another way than expected")
    return text.replace(THEIRS, OURS).replace(DEFAULT, LLOYD)


class Results:
    """What became of each test, by the name of its function."""

    def __init__(self) -> None:
        self.passed: list[str] = []
        self.failed: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take note of a result, which pytest reports here."""
        name = report.nodeid.partition("::")[2].partition("[")[0]
        if report.failed:
            self.failed.append(name)
        elif report.when == "call" and report.passed:
            self.passed.append(name)


def main() -> int:
    results = Results()
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "conftest.py").write_text(FIXTURES, encoding="utf-8")
        Path(folder, "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
        suite = Path(folder, "test_k_means.py")
        suite.write_text(source(), encoding="utf-8")
        options = ["-q", "-p", "no:cacheprovider", "--tb=line", "-W", "ignore", "--rootdir", folder]
        pytest.main([*options, *sys.argv[1:], str(suite)], plugins=[results])
    known = {**PRIVATE, **OTHERS}
    private = sum(name in PRIVATE for name in results.failed)
    others = sum(name in OTHERS for name in results.failed)
    new = sorted({name for name in results.failed if name not in known})
    print(f"{len(results.passed)} pass; {private} of private internals fail, {others} others")
    for name in new:
        print(f"FAILS: {name}")
    healed = sorted(set(OTHERS) - set(results.failed)) if not sys.argv[1:] else []
    for name in healed:
        print(f"passes now: {name}")
    return int(bool(new or healed))


if __name__ == "__main__":
    sys.exit(main())
