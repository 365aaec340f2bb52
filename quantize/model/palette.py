"""The palette: colours in order."""

from __future__ import annotations

import operator
from collections.abc import Iterator
from typing import Any, Final, SupportsIndex, overload

import numpy as np
from numpy.typing import NDArray

from quantize.errors import MissingPackageError, PixelsError
from quantize.model.pixels import Bytes, Counts, freeze
from quantize.values import Value, put

_NOT_COUNTED: Final = np.zeros(0, np.int64)

MOST_SHOWN: Final = 6
"""Colours in the `repr`, which keeps it on a line."""


class Palette(Value):
    """Colours in order, with how often each is used.

    A palette is a sequence of tuples, `(red, green, blue)` or with `alpha` as a fourth: it has a
    length, `palette[2]` is such a tuple, and `palette[:5]` a palette. In a notebook it shows
    itself.

    Examples:
        >>> palette = Palette.from_hex("#c8285a", "#102030")
        >>> palette[0], list(palette[1:]), palette.as_hex()
        ((200, 40, 90), [(16, 32, 48)], ['#c8285a', '#102030'])

    Attributes:
        colors: (k, 3 or 4) uint8, k 1 or more; a result has at most 256. The table of
            an indexed file may hold a colour twice; a palette that is found never does.
        counts: (k,) int64, the numbers of pixels that have each colour; zeros without a picture.
        names: k names for people, or empty.
        codes: k codes of a maker, as of threads and paints, some of them maybe empty; or empty.
        title: its name in the file that it was read from; empty without one.
    """

    colors: Bytes
    counts: Counts = _NOT_COUNTED
    names: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    title: str = ""

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

    @overload
    def __getitem__(self, place: SupportsIndex) -> tuple[int, ...]: ...

    @overload
    def __getitem__(self, place: slice) -> Palette: ...

    def __getitem__(self, place: SupportsIndex | slice) -> tuple[int, ...] | Palette:
        """Return a colour, or the palette of some places with their counts, names and codes."""
        if not isinstance(place, slice):
            return tuple(self.colors[operator.index(place)].tolist())
        words = self.names[place], self.codes[place]
        return Palette(self.colors[place], self.counts[place], *words, self.title)

    def __repr__(self) -> str:
        codes = self.as_hex()
        shown = ", ".join(codes[:MOST_SHOWN] + ["…"] * (len(codes) > MOST_SHOWN))
        return f"<Palette of {len(codes)}: {shown}>"

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
        return Palette(self.colors[rows], self.counts[rows], names, codes, self.title)

    def with_codes(self) -> Palette:
        """Return the palette with each code before its name, for what shows names alone."""
        names = self.names or ("",) * len(self)
        pairs = zip(self.codes, names, strict=True) if self.codes else ()
        both = tuple(" ".join(filter(None, pair)) for pair in pairs)
        return Palette(self.colors, self.counts, both or names, (), self.title)

    @property
    def hex(self) -> list[str]:
        """`'#rrggbb'` of each colour, alpha left out."""
        return [f"#{r:02x}{g:02x}{b:02x}" for r, g, b in self.colors[:, :3].tolist()]

    def as_hex(self) -> list[str]:
        """Return `'#rrggbb'` of each opaque colour, `'#rrggbbaa'` of each other one."""
        return [
            code if len(color) == 3 or color[3] == 255 else f"{code}{color[3]:02x}"
            for code, color in zip(self.hex, self, strict=True)
        ]

    def to_dict(self, title: str = "") -> dict[str, Any]:
        """Return what a palette file of the format `json` holds: name, and an object a colour.

        Args:
            title: the name of the palette.

        Returns:
            `name`, and `colors` in palette order; shares have six significant digits.
        """
        names = self.names or ("",) * len(self)
        codes = self.codes or ("",) * len(self)
        rows = zip(self, self.hex, self.counts.tolist(), self.shares, codes, names, strict=True)
        colors = [
            {"hex": digits, "rgb": list(color[:3])}
            | ({"alpha": color[3]} if len(color) == 4 else {})
            | {"count": count, "share": float(f"{share:.6g}")}
            | ({"code": code} if code else {})
            | ({"name": name} if name else {})
            for color, digits, count, share, code, name in rows
        ]
        return {"name": title, "colors": colors}

    def to_frame(self) -> Any:
        """Return a pandas DataFrame with a row a colour and the columns of the format `csv`.

        Raises:
            MissingPackageError: pandas is not installed.
        """
        try:
            import pandas as pd
        except ImportError:
            raise MissingPackageError("Palette.to_frame", "pandas") from None
        channels = dict(
            zip(("red", "green", "blue", "alpha"), np.transpose(self._rgba), strict=True)
        )
        names = self.names or ("",) * len(self)
        codes = {"code": self.codes} if self.codes else {}
        return pd.DataFrame(
            codes
            | {
                "name": names,
                "hex": self.hex,
                **channels,
                "count": self.counts,
                "share": self.shares,
            }
        )

    def to_colormap(self, name: str = "quantize") -> Any:
        """Return the colours as a `ListedColormap` of matplotlib, for `cmap=`.

        Args:
            name: of the colormap.

        Raises:
            MissingPackageError: matplotlib is not installed.
        """
        try:
            from matplotlib.colors import ListedColormap
        except ImportError:
            raise MissingPackageError("Palette.to_colormap", "matplotlib") from None
        return ListedColormap(self._rgba / 255, name)

    @property
    def _rgba(self) -> Bytes:
        """The colours: (k, 4) uint8."""
        rgba = np.full((len(self), 4), 255, np.uint8)
        rgba[:, : self.colors.shape[1]] = self.colors
        return rgba

    def _repr_html_(self) -> str:
        """Return the colours as tiles, for a notebook."""
        from quantize.model import notebook

        shares = self.shares if self.counts.any() else None
        return notebook.tiles(self.as_hex(), shares, self.names)

    def _repr_svg_(self) -> str:
        """Return the colours as a strip, for what shows no HTML."""
        from quantize.model import notebook

        return notebook.strip(self.as_hex())

    @property
    def shares(self) -> list[float]:
        """The share of the pixels that has each colour, 0 to 1; all 0 without a picture."""
        counts: list[int] = self.counts.tolist()
        total = max(sum(counts), 1)
        return [count / total for count in counts]
