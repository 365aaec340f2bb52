"""Which implementation runs: `QUANTIZE_KERNELS` and what was built decide."""

from __future__ import annotations

import os
from types import ModuleType
from typing import Final

from quantize.errors import KernelsError
from quantize.kernels import reference

VARIABLE: Final = "QUANTIZE_KERNELS"
CHOICES: Final = ("auto", "compiled", "reference")


def choose() -> tuple[str, ModuleType]:
    """The name of the implementation and its module.

    Raises:
        KernelsError: the variable says something else, or demands what was not built.
    """
    wanted = os.environ.get(VARIABLE) or "auto"
    if wanted not in CHOICES:
        raise KernelsError(f"{VARIABLE}={wanted} is none of {', '.join(CHOICES)}")
    if wanted == "reference":
        return "reference", reference
    try:
        from quantize.kernels import _compiled
    except ImportError:
        if wanted == "compiled":
            raise KernelsError(
                f"{VARIABLE}=compiled, but they were not built; install again with a C compiler"
            ) from None
        return "reference", reference
    return "compiled", _compiled
