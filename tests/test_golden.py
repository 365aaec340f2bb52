"""Guards results: each run of `golden.py` gives the palette and the pixels that it gave before.

Where a change is meant, `python tests/golden.py` writes the digests anew.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import click
import pytest

import golden
from helpers.command import environment
from helpers.paths import ROOT
from quantize import kernels
from quantize.cli.run import quantize as click_command

BEFORE = json.loads(golden.FILE.read_bytes())

NOT_HERE = {
    *("--dither", "--engine", "--metrics", "--compress", "--shared-weight"),
    *("--swatch-style", "--swatch-theme", "--names", "--css-colors"),
}
"""Options whose choices change no palette and no pixel of one picture; and those of dithering,
which the gallery has, and of scikit-learn, whose results are its own affair."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The inputs of all cases."""
    found = tmp_path_factory.mktemp("golden")
    golden.make_inputs(found)
    return found


@pytest.mark.parametrize("case", golden.CASES)
def test_a_run_gives_the_result_that_it_gave_before(case: str, folder: Path) -> None:
    found, before = golden.result_of(case, folder), BEFORE[case]
    if found["source"] != before["source"]:
        pytest.skip("this input is decoded differently here")
    assert found == before


@pytest.mark.skipif(kernels.ACTIVE == "reference", reason="all cases run on them then")
def test_the_reference_kernels_give_the_same_results() -> None:
    done = subprocess.run(
        [sys.executable, "tests/golden.py", *golden.ON_REFERENCE_KERNELS],
        cwd=ROOT,
        env=environment(QUANTIZE_KERNELS="reference"),
        capture_output=True,
        check=True,
    )
    wanted = {case: BEFORE[case] for case in golden.ON_REFERENCE_KERNELS}
    assert json.loads(done.stdout) == wanted


def test_every_choice_of_an_option_that_changes_results_has_a_case() -> None:
    words = {word for case in golden.CASES for word in case.split()}
    for option in click_command.params:
        if isinstance(option.type, click.Choice) and option.opts[-1] not in NOT_HERE:
            assert {*map(str, option.type.choices)} <= words, option.opts[-1]


def test_there_is_no_digest_without_a_case() -> None:
    assert [*BEFORE] == [*golden.CASES]
