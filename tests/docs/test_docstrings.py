"""Each public thing has an example in its docstring, and the example works."""

from __future__ import annotations

import doctest
import inspect
import re
from pathlib import Path
from typing import Any

import pytest

import quantize

PUBLIC = [name for name in quantize.__all__ if name != "__version__"]


@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_thing_has_an_example_that_works(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    thing: Any = getattr(quantize, name)
    home = inspect.getmodule(thing)
    assert home is not None
    finder = doctest.DocTestFinder(recurse=False)
    (found,) = finder.find(thing, name, globs={**vars(home), name: thing})
    assert found.examples, "an example is missing"
    said: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    runner.run(found, out=said.append)
    assert not runner.failures, "".join(said)


def test_examples_stand_under_the_heading_that_the_site_shows_as_code() -> None:
    texts = (
        path.read_text(encoding="utf-8") for path in Path(quantize.__file__).parent.rglob("*.py")
    )
    assert not any(re.search(r"^ +Example:$", text, re.MULTILINE) for text in texts)
