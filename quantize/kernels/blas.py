"""A limit of one thread for BLAS while threads of ours call it.

Without it BLAS starts threads of its own below each of ours. On busy cores they wait for each
other, and a fit of a few milliseconds takes a tenth of a second.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from quantize.kernels.blocks import WRITTEN_ORDER_DIMENSIONS


@contextmanager
def one_blas_thread(dimensions: int) -> Iterator[None]:
    """Limit BLAS to one thread inside the block, if there are enough dimensions to use BLAS."""
    if dimensions <= WRITTEN_ORDER_DIMENSIONS:
        yield
        return
    with _controller().limit(limits=1, user_api="blas"):
        yield


@cache
def _controller() -> Any:
    """Find the BLAS libraries that are loaded, which takes some milliseconds."""
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()
