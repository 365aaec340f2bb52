"""The errors that users can cause, as one family.

Every message says what is wrong, where, and what to do about it, in one line; the command prints it
as it stands. Each class is also a subclass of the builtin that callers of a library expect, so
`except FileNotFoundError` works. An exception outside this family is a bug, and escapes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class QuantizeError(Exception):
    """Root of the family: `except QuantizeError` catches whatever a user can put right."""


class SettingError(QuantizeError, ValueError):
    """A setting is outside its range; `setting` is its name, as in `Settings`."""

    def __init__(self, setting: str, problem: str) -> None:
        super().__init__(setting, problem)
        self.setting = setting
        self.problem = problem

    def __str__(self) -> str:
        return f"{self.setting}: {self.problem}"


class UnknownSettingError(SettingError, TypeError):
    """There is no setting of that name; the message says which is the nearest."""

    def __init__(self, setting: str, nearest: Sequence[str] = ()) -> None:
        meant = f"; did you mean {nearest[0]!r}?" if nearest else ""
        super().__init__(setting, f"there is no such setting{meant}")

    def __reduce__(self) -> tuple[Any, ...]:
        return SettingError, (self.setting, self.problem)


class UsageError(QuantizeError, ValueError):
    """The command line contradicts itself, whatever the files hold: exit code 2."""


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
        super().__init__(what, package, extra)

    def __str__(self) -> str:
        what, package, extra = self.args
        wanted = f"'quantize[{extra}]'" if extra else package
        return f"{what} needs {package}, which is not installed: pip install {wanted}"


class ClusterError(QuantizeError, ConnectionError):
    """A cluster does not answer, or is lost: nothing about any file."""


class KernelsError(QuantizeError, ImportError):
    """`QUANTIZE_KERNELS` demands kernels that there are none of."""


class FileError(QuantizeError, OSError):
    """Something about one file; `path` is the file, `problem` what is wrong and what to do."""

    def __init__(self, path: str, problem: str) -> None:
        super().__init__(f"{path}: {problem}")
        self.path = path
        self.problem = problem

    def __str__(self) -> str:  # OSError would otherwise make its own
        return f"{self.path}: {self.problem}"

    def __reduce__(self) -> tuple[type[FileError], tuple[str, str]]:
        return type(self), (self.path, self.problem)


class InputMissingError(FileError, FileNotFoundError):
    """An input does not exist."""


class InputIsFolderError(FileError, IsADirectoryError):
    """An input is a folder where a file is wanted."""


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

    ADVICE = "exists already; overwrite it with --force, or leave it with --skip-existing"


class NotFittedError(QuantizeError, ValueError, AttributeError):
    """An estimator is used before `fit`; where scikit-learn is loaded, its own is raised."""
