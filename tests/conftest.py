"""What all tests share: the profile of Hypothesis, and the command as a fixture."""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import Any

import pytest

from helpers.command import Answer, Run, child_command, command
from helpers.examples import load_profile
from helpers.paths import TESTS

load_profile()

with warnings.catch_warnings(action="ignore"):
    from quantize import kernels

if kernels.FALLBACK:  # the tests ask for the kernels that there are, so that no command warns
    os.environ["QUANTIZE_KERNELS"] = kernels.ACTIVE
    kernels.FALLBACK = ""


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """With `-n`, give whole files to processes: what a file computes once is not computed twice."""
    if getattr(config.option, "numprocesses", None) and config.option.dist == "no":
        config.option.dist = "loadfile"
        config.option.loadscopereorder = False


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of the docs, and begin with files that take long, so that all end together."""
    for item in items:
        if item.path.is_relative_to(TESTS / "docs"):
            item.add_marker("docs")
    long = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in long)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """`command`, which runs in this process, in `tmp_path`."""

    def in_folder(*arguments: object, **options: Any) -> Answer:
        return command(*arguments, cwd=options.pop("cwd", tmp_path), **options)

    return in_folder


@pytest.fixture
def run_child(tmp_path: Path) -> Run:
    """`child_command` in `tmp_path`."""

    def in_folder(*arguments: object, **options: Any) -> Answer:
        return child_command(*arguments, cwd=options.pop("cwd", tmp_path), **options)

    return in_folder
