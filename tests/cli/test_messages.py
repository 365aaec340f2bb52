"""Guards the words of the command for errors: those of the library, with the names of options."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

import quantize
from quantize.cli import messages
from quantize.cli.run import quantize as command
from quantize.errors import (
    ErrorLimitError,
    Failure,
    ImageTooLargeError,
    InputMissingError,
    MissingPackageError,
    OutputExistsError,
    UsageError,
)

HOUSE = Path(quantize.__file__).parent


@cache
def texts_of_the_library() -> frozenset[str]:
    """Every string outside the command; parts of texts that are split over lines are joined."""
    trees = [
        ast.parse(path.read_text("utf-8"))
        for path in HOUSE.rglob("*.py")
        if path.relative_to(HOUSE).parts[0] != "cli"
    ]
    nodes = (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return frozenset(node.value for node in nodes if isinstance(node.value, str))


@pytest.mark.parametrize("text", messages.OPTIONS)
def test_each_text_is_one_of_the_library(text: str) -> None:
    assert text in texts_of_the_library()


@pytest.mark.parametrize("text", messages.OPTIONS.values())
def test_each_text_of_the_command_names_an_option(text: str) -> None:
    options = {name for parameter in command.params for name in parameter.opts}
    words = {word.strip(",:;") for word in text.split()}
    assert words & options or "'/'" in text


@pytest.mark.parametrize(("ours", "theirs"), messages.OPTIONS.items())
def test_values_have_the_same_names_in_both(ours: str, theirs: str) -> None:
    def names(text: str) -> set[str]:
        return {part.partition("}")[0] for part in text.split("{")[1:]}

    assert names(theirs) <= names(ours)


def test_an_advice_names_options_in_the_command_and_arguments_in_the_library() -> None:
    error = ImageTooLargeError(
        "a.png",
        "too large",
        "if the file can be trusted, raise it with max_pixels={pixels}",
        pixels=99,
    )
    assert str(error).endswith("raise it with max_pixels=99")
    assert messages.line(error).endswith("raise it with --max-pixels 99")
    assert messages.line(OutputExistsError("a.png")) == (
        "a.png: exists already; overwrite it with --force, or leave it with --skip-existing"
    )


def test_a_missing_package_is_missed_by_an_option() -> None:
    error = MissingPackageError("engine='scikit-learn'", "scikit-learn", "sklearn")
    assert messages.line(error).startswith("--engine scikit-learn needs scikit-learn, which")
    assert messages.line(Failure.of(error)) == messages.line(error)
    assert messages.line(MissingPackageError("s3://", "s3fs")).startswith("s3:// needs s3fs")


def test_what_has_no_other_words_is_said_as_it_stands() -> None:
    assert messages.line(InputMissingError("a.png")) == "a.png: no such file; check the name"
    assert messages.line(ErrorLimitError("256 colours do not do")) == "256 colours do not do"
    assert messages.line(UsageError("{what}", what="{x}")) == "{x}"


def test_a_failed_job_says_that_nothing_was_written() -> None:
    failure = Failure.of(InputMissingError("a.png"), "a.png")
    assert messages.of_job(failure) == "no such file; check the name; nothing was written"
