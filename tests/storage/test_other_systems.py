"""Guards names on Windows and macOS: what is one file there, and what is no file."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from quantize.errors import CollisionError, OutputError
from quantize.jobs import plan
from quantize.storage import files, local, other_systems, safe_write


@pytest.fixture
def ignores_case(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A volume that takes `A.png` for `a.png`, as those of Windows and macOS usually do."""

    real = os.lstat
    with monkeypatch.context() as patch:
        patch.setattr(local, "MAY_IGNORE_CASE", True)
        patch.setattr(other_systems.os, "lstat", lambda path: real(_as_it_is(Path(path))))
        other_systems._ignores_case.cache_clear()
        yield
    other_systems._ignores_case.cache_clear()


def _as_it_is(path: Path) -> Path:
    """The spelling of a name that exists, whatever its letters."""
    found = [each for each in path.parent.iterdir() if each.name.lower() == path.name.lower()]
    return found[0] if found else path


@pytest.mark.usefixtures("ignores_case")
@pytest.mark.parametrize(
    ("one", "other"),
    [("A.png", "a.png"), ("new/B.png", "NEW/b.png"), ("e\u0301.png", "\u00e9.png")],
    ids=["letters", "folder", "accent"],
)
def test_names_that_differ_in_case_alone_are_one_file(tmp_path: Path, one: str, other: str) -> None:
    paths = [str(tmp_path / name) for name in (one, other)]
    assert files.identity(paths[0]) == files.identity(paths[1])
    with pytest.raises(CollisionError, match="would be written for both"):
        plan.refuse([("x", paths[0]), ("y", paths[1])], [], paths)


@pytest.mark.usefixtures("ignores_case")
def test_other_names_are_other_files(tmp_path: Path) -> None:
    assert files.identity(str(tmp_path / "a.png")) != files.identity(str(tmp_path / "b.png"))


def test_a_volume_that_tells_case_apart_keeps_both(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if (tmp_path.parent / tmp_path.name.swapcase()).exists():
        pytest.skip("this one does not")
    monkeypatch.setattr(local, "MAY_IGNORE_CASE", True)
    paths = [str(tmp_path / name) for name in ("A.png", "a.png")]
    assert files.identity(paths[0]) != files.identity(paths[1])
    plan.refuse([("x", paths[0]), ("y", paths[1])], [], paths)


@pytest.mark.parametrize(
    "name", ["CON.png", "nul", "aux.tar.gz", "Com1.png", "lpt¹.png", "a:b.png", "a?.png", "a. "]
)
def test_windows_has_no_such_file(name: str) -> None:
    with pytest.raises(OutputError, match="no name of a file on Windows"):
        other_systems.refuse_name(rf"C:\out\{name}")


@pytest.mark.parametrize("name", ["console.png", "com10.png", "nul-64.png", "é→.png", ".png"])
def test_windows_has_such_files(name: str) -> None:
    other_systems.refuse_name(f"C:/out/{name}")


def test_nothing_is_written_under_such_a_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = [(str(tmp_path / name), b"1") for name in ("a.png", "b:c.png")]
    with monkeypatch.context() as patch:
        patch.setattr(safe_write.os, "name", "nt")
        with pytest.raises(OutputError, match=r"b:c\.png"):
            safe_write.write_all(items, force=False)
    assert list(tmp_path.iterdir()) == []
