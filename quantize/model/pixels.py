"""The pixels of a picture: an array, or an object that gives arrays of some of its rows.

A very large picture is never in memory as an array: its decoder holds it, and every stage takes the
rows that it needs. Arrays are `Pixels` too, so the stages need not tell them apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, Final, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from quantize.errors import PixelsError
from quantize.values import Value, put

Bytes: TypeAlias = NDArray[np.uint8]
Counts: TypeAlias = NDArray[np.int64]
Floats: TypeAlias = NDArray[np.float64]


BAND_PIXELS: Final = 1 << 20
"""Pixels that are taken at once where they have to be made first: 4 MiB in Pillow's memory."""


class Bands(Protocol):
    """A picture whose rows are made when they are asked for."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Height, width and channels."""

    def __getitem__(self, rows: slice, /) -> Bytes:
        """Return some rows, (n, width, channels) uint8."""

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Bytes:
        """Return all rows."""


Pixels: TypeAlias = Bytes | Bands
"""(height, width, 3 or 4) uint8, of which slices of rows can be taken."""


class LazyPixels:
    """Pixels that go through a function when they are asked for."""

    def __init__(self, pixels: Pixels, change: Callable[[Bytes], Bytes], channels: int) -> None:
        """Wrap pixels.

        Args:
            pixels: what the function is given, some rows at a time.
            change: a function from (n, width, …) uint8 to (n, width, channels) uint8.
            channels: of the result.
        """
        self._pixels, self._change = pixels, change
        self.shape: tuple[int, ...] = (*pixels.shape[:2], channels)

    def __getitem__(self, rows: slice, /) -> Bytes:
        return self._change(self._pixels[rows])

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Bytes:
        """Return all rows."""
        return np.asarray(self[:], dtype)


class ReleasedPixels:
    """The shape of pixels that are not needed any more, so that their memory is free."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.shape = shape

    def __getitem__(self, rows: slice, /) -> Bytes:
        raise LookupError("these pixels have been released")

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Bytes:
        """Raise `LookupError`: there are no rows."""
        return self[:]


def release_memory() -> None:
    """Return freed memory to the system where the C library (glibc) would keep it.

    It keeps what might be asked for again; for a very large picture that is half a byte a pixel.
    """
    import ctypes  # takes a few milliseconds, which no smaller picture pays

    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def bands(pixels: Pixels, most: int) -> Iterator[tuple[slice, Bytes]]:
    """Yield the rows in order, at most `most` pixels at a time but whole rows.

    Yields:
        Which rows, and their pixels; of an array these are views of it.
    """
    height, width = pixels.shape[:2]
    step = max(most // width, 1)
    for top in range(0, height, step):
        rows = slice(top, min(top + step, height))
        yield rows, pixels[rows]


def bands_of(pixels: Pixels) -> Iterator[tuple[slice, Bytes]]:
    """Yield the rows of a picture as they are at hand: an array whole, others in bands.

    Yields:
        Which rows, and their pixels.
    """
    height, width = pixels.shape[:2]
    most = height * width if isinstance(pixels, np.ndarray) else BAND_PIXELS
    return bands(pixels, most)


def freeze(owner: Value, name: str, dtype: type, ndim: int) -> None:
    """Check one field and put a read-only view in its place; the caller's array stays writable."""
    array: NDArray[Any] = getattr(owner, name)
    if array.dtype != dtype or array.ndim != ndim:
        raise PixelsError(
            f"{name}: wanted {ndim} dimensions of {np.dtype(dtype)}, "
            f"got shape {array.shape} of {array.dtype}"
        )
    view = array.view()
    view.flags.writeable = False
    put(owner, name, view)
