"""Guards the promise that whatever a user can put right is one family, said in one line."""

from __future__ import annotations

import builtins
import copy
import pickle

import pytest

from quantize import errors
from quantize.errors import Failure, FileError, MissingPackageError, QuantizeError, SettingError

FILE = ("photo.jpg", "permission denied", "make the file readable")

EXAMPLES: dict[type[QuantizeError], tuple[str, ...]] = {
    errors.SettingError: ("colors", "0 is not a whole number from 1 to 256"),
    errors.UnknownSettingError: ("dithr",),
    errors.UsageError: ("standard output takes one input", "name a folder for several"),
    errors.CollisionError: ("a.png: is the input itself", "choose another name"),
    errors.PixelsError: ("image: has no pixels",),
    errors.DataError: ("Input X contains NaN or infinity.",),
    errors.DataTypeError: ("Sparse data is not supported; hand in X.toarray()",),
    errors.MissingPackageError: ("engine='scikit-learn'", "scikit-learn", "sklearn"),
    errors.ClusterError: ("tcp://host:8786: the scheduler is gone", "start it again"),
    errors.WorkerLostError: ("the process that worked on it ended with exit code 1",),
    errors.KernelsError: ("QUANTIZE_KERNELS=magic is none of auto, compiled, reference",),
    errors.FileError: FILE,
    errors.InputMissingError: FILE,
    errors.InputIsFolderError: FILE,
    errors.ImageReadError: FILE,
    errors.TruncatedImageError: FILE,
    errors.ImageTooLargeError: FILE,
    errors.PaletteReadError: FILE,
    errors.OutputError: FILE,
    errors.OutputExistsError: FILE,
    errors.ErrorLimitError: ("256 colours do not bring the mean CIEDE2000 down to 0.5",),
    errors.NotFittedError: ("This KMeans instance is not fitted yet",),
}

EVERY_ERROR = pytest.mark.parametrize("kind", EXAMPLES, ids=lambda kind: kind.__name__)


def family() -> set[type]:
    return {
        value
        for value in vars(errors).values()
        if isinstance(value, type) and issubclass(value, QuantizeError)
    }


def test_these_are_all_the_errors() -> None:
    assert family() - {QuantizeError} == set(EXAMPLES)


@EVERY_ERROR
def test_each_error_belongs_to_the_family_and_to_a_builtin_one(kind: type) -> None:
    assert issubclass(kind, QuantizeError)
    general = {object, BaseException, Exception}
    assert {parent for parent in kind.__mro__ if parent.__module__ == "builtins"} - general


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (errors.SettingError, "ValueError"),
        (errors.PixelsError, "ValueError"),
        (errors.DataError, "ValueError"),
        (errors.MissingPackageError, "ImportError"),
        (errors.ClusterError, "ConnectionError"),
        (errors.FileError, "OSError"),
        (errors.InputMissingError, "FileNotFoundError"),
        (errors.InputIsFolderError, "IsADirectoryError"),
        (errors.OutputExistsError, "FileExistsError"),
        (errors.ImageTooLargeError, "ValueError"),
        (errors.NotFittedError, "ValueError"),
        (errors.NotFittedError, "AttributeError"),
    ],
)
def test_callers_catch_the_builtin_that_they_expect(
    kind: type[QuantizeError], expected: str
) -> None:
    with pytest.raises(getattr(builtins, expected)):
        raise kind(*EXAMPLES[kind])


@EVERY_ERROR
def test_each_error_says_what_it_was_given_in_one_line(kind: type[QuantizeError]) -> None:
    text = str(kind(*EXAMPLES[kind]))
    assert "\n" not in text
    for part in EXAMPLES[kind]:
        assert text.count(part) >= 1


@EVERY_ERROR
def test_each_error_survives_the_way_to_another_process(kind: type[QuantizeError]) -> None:
    error = kind(*EXAMPLES[kind])
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert type(twin) is kind
        assert str(twin) == str(error)
        assert vars(twin) == vars(error)


def test_a_file_error_names_the_file_once_and_keeps_its_parts() -> None:
    error = FileError(*FILE)
    assert str(error) == "photo.jpg: permission denied; make the file readable"
    assert (error.path, error.problem, error.advice) == FILE


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (errors.InputMissingError, "a: no such file; check the name"),
        (errors.InputIsFolderError, "a: is a folder; name a file in it"),
        (errors.OutputExistsError, "a: exists already; overwrite it with force=True"),
    ],
)
def test_a_class_of_one_problem_brings_it_along(kind: type[FileError], text: str) -> None:
    assert str(kind("a")) == text
    assert str(kind("a", "is odd")) == "a: is odd"


def test_values_stand_in_the_advice_and_survive_the_way_to_another_process() -> None:
    error = errors.ImageTooLargeError("{pixels}.png", "too large", "raise it to {pixels}", pixels=7)
    twin = pickle.loads(pickle.dumps(error))
    assert twin.values == {"pixels": 7}
    assert twin.advice == "raise it to {pixels}"
    assert Failure.of(twin, "{pixels}.png").advice == "raise it to {pixels}"
    assert str(twin).endswith("too large; raise it to 7")


def test_braces_in_a_name_are_part_of_the_name() -> None:
    assert str(FileError("{a}.png", "is odd", "look")) == "{a}.png: is odd; look"
    usage = errors.UsageError("{path}: what is that", path="{stem}-{path}.gif")
    assert str(usage) == "{stem}-{path}.gif: what is that"


def test_a_failure_is_an_error_as_a_plain_value() -> None:
    failure = Failure.of(errors.OutputExistsError("out.png"), "in.png")
    assert failure.kind is errors.OutputExistsError
    assert str(failure) == "out.png: exists already; overwrite it with force=True"
    assert Failure.of(errors.OutputExistsError("in.png"), "in.png").problem == "exists already"
    assert Failure.of(SettingError("colors", "too many")).problem == "colors: too many"
    assert pickle.loads(pickle.dumps(failure)) == failure


def test_a_setting_error_keeps_its_parts() -> None:
    error = SettingError("colors", "too many")
    assert (error.setting, error.problem, str(error)) == ("colors", "too many", "colors: too many")


def test_a_missing_package_says_how_to_get_it() -> None:
    error = MissingPackageError("engine='scikit-learn'", "scikit-learn", "sklearn")
    assert str(error) == (
        "engine='scikit-learn' needs scikit-learn, which is not installed: "
        "pip install 'quantize-colors[sklearn]'"
    )
