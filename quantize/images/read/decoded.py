"""A decoded image, from which upright 8-bit sRGB is taken a band at a time.

Pillow holds the picture as it was stored. Mode, colour profile, orientation and alpha are dealt
with on the rows that are asked for, so that no second copy of a large picture is ever made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias

import numpy as np

from quantize.errors import PixelsError
from quantize.model.pixels import Bytes

if TYPE_CHECKING:
    from PIL import Image

BAND_PIXELS: Final = 1 << 18
"""Pixels that are taken over from Pillow at once: a whole picture would stand in memory three
times, and bands that stay in the cache take half the time."""

_ORIENTATION_TAG: Final = 0x0112
_EXIF_HOMES: Final = ("exif", "Raw profile type exif", "xmp", "XML:com.adobe.xmp")

_TURNS: Final[dict[int, Callable[[Bytes], Bytes]]] = {
    1: lambda stored: stored,
    2: lambda stored: stored[:, ::-1],
    3: lambda stored: stored[::-1, ::-1],
    4: lambda stored: stored[::-1],
    5: lambda stored: stored.swapaxes(0, 1),
    6: lambda stored: stored.swapaxes(0, 1)[:, ::-1],
    7: lambda stored: stored.swapaxes(0, 1)[::-1, ::-1],
    8: lambda stored: stored.swapaxes(0, 1)[::-1],
}
"""EXIF 2.32, 4.6.4 A: from what is stored to what is to be seen."""

_ON_ITS_SIDE: Final = (5, 6, 7, 8)
_FROM_THE_END: Final = (3, 4, 7, 8)
"""Orientations whose columns become rows, and whose rows are stored last to first."""

DEEP_MODES: Final = ("I;16", "I;16L", "I;16B", "I;16N", "I", "F")
"""Modes of one channel of more than 8 bits, which `deep` reads."""

_WITH_ALPHA: Final = ("RGBA", "LA", "PA", "RGBa", "La")

Box: TypeAlias = tuple[int, int, int, int]
"""Left, top, right, bottom of pixels that are stored; the latter two are outside."""


class Stored(Protocol):
    """A loaded image as it was stored: Pillow's, or what can be read like it."""

    @property
    def mode(self) -> str:
        """Pillow's mode of the bands."""

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""

    @property
    def format(self) -> str | None:
        """Pillow's name of the file's format."""

    @property
    def info(self) -> dict[str | tuple[int, int], Any]:
        """What the file says beside its pixels."""

    def crop(self, box: Box, /) -> Image.Image:
        """Return a band."""

    def getexif(self) -> Image.Exif:
        """Return the EXIF block, as Pillow has it."""


class Transform(Protocol):
    """From an image's values to sRGB."""

    @property
    def mode(self) -> str:
        """Of the images that it takes: `L` (or `I;16`), `RGB` (or `RGBA`), `CMYK` or `LAB`."""

    def apply(self, image: Image.Image, /) -> Image.Image:
        """Return a new image: `RGBA` if the image is `RGBA`, else `RGB`."""


Reader: TypeAlias = Callable[["Image.Image"], Bytes]
"""From a band of the stored image to (h, w, 3 or 4) uint8, possibly read-only."""

ReaderOf: TypeAlias = Callable[[Stored, Transform | None, list[str]], Reader]
"""Makes the reader of an image; see `reader`."""


def bands(image: Stored) -> Iterator[Image.Image]:
    """Yield the image in strips of whole rows, about `BAND_PIXELS` each."""
    width, height = image.size
    rows = max(BAND_PIXELS // width, 1)
    for top in range(0, height, rows):
        yield image.crop((0, top, width, min(top + rows, height)))


class Decoded:
    """An upright sRGB picture around a loaded image.

    Attributes:
        image: the image as it was stored.
        read: from a band of that to pixels, not yet upright.
        shape: height, width and channels: 4 only if some pixel is not opaque.
        srgb: whether the colours are known to be sRGB: a profile said so, or they were converted.
        notes: what was lost or assumed, a sentence each.
    """

    def __init__(self, image: Stored, reader_of: ReaderOf | None = None) -> None:
        """Take over a loaded image.

        Args:
            image: what Pillow has decoded.
            reader_of: makes what reads its bands; None for 8 bits a channel.

        Raises:
            PixelsError: it has no pixels, NaN or infinity among them, or lacks palette entries.
        """
        if 0 in image.size:
            raise PixelsError(f"has no pixels: {image.size[0]:,} × {image.size[1]:,}")
        notes: list[str] = []
        make = reader_of or reader
        transform, self.srgb = _profile(image, notes)
        if transform is not None and (deep := getattr(image, "through", None)) is not None:
            image, transform = deep(transform)
        self.image = image
        self._orientation = orientation(image)
        self.read = make(image, transform, notes)
        # alpha does not depend on the profile, whose conversion takes its time
        plain = self.read if transform is None else make(image, None, [])
        self._alpha = _has_alpha(image, plain)
        width, height = image.size
        if self._orientation in _ON_ITS_SIDE:
            width, height = height, width
        self.shape: tuple[int, int, int] = (height, width, 4 if self._alpha else 3)
        self.notes: tuple[str, ...] = tuple(notes)

    def rows(self, top: int, bottom: int) -> Bytes:
        """Return upright rows from `top` to before `bottom`.

        Returns:
            (bottom - top, width, channels) uint8, C-contiguous, possibly read-only. The colour of
            fully transparent pixels is (0, 0, 0, 0).
        """
        turn = _TURNS[self._orientation]
        band = self.read(self.image.crop(self._box(top, bottom)))
        if not self._alpha:
            return np.ascontiguousarray(turn(band[..., :3]))
        return np.ascontiguousarray(turn(without_hidden_colors(band)))

    def __getitem__(self, rows: slice, /) -> Bytes:
        """Return upright rows, see `rows`; so this is one of `pixels.Bands`."""
        top, bottom, step = rows.indices(self.shape[0])
        return self.rows(top, max(top, bottom))[::step]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Bytes:
        """Return all rows."""
        return np.asarray(self.whole(), dtype)

    def whole(self) -> Bytes:
        """Return all rows in one (height, width, channels) uint8 array."""
        height, width, _ = self.shape
        pixels = np.empty(self.shape, np.uint8)
        step = max(BAND_PIXELS // width, 1)
        for top in range(0, height, step):
            bottom = min(top + step, height)
            pixels[top:bottom] = self.rows(top, bottom)
        return pixels

    @property
    def may_have_table(self) -> bool:
        """Whether the image may have been stored with a colour table, see `file_table`."""
        return self.image.mode in ("P", "L", "1")

    def stored_rows(self, top: int, bottom: int) -> Bytes:
        """Return upright rows as they are stored, (bottom - top, width) for one channel."""
        band = np.asarray(self.image.crop(self._box(top, bottom)))
        return np.ascontiguousarray(_TURNS[self._orientation](band))

    def _box(self, top: int, bottom: int) -> Box:
        """Return where upright rows are stored: left, top, right, bottom."""
        width, height = self.image.size
        if self._orientation in _FROM_THE_END:
            top, bottom = self.shape[0] - bottom, self.shape[0] - top
        if self._orientation in _ON_ITS_SIDE:
            return top, 0, bottom, height
        return 0, top, width, bottom


def _profile(image: Stored, notes: list[str]) -> tuple[Transform | None, bool]:
    """Return the transform to sRGB, and whether the colours are known to be sRGB.

    What a PNG says goes in the order of its third edition (4.3, table 1): cICP, a profile, sRGB,
    gAMA with cHRM; the next is heeded where one cannot be read.
    """
    info = image.info
    said: list[str] = []
    if "cicp" in info:
        from quantize.images.read import coding

        if (found := coding.of_cicp(image.mode, info["cicp"])) is not None:
            return found
        said.append(f"its colours are coded as {info['cicp'][:2]} of H.273, which is not read")
    if info.get("icc_profile") or image.mode == "LAB":
        from quantize.images.read import icc  # with LittleCMS, which most pictures do not need

        transform, srgb = icc.profile_of(image.mode, info.get("icc_profile"), said)
        if srgb:
            return transform, True
    instead = "the colours are taken as sRGB"
    found = None, "srgb" in info
    if "srgb" not in info and ("gamma" in info or "chromaticity" in info):
        from quantize.images.read import coding

        found = coding.of_gamma(image.mode, info, said)
        instead = "its gamma and primaries are heeded" if found[1] else instead
    notes += [f"{problem}; {instead}" for problem in said]
    return found


def orientation(image: Stored) -> int:
    """Return 1 to 8, as EXIF or XMP says; 1 where neither does, or where they cannot be read."""
    if image.format in ("PNG", "JPEG") and image.info.keys().isdisjoint(_EXIF_HOMES):
        return 1  # without the import of Pillow's EXIF
    found: object = 1
    with suppress(Exception):
        found = image.getexif().get(_ORIENTATION_TAG, 1)
    return found if isinstance(found, int) and found in _TURNS else 1


def without_hidden_colors(pixels: Bytes) -> Bytes:
    """Return (h, w, 4) pixels in which each fully transparent pixel has the colour (0, 0, 0)."""
    visible = pixels[..., 3] > 0
    return pixels if visible.all() else pixels * visible[..., None]


def tidied(pixels: Bytes) -> Bytes:
    """Return pixels as `Picture` has them, in an array that is no view of part of another.

    Args:
        pixels: (h, w, 3 or 4) uint8; alpha is dropped if all is opaque.
    """
    if pixels.shape[2] == 4:
        opaque = pixels.size > 0 and bool(pixels[..., 3].min() == 255)
        pixels = pixels[..., :3] if opaque else without_hidden_colors(pixels)
    return np.ascontiguousarray(pixels)


# --- 8 bits a channel -----------------------------------------------------------------------------


def reader(image: Stored, transform: Transform | None, notes: list[str]) -> Reader:
    """Return what reads bands of an image: sRGB, with alpha if the image can have any.

    Args:
        image: loaded; 8 bits a channel or fewer.
        transform: to sRGB, for the image's mode; None where the values are sRGB already.
        notes: what is assumed is added here.

    Raises:
        PixelsError: it is indexed, and has no palette.
    """
    entries = _missing_from(image) if image.mode in ("P", "PA") else None
    if entries is not None:
        notes.append(f"pixels of entries beyond its palette of {entries} are black")
    translucent = image.mode in _WITH_ALPHA or "transparency" in image.info
    target = "RGBA" if translucent else "RGB"

    def read(band: Image.Image) -> Bytes:
        if transform is None:
            pixels = np.asarray(_as(band, target))
        else:
            pixels = _transformed(band, transform, translucent=translucent)
        return pixels if entries is None else _blackened(pixels, band, entries)

    return read


def _has_alpha(image: Stored, read: Reader) -> bool:
    """Return whether some pixel is not opaque."""
    for band in bands(image):
        pixels = read(band)
        if pixels.shape[2] == 3:
            return False
        if pixels[..., 3].min() < 255:
            return True
    return False


def _transformed(band: Image.Image, transform: Transform, *, translucent: bool) -> Bytes:
    """Convert a band through a profile; alpha is no colour, and stays as it is."""
    source = "RGBA" if translucent and transform.mode == "RGB" else transform.mode
    colors = transform.apply(_as(band, source))
    if translucent and source != "RGBA":
        colors.putalpha(_as(band, "RGBA").getchannel("A"))
    return np.asarray(colors)


def _as(band: Image.Image, mode: str) -> Image.Image:
    """Return the band in another mode; itself if it is in that mode."""
    if band.mode == "La":  # which Pillow turns into nothing else
        band = band.convert("LA")
    return band if band.mode == mode else band.convert(mode)


def _missing_from(image: Stored) -> int | None:
    """Return the entries of the palette if some pixel has one beyond them, else None.

    In a GIF the index that is transparent may lie beyond the palette: it needs no colour.

    Raises:
        PixelsError: there is no palette.
    """
    entries, used = 0, np.zeros(256, bool)
    for band in bands(image):
        entries = len(band.getpalette() or ()) // 3
        if entries == 256:
            return None
        indices = band if band.mode == "P" else band.getchannel("P")
        used |= np.array(indices.histogram()[:256]) > 0
    transparent = image.info.get("transparency")
    if isinstance(transparent, int):
        used[transparent] = False
    if entries == 0:
        raise PixelsError("is indexed, and has no palette")
    return entries if used[entries:].any() else None


def _blackened(pixels: Bytes, band: Image.Image, entries: int) -> Bytes:
    """Return pixels in which those of entries beyond the palette are opaque black.

    The third edition of PNG requires that (13.1); programs differ for other formats.
    """
    indices = np.asarray(band if band.mode == "P" else band.getchannel("P"))
    beyond = indices >= entries
    transparent = band.info.get("transparency")
    if isinstance(transparent, int):
        beyond &= indices != transparent
    black = np.array([0, 0, 0, 255][: pixels.shape[2]], np.uint8)
    return np.where(beyond[..., None], black, pixels)
