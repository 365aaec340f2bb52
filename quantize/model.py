"""The values that travel between the stages: frozen, checked once when they are made.

Arrays inside are read-only. Colours are 8-bit sRGB, with straight (not premultiplied) alpha in a
fourth channel where there is any.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from quantize import zorder
from quantize.errors import PixelsError
from quantize.pixels import Forgotten, Pixels

Bytes = NDArray[np.uint8]
Counts = NDArray[np.int64]


WEIGHT: Final = 127
"""The most that a pixel can weigh: what it does where nothing hides an error."""


def _freeze(owner: object, name: str, dtype: type, ndim: int) -> None:
    """Check one field and put a read-only view in its place; the caller's array stays writable."""
    array: NDArray[Any] = getattr(owner, name)
    if array.dtype != dtype or array.ndim != ndim:
        raise PixelsError(
            f"{name}: wanted {ndim} dimensions of {np.dtype(dtype)}, "
            f"got shape {array.shape} of {array.dtype}"
        )
    view = array.view()
    view.flags.writeable = False
    object.__setattr__(owner, name, view)


class Metadata(NamedTuple):
    """What a file says beside its pixels, and the file that is made of it says again.

    Attributes:
        exif: the EXIF block, a TIFF structure without the `Exif` mark before it; the orientation,
            which the pixels have taken over, is 1.
        xmp: the XMP packet, UTF-8.
        dpi: pixels an inch, across and down.
        text: keys and their texts, as PNG has them.
        srgb: whether the file says that its colours are sRGB, or they were converted to it.
        gamma: the exponent that a PNG says its values were encoded with (1 / 2.2 of most), where
            nothing better says what they mean.
        chromaticity: x and y of white, red, green and blue, likewise.
    """

    exif: bytes | None = None
    xmp: bytes | None = None
    dpi: tuple[float, float] | None = None
    text: tuple[tuple[str, str], ...] = ()
    srgb: bool = False
    gamma: float | None = None
    chromaticity: tuple[float, ...] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """An image as the engine sees it.

    Attributes:
        pixels: (height, width, 3 or 4) uint8, an array unless the picture is very large; see
            `pixels.Pixels`. Four channels only if some pixel is not opaque; the colour of fully
            transparent pixels is then (0, 0, 0, 0).
        source: the file or stream that it came from, for people.
        source_bytes: size of that file; 0 if it came from memory.
        metadata: what else the file says.
        notes: what was lost or assumed in reading, a sentence each.
    """

    pixels: Pixels
    source: str = ""
    source_bytes: int = 0
    metadata: Metadata = field(default_factory=Metadata)
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if isinstance(self.pixels, np.ndarray):
            _freeze(self, "pixels", np.uint8, 3)
        height, width, channels = self.pixels.shape
        if height == 0 or width == 0 or channels not in (3, 4):
            raise PixelsError(
                f"pixels: wanted (height, width, 3 or 4) with at least one pixel, "
                f"got {self.pixels.shape}"
            )

    @property
    def height(self) -> int:
        """Rows."""
        return int(self.pixels.shape[0])

    @property
    def width(self) -> int:
        """Pixels in a row."""
        return int(self.pixels.shape[1])

    @property
    def channels(self) -> int:
        """3, or 4 with alpha."""
        return int(self.pixels.shape[2])

    def forgotten(self) -> Picture:
        """All that is known of it but the pixels, so that their memory can go."""
        return replace(self, pixels=Forgotten(self.pixels.shape))


@dataclass(frozen=True, slots=True, eq=False)
class Histogram:
    """The distinct colours of one picture or of many, and how many pixels have each.

    Histograms merge by `+`, in any order with the same result: strips of a large picture, the
    pictures of a folder and the shares of many machines are one and the same operation.

    Attributes:
        colors: (n, 3 or 4) uint8, distinct, in Z-order: the bits of red, green, blue and alpha take
            turns, so that neighbours in the list are neighbours in colour.
        counts: (n,) int64, each at least 1.
        weights: (n,) int64, at least 1: what the pixels of each colour weigh together, `WEIGHT` or
            less each; or None where each weighs the same.
    """

    colors: Bytes
    counts: Counts
    weights: Counts | None = None

    def __post_init__(self) -> None:
        _freeze(self, "colors", np.uint8, 2)
        _freeze(self, "counts", np.int64, 1)
        if len(self.colors) != len(self.counts):
            raise PixelsError(f"counts: wanted {len(self.colors)}, one for each colour")
        if self.weights is not None:
            _freeze(self, "weights", np.int64, 1)
            if len(self.weights) != len(self.colors):
                raise PixelsError(f"weights: wanted {len(self.colors)}, one for each colour")

    def __len__(self) -> int:
        return len(self.counts)

    @property
    def pixels(self) -> int:
        """How many pixels were counted."""
        return int(self.counts.sum())

    @property
    def importance(self) -> NDArray[np.float64]:
        """(n,) what each colour weighs in clustering: whole numbers, of no unit."""
        weights = self.counts if self.weights is None else self.weights
        return weights.astype(np.float64)

    def chosen(self, rows: NDArray[Any]) -> Histogram:
        """Some of the colours, by a mask or by ascending row numbers."""
        weights = None if self.weights is None else self.weights[rows]
        return Histogram(self.colors[rows], self.counts[rows], weights)

    def with_colors(self, colors: Bytes) -> Histogram:
        """This histogram if it has all these colours, else one that has, with a pixel for each.

        Args:
            colors: (m, c) uint8, of as many channels.
        """
        missing = [color for color in colors if not (self.colors == color).all(axis=1).any()]
        if not missing:
            return self
        ones = np.ones(len(missing), np.int64)
        weights = None if self.weights is None else ones * WEIGHT
        return self + Histogram(np.array(missing, np.uint8), ones, weights)

    def __add__(self, other: Histogram) -> Histogram:
        return Histogram.merged([self, other])

    @classmethod
    def merged(cls, parts: Sequence[Histogram]) -> Histogram:
        """All of them added up; at least one.

        Where some have weights, the pixels of those that have none weigh `WEIGHT` each.
        """
        channels = max(part.colors.shape[1] for part in parts)
        colors = np.concatenate([with_channels(part.colors, channels) for part in parts])
        _, first, group = np.unique(_z_order(colors), return_index=True, return_inverse=True)

        def added(values: Sequence[Counts]) -> Counts:
            total = np.zeros(len(first), np.int64)
            np.add.at(total, group, np.concatenate(values))
            return total

        counts = added([part.counts for part in parts])
        if all(part.weights is None for part in parts):
            return cls(colors[first], counts)
        weights = [part.counts * WEIGHT if part.weights is None else part.weights for part in parts]
        return cls(colors[first], counts, added(weights))


def _z_order(colors: Bytes) -> NDArray[np.uint32]:
    """The place of each colour on the Z-order curve."""
    channels = colors.shape[1]
    keys = np.zeros(len(colors), np.uint32)
    for channel, table in enumerate(zorder.tables(8, channels)):
        keys |= table[colors[:, channel]]
    return keys


def with_channels(colors: Bytes, channels: int) -> Bytes:
    """(n, channels) uint8 from (n, 3 or 4): an alpha of 255 is added where one is wanted."""
    if colors.shape[1] == channels:
        return colors
    return np.pad(colors, ((0, 0), (0, 1)), constant_values=255)


@dataclass(frozen=True, slots=True, eq=False)
class Palette:
    """Colours in order, with how often each is used.

    Attributes:
        colors: (k, 3 or 4) uint8, k from 1 to 256, without duplicates.
        counts: (k,) int64, the pixels that have each colour; zeros where no picture is behind it.
        names: k names for people, or empty.
    """

    colors: Bytes
    counts: Counts = field(default_factory=lambda: np.zeros(0, np.int64))
    names: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _freeze(self, "colors", np.uint8, 2)
        k, channels = self.colors.shape
        if not 1 <= k <= 256 or channels not in (3, 4):
            raise PixelsError(f"colors: wanted (1 to 256, 3 or 4), got {self.colors.shape}")
        if len({*map(bytes, self.colors)}) != k:
            raise PixelsError("colors: the same colour stands in the palette twice")
        if self.counts.size == 0:
            object.__setattr__(self, "counts", np.zeros(k, np.int64))
        _freeze(self, "counts", np.int64, 1)
        if len(self.counts) != k or (self.names and len(self.names) != k):
            raise PixelsError(f"counts and names: wanted {k}, one for each colour")

    def __len__(self) -> int:
        return len(self.colors)

    def __iter__(self) -> Iterator[tuple[int, ...]]:
        return (tuple(color) for color in self.colors.tolist())

    def __eq__(self, other: object) -> bool:
        """Equal where the colours and their order are; counts and names do not matter."""
        if not isinstance(other, Palette):
            return NotImplemented
        return np.array_equal(self.colors, other.colors)

    __hash__ = None  # type: ignore[assignment]

    @classmethod
    def from_hex(cls, *colors: str) -> Palette:
        """A palette from `'#rrggbb'` or `'#rrggbbaa'`, with or without `#`, all of one length."""
        try:
            rows = [bytes.fromhex(color.removeprefix("#")) for color in colors]
            return cls(np.array([list(row) for row in rows], np.uint8).reshape(len(rows), -1))
        except ValueError as error:
            if isinstance(error, PixelsError):
                raise
            raise PixelsError(f"{', '.join(colors)}: wanted '#rrggbb' or '#rrggbbaa'") from None

    @property
    def hex(self) -> list[str]:
        """`'#rrggbb'` of each colour, alpha left out."""
        return [f"#{r:02x}{g:02x}{b:02x}" for r, g, b in self.colors[:, :3].tolist()]

    @property
    def shares(self) -> list[float]:
        """The part of the pixels that has each colour, 0 to 1; all 0 without a picture."""
        total = max(int(self.counts.sum()), 1)
        return [count / total for count in self.counts.tolist()]


class CurvePoint(NamedTuple):
    """A palette that was considered for `-k auto`, on the way to the one that was chosen.

    Attributes:
        colors: its size.
        mse: estimated, in the terms of `Statistics`.
        bytes: of the picture as an indexed PNG, estimated from a part of it; None without one.
        delta_e_mean: mean CIEDE2000, estimated, where an error was asked for.
        silhouette: -1 to 1, of some points, where that is the criterion.
    """

    colors: int
    mse: float
    bytes: int | None = None
    delta_e_mean: float | None = None
    silhouette: float | None = None


class Choice(NamedTuple):
    """Why a palette has the size that it has, where that was left open.

    Attributes:
        criterion: `max-error`, or a key of `settings.CRITERIA`.
        colors: the size.
        curve: what was seen on the way, by size.
    """

    criterion: str
    colors: int
    curve: tuple[CurvePoint, ...]


class Statistics(NamedTuple):
    """What a run cost and what it reached; the terms are defined in `docs/sidecar.md`.

    Attributes:
        colors_before: distinct colours of the picture.
        colors_after: distinct colours of the result; kept ones that no pixel has do not count.
        mse: mean over pixels of the squared distance, summed over channels, 8-bit sRGB.
        psnr: decibels, from the mean per channel; infinite where nothing changed.
        inertia: weighted squared distance to the float centroids, in the space of clustering,
            over all pixels.
        iterations: of the run that was kept.
        converged: whether that run stopped by itself.
        seconds: by stage, in the order in which they ran.
        ssim: mean structural similarity of the luma, with full metrics.
        delta_e_mean, delta_e_p95, delta_e_max: CIEDE2000, with full metrics.
        choice: of the palette's size, where it was left open.
    """

    colors_before: int
    colors_after: int
    mse: float
    psnr: float
    inertia: float
    iterations: int
    converged: bool
    seconds: Mapping[str, float]
    ssim: float | None = None
    delta_e_mean: float | None = None
    delta_e_p95: float | None = None
    delta_e_max: float | None = None
    choice: Choice | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Quantized:
    """A picture in few colours: `palette.colors[indices]` are its pixels.

    Attributes:
        palette: the colours in order, each kept or used by at least one pixel.
        indices: (height, width) uint8, into the palette.
        statistics: what it cost and what it reached.
    """

    palette: Palette
    indices: Bytes
    statistics: Statistics

    def __post_init__(self) -> None:
        _freeze(self, "indices", np.uint8, 2)
