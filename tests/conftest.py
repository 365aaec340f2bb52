"""What all tests share: the profile of Hypothesis, and the command as a fixture."""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import Any

import pytest

from helpers.command import Answer, Run, child_command, command
from helpers.examples import load_profile

load_profile()

with warnings.catch_warnings(action="ignore"):
    from quantize import kernels

if kernels.FALLBACK:  # the tests ask for the kernels that there are, so that no command warns
    os.environ["QUANTIZE_KERNELS"] = kernels.ACTIVE
    kernels.FALLBACK = ""


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
