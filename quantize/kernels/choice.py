"""Which implementation runs: `QUANTIZE_KERNELS` and what was built decide."""

from __future__ import annotations

import os
from types import ModuleType
from typing import Final, NamedTuple

from quantize.errors import KernelsError

VARIABLE: Final = "QUANTIZE_KERNELS"
CHOICES: Final = ("auto", "compiled", "reference")

EXTENSION: Final = "quantize.kernels._compiled"

CHECKOUT: Final = "pyproject.toml"
"""A file beside the package in a checkout, and not beside an installed one."""


class Choice(NamedTuple):
    """The implementation that runs.

    Attributes:
        name: `compiled` or `reference`.
        module: the kernels.
        fallback: why the reference kernels run although nobody asked for them; else empty.
    """

    name: str
    module: ModuleType
    fallback: str = ""


def choose() -> Choice:
    """Return the implementation that the environment variable names, or the best there is.

    Raises:
        KernelsError: the variable says something else, or demands what was not built.
    """
    wanted = os.environ.get(VARIABLE) or "auto"
    if wanted not in CHOICES:
        raise KernelsError(f"{VARIABLE}={wanted} is none of {', '.join(CHOICES)}")
    if wanted == "reference":
        return Choice("reference", _reference())
    try:
        import quantize.kernels._compiled as compiled
    except ImportError as error:
        if wanted == "compiled":
            raise KernelsError(f"{VARIABLE}=compiled, but {_reason(error)}") from None
        problem = "the compiled kernels are not in use; the reference kernels are ten times slower"
        return Choice("reference", _reference(), f"{problem}: {_reason(error)}")
    return Choice("compiled", compiled)


def _reference() -> ModuleType:
    """Return the reference kernels, which most runs do not need."""
    from quantize.kernels import reference

    return reference


def _reason(error: ImportError) -> str:
    """Return why the extension cannot be imported, and what to do."""
    if error.name != EXTENSION or not isinstance(error, ModuleNotFoundError):
        return f"they cannot be loaded ({error}); install again"
    tree = os.path.dirname(os.path.dirname(os.path.dirname(__file__)))
    if os.path.exists(os.path.join(tree, CHECKOUT)):
        return f"Python takes quantize from {tree}, where they are not built; run pip install -e ."
    return "they were not built; install again with a C compiler"
