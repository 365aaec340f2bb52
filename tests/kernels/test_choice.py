"""Whoever gets the reference kernels without asking is warned once, with the reason."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.paths import ROOT
from helpers.pictures import picture
from quantize.errors import KernelsError
from quantize.kernels import choice, reference


@pytest.fixture
def without_extension(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(choice.VARIABLE, raising=False)
    monkeypatch.setitem(sys.modules, choice.EXTENSION, None)


@pytest.mark.usefixtures("without_extension")
def test_without_the_extension_the_reference_kernels_run_and_the_reason_is_known() -> None:
    found = choice.choose()
    assert (found.name, found.module) == ("reference", reference)
    assert found.fallback.startswith("the compiled kernels are not in use; ")
    assert found.fallback.endswith(
        f"Python takes quantize from {ROOT}, where they are not built; run pip install -e ."
    )


@pytest.mark.usefixtures("without_extension")
def test_an_installed_package_without_the_extension_needs_a_compiler(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(choice, "CHECKOUT", "no such file")
    reason = "they were not built; install again with a C compiler"
    assert choice.choose().fallback.endswith(f": {reason}")
    monkeypatch.setenv(choice.VARIABLE, "compiled")
    with pytest.raises(KernelsError, match=f"^QUANTIZE_KERNELS=compiled, but {reason}$"):
        choice.choose()


@pytest.mark.usefixtures("without_extension")
def test_asking_for_the_reference_kernels_gives_no_warning(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(choice.VARIABLE, "reference")
    assert choice.choose() == ("reference", reference, "")


# Processes, on a copy of the source tree as `pip install .` leaves it


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("checkout")
    left_out = shutil.ignore_patterns("*.so", "*.pyd", "__pycache__")
    shutil.copytree(ROOT / "quantize", folder / "quantize", ignore=left_out)
    shutil.copy(ROOT / "pyproject.toml", folder)
    for name in "ab":
        picture().save(folder / f"{name}.png")
    return folder


def python(checkout: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name != choice.VARIABLE}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=checkout,
        env=kept | {"PYTHONPATH": str(checkout)} | variables,
        capture_output=True,
        text=True,
        check=True,
    )


LIBRARY = "from quantize import quantize, KMeans; quantize('a.png', 2); quantize('b.png', 2)"


def test_the_library_warns_once(checkout: Path) -> None:
    lines = python(checkout, "-c", LIBRARY).stderr.splitlines()
    assert len([line for line in lines if "RuntimeWarning" in line]) == 1
    assert f"Python takes quantize from {checkout}, where they are not built" in lines[0]


def test_the_library_is_silent_where_the_reference_kernels_were_asked_for(checkout: Path) -> None:
    assert python(checkout, "-c", LIBRARY, QUANTIZE_KERNELS="reference").stderr == ""


COMMAND = ("-m", "quantize", "a.png", "b.png", "-k", "2", "--no-image", "--no-sidecar", "-j", "2")


def test_the_command_says_so_in_one_line_and_its_processes_nothing(checkout: Path) -> None:
    (line,) = python(checkout, *COMMAND).stderr.splitlines()
    assert line.startswith("quantize: warning: the compiled kernels are not in use; ")
    assert line.endswith(f"from {checkout}, where they are not built; run pip install -e .")


@pytest.mark.slow
def test_the_quiet_command_says_nothing_of_it(checkout: Path) -> None:
    assert python(checkout, *COMMAND, "-q").stderr == ""


@pytest.mark.slow
def test_the_command_is_silent_where_the_reference_kernels_were_asked_for(checkout: Path) -> None:
    assert python(checkout, *COMMAND, QUANTIZE_KERNELS="reference").stderr == ""


def test_an_extension_that_cannot_be_loaded_is_the_reason(checkout: Path, tmp_path: Path) -> None:
    shutil.copytree(checkout / "quantize", tmp_path / "quantize")
    (tmp_path / "quantize" / "kernels" / "_compiled.py").write_text("import no_such_library")
    code = "from quantize import kernels; print(kernels.FALLBACK)"
    reason = "they cannot be loaded (No module named 'no_such_library'); install again"
    assert python(tmp_path, "-c", code).stdout.endswith(f": {reason}\n")
