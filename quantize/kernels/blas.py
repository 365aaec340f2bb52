"""One thread for BLAS, while ours do the work.

BLAS would start threads of its own below each of ours; on cores that have other work to do they
wait for each other, and a fit of a few milliseconds takes a tenth of a second.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from quantize.kernels.reference import WRITTEN_ORDER_DIMENSIONS


@contextmanager
def one_blas_thread(dimensions: int) -> Iterator[None]:
    """Inside the block BLAS has one thread, where there are enough dimensions to need it."""
    if dimensions <= WRITTEN_ORDER_DIMENSIONS:
        yield
        return
    with _controller().limit(limits=1, user_api="blas"):
        yield


@cache
def _controller() -> Any:
    """It looks for the libraries that are loaded, which takes some milliseconds."""
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()
