"""Guards what `--cluster` refuses before any work: addresses, other options, missing packages."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from helpers.command import Run
from helpers.folders import names
from helpers.pictures import picture
from quantize.errors import MissingPackageError, UsageError
from quantize.jobs.cluster import connect


def test_an_address_without_a_scheduler_is_one_line(run: Run, tmp_path: Path) -> None:
    picture().save(tmp_path / "a.png")
    begin = time.monotonic()
    answer = run("a.png", "-o", "out/", "--cluster", "127.0.0.1:1")
    assert time.monotonic() - begin < 15
    assert answer.code == 1
    assert len(answer.errors) == 1
    assert "127.0.0.1:1: no Dask scheduler answers there within 5 seconds" in answer.errors[0]
    assert names(tmp_path) == {"a.png"}


@pytest.mark.parametrize("wrong", ["", "here", "tcp://host", "http://host:80", "host:port"])
def test_what_is_no_address_is_refused(wrong: str) -> None:
    with pytest.raises(UsageError, match="wanted 'local', or a scheduler's address"):
        connect.check(wrong)


@pytest.mark.parametrize("right", ["local", "host:8786", "tcp://10.0.0.1:8786", "tls://[::1]:1"])
def test_what_is_an_address_is_taken(right: str) -> None:
    connect.check(right)


def test_processes_and_a_cluster_exclude_each_other(run: Run) -> None:
    answer = run("a.png", "--cluster", "local", "-j", 2)
    assert answer.code == 2
    assert "--jobs is for this machine, --cluster for others" in answer.errors[-1]


@pytest.mark.parametrize("missing", ["dask", "distributed"])
def test_a_missing_package_names_the_extra(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == missing else True)
    with pytest.raises(MissingPackageError) as caught:
        connect.check("local")
    assert str(caught.value) == (
        f"a cluster needs {missing}, which is not installed: pip install 'quantize-colors[cluster]'"
    )
