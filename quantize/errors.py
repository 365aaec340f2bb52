"""The errors that users can cause, as one family.

A message says what is wrong, where, and what to do about it, in one line. The problem and the
advice are kept apart, so that a program can give the advice in its own words: the library's advice
names arguments, the command's names options (`quantize.cli.messages`). Each class is also a
subclass of the builtin that callers of a library expect, so `except FileNotFoundError` works. An
exception outside this family is a bug, and escapes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple

MOST_QUOTED = 200
"""Letters that are quoted of a text that comes from a file or a library; our choice."""


def quoted(text: str) -> str:
    """Return a text of others for a message of ours: one line, and not long.

    Control characters are left to whoever shows it: in JSON it stays exact.
    """
    line = " ".join(text[: 10 * MOST_QUOTED].split())
    return line if len(line) <= MOST_QUOTED else f"{line[: MOST_QUOTED - 1]}…"


def said_by(error: BaseException) -> str:
    """Return the class and the text of an error of others, for a message of ours."""
    return quoted(f"{type(error).__name__}: {error}")


class QuantizeError(Exception):
    """Root of the family: `except QuantizeError` catches whatever a user can put right.

    Attributes:
        subject: the file or the setting that it is about; empty where it is about neither.
        problem: what is wrong.
        advice: what to do about it; empty if the problem says it.
        values: what stands for the `{names}` in both.

    Examples:
        >>> from quantize import quantize
        >>> try:
        ...     quantize("missing.png", 16)
        ... except QuantizeError as error:
        ...     print(error)
        missing.png: no such file; check the name
    """

    subject = ""

    def __init__(self, problem: str, advice: str = "", **values: object) -> None:
        super().__init__(problem)
        self.problem = problem
        self.advice = advice
        self.values: Mapping[str, object] = values

    def __str__(self) -> str:
        return str(Failure.of(self))


class Failure(NamedTuple):
    """An error as a plain value, to be kept, compared and sent to other processes.

    Attributes:
        kind: its class; `Exception` for a bug.
        problem, advice, values: as those of `QuantizeError`.
    """

    kind: type[Exception]
    problem: str
    advice: str = ""
    values: Mapping[str, object] = {}

    @classmethod
    def of(cls, error: QuantizeError, source: str = "") -> Failure:
        """Return what is wrong with `source`; an error about another file names that file."""
        elsewhere = error.subject not in ("", source)
        problem = f"{error.subject}: {error.problem}" if elsewhere else error.problem
        return cls(type(error), problem, error.advice, error.values)

    def __str__(self) -> str:
        """Return problem and advice in one line, with the values in place of their names."""
        text = f"{self.problem}; {self.advice}" if self.advice else self.problem
        if not self.values:
            return text
        import re  # most runs have no error

        return re.sub(r"\{(\w+)\}", lambda name: str(self.values.get(name[1], name[0])), text)


@contextmanager
def wishes(files: Mapping[str, str]) -> Iterator[None]:
    """Let an error over one of these files say what was wished for, see `with_wish`."""
    try:
        yield
    except QuantizeError as error:
        with_wish(error, files)
        raise


def with_wish(error: QuantizeError, files: Mapping[str, str]) -> QuantizeError:
    """Return an error that says as `values["wish"]` what its file was wished for.

    The command has an option for each wish, and names it.

    Args:
        error: it stays as it is if it is about none of the files.
        files: names of files, and fields of a request that ask for them.
    """
    for path, wish in files.items():
        if error.subject == path or error.problem.startswith(f"{path}: "):
            error.values = {**error.values, "wish": wish}
    return error


class SettingError(QuantizeError, ValueError):
    """A setting is outside its range; `setting` is its name, as in `Settings`."""

    def __init__(self, setting: str, problem: str, advice: str = "") -> None:
        super().__init__(problem, advice)
        self.subject = self.setting = setting
        self.args = (setting, problem, advice)  # for pickle


class UnknownSettingError(SettingError, TypeError):
    """There is no setting of that name; the message says which is the nearest."""

    def __init__(self, setting: str, nearest: Sequence[str] = ()) -> None:
        meant = f"did you mean {nearest[0]!r}?" if nearest else ""
        super().__init__(setting, "there is no such setting", meant)
        self.args = (setting, nearest)  # for pickle


class UsageError(QuantizeError, ValueError):
    """A request contradicts itself, whatever the files hold: exit code 2."""


class CollisionError(QuantizeError, ValueError):
    """Two results would be one file, or a result an input; nothing was begun."""


class ErrorLimitError(QuantizeError, ValueError):
    """Not even the largest palette meets the error that was asked for: exit code 99."""


class PixelsError(QuantizeError, ValueError):
    """An array or image handed to the library has the wrong shape, dtype or values."""


class DataError(QuantizeError, ValueError):
    """Points handed to an estimator cannot be clustered; worded as scikit-learn words it."""


class DataTypeError(DataError, TypeError):
    """What an estimator was handed is of a kind that it does not take."""


class MissingPackageError(QuantizeError, ImportError):
    """An optional package is needed and not installed; `extra` of ours brings it, if any does."""

    def __init__(self, what: str, package: str, extra: str = "") -> None:
        wanted = f"'quantize-colors[{extra}]'" if extra else package
        problem = "{what} needs {package}, which is not installed: pip install {wanted}"
        super().__init__(problem, what=what, package=package, wanted=wanted)
        self.args = (what, package, extra)  # for pickle


class ClusterError(QuantizeError, ConnectionError):
    """A cluster does not answer, or is lost: nothing about any file."""


class WorkerLostError(QuantizeError, ChildProcessError):
    """The process or the machine that did a job has ended before it was done."""


class KernelsError(QuantizeError, ImportError):
    """`QUANTIZE_KERNELS` demands kernels that there are none of."""


class FileError(QuantizeError, OSError):
    """Something is wrong with one file; `path` is the file.

    Without a problem, the error has that of its class and, unless another is given, its advice.
    """

    PROBLEM = ""
    ADVICE = ""

    def __init__(self, path: str, problem: str = "", advice: str = "", **values: object) -> None:
        usual = "" if problem else self.ADVICE
        super().__init__(problem or self.PROBLEM, advice or usual, **values)
        self.subject = self.path = path
        self.args = (str(self),)

    def __reduce__(self) -> tuple[type[FileError], tuple[str, str, str], dict[str, object]]:
        return type(self), (self.path, self.problem, self.advice), {"values": self.values}


class InputMissingError(FileError, FileNotFoundError):
    """An input does not exist."""

    PROBLEM = "no such file"
    ADVICE = "check the name"


class InputIsFolderError(FileError, IsADirectoryError):
    """An input is a folder where a file is wanted."""

    PROBLEM = "is a folder"
    ADVICE = "name a file in it"


class ImageReadError(FileError):
    """A file is not an image, is damaged or truncated, or is of a kind that is not read."""


class TruncatedImageError(ImageReadError):
    """An image file ends before its last pixel."""


class ImageTooLargeError(FileError, ValueError):
    """An image has more pixels than the limit against decompression bombs allows."""


class PaletteReadError(FileError):
    """A file is not a palette of a known format, is damaged, or holds too few or many colours."""


class OutputError(FileError):
    """An output cannot be written: folder missing, no permission, disk full, wrong format."""


class OutputExistsError(FileError, FileExistsError):
    """An output exists already and overwriting was not asked for."""

    PROBLEM = "exists already"
    ADVICE = "overwrite it with force=True"


class NotFittedError(QuantizeError, ValueError, AttributeError):
    """An estimator is used before `fit`; where scikit-learn is loaded, its own is raised."""
