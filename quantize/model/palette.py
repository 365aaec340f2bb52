"""The palette: colours in order."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from quantize.errors import PixelsError
from quantize.model.pixels import Bytes, Counts, freeze
from quantize.values import Value, put

_NOT_COUNTED: Final = np.zeros(0, np.int64)


class Palette(Value):
    """Colours in order, with how often each is used.

    Attributes:
        colors: (k, 3 or 4) uint8, k 1 or more; a result has at most 256. The table of
            an indexed file may hold a colour twice; a palette that is found never does.
        counts: (k,) int64, the numbers of pixels that have each colour; zeros without a picture.
        names: k names for people, or empty.
        codes: k codes of a maker, as of threads and paints, some of them maybe empty; or empty.
    """

    colors: Bytes
    counts: Counts = _NOT_COUNTED
    names: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        freeze(self, "colors", np.uint8, 2)
        k, channels = self.colors.shape
        if k < 1 or channels not in (3, 4):
            raise PixelsError(f"colors: wanted (1 or more, 3 or 4), got {self.colors.shape}")
        if self.counts.size == 0:
            put(self, "counts", np.zeros(k, np.int64))
        freeze(self, "counts", np.int64, 1)
        if {len(self.counts), len(self.names) or k, len(self.codes) or k} != {k}:
            raise PixelsError(f"counts, names and codes: wanted {k}, one for each colour")

    def __len__(self) -> int:
        return len(self.colors)

    def __iter__(self) -> Iterator[tuple[int, ...]]:
        return (tuple(color) for color in self.colors.tolist())

    def __eq__(self, other: object) -> bool:
        """Return whether colours and their order are equal, whatever counts, names and codes."""
        if not isinstance(other, Palette):
            return NotImplemented
        return np.array_equal(self.colors, other.colors)

    __hash__ = None  # type: ignore[assignment]

    @classmethod
    def from_hex(cls, *colors: str) -> Palette:
        """Return a palette from `'#rrggbb'` or `'#rrggbbaa'`, with or without `#`.

        Args:
            *colors: all of one length.

        Raises:
            PixelsError: a code is wrong, or a colour is given twice.
        """
        try:
            rows = [bytes.fromhex(color.removeprefix("#")) for color in colors]
            palette = cls(np.array([list(row) for row in rows], np.uint8).reshape(len(rows), -1))
        except ValueError as error:
            if isinstance(error, PixelsError):
                raise
            raise PixelsError(f"{', '.join(colors)}: wanted '#rrggbb' or '#rrggbbaa'") from None
        if len({*rows}) < len(rows):
            raise PixelsError("colors: the same colour stands in the palette twice")
        return palette

    def only(self, rows: NDArray[np.intp]) -> Palette:
        """Return a palette of some of the entries, by their row numbers."""
        names, codes = (
            tuple(words[row] for row in rows.tolist()) if words else ()
            for words in (self.names, self.codes)
        )
        return Palette(self.colors[rows], self.counts[rows], names, codes)

    @property
    def hex(self) -> list[str]:
        """`'#rrggbb'` of each colour, alpha left out."""
        return [f"#{r:02x}{g:02x}{b:02x}" for r, g, b in self.colors[:, :3].tolist()]

    @property
    def shares(self) -> list[float]:
        """The share of the pixels that has each colour, 0 to 1; all 0 without a picture."""
        counts: list[int] = self.counts.tolist()
        total = max(sum(counts), 1)
        return [count / total for count in counts]
