"""Metadata: what a file says beside its pixels, in the form in which it is written again.

The orientation, in EXIF and in XMP, is set to 1, because the pixels are turned already. Every other
byte of both stays as it is, makers' notes with offsets of their own included.
"""

from __future__ import annotations

import re
import struct
from contextlib import suppress
from typing import Any, Final

from PIL import Image

from quantize.images.png_chunks import OUR_KEY, XMP_KEY
from quantize.model.picture import GeoTags, Metadata

EXIF_MARK: Final = b"Exif\0\0"
ORIENTATION: Final = 0x0112
_X_RESOLUTION: Final = 0x011A

_TIFF_KEEPS: Final = (270, 271, 272, 305, 306, 315, 33432, 34665, 34853)
"""Tags of a TIFF that say something about the picture: description, make, model, software, time,
artist, copyright, and the directories of EXIF and GPS. The others tell how pixels are stored."""

_ASCII, _SHORT, _DOUBLE = 2, 3, 12
"""Types of TIFF 6.0."""

_GEO: Final = {
    **dict.fromkeys((33550, 33920, 33922, 34264, 34736, 50844), _DOUBLE),
    34735: _SHORT,
    34737: _ASCII,
}
"""Tags of OGC GeoTIFF 1.1 (scale, tie points, transformation, keys and their values), Intergraph's
matrix, and the coefficients of satellite pictures (RPC), with the types that they have."""

TURNED: Final = "orientation before it was loaded"
"""An entry of `info`: Pillow turns the picture of a TIFF when it loads it, and drops the tag."""

_NODATA: Final = 42113
"""GDAL's tag: the value of pixels that show nothing, as text."""

_RAW_PROFILE: Final = "Raw profile type "
"""Keys under which ImageMagick and others keep EXIF, IPTC and more in a PNG's texts, in hex."""

_XMP_ORIENTATION: Final = rb"""(tiff:Orientation(?:\s*=\s*["']|>)\s*)[2-8]"""
"""The orientation in an XMP packet, as an attribute or an element."""

_LARGEST_DPI: Final = 1e6


def read(image: Image.Image, notes: list[str], *, srgb: bool) -> Metadata:
    """Return the metadata of an image that is loaded.

    Args:
        image: as Pillow has it.
        notes: what cannot be kept is added here.
        srgb: whether the colours are known to be sRGB.
    """
    info: dict[Any, Any] = image.info
    return Metadata(
        exif=_exif(image, notes),
        xmp=_xmp(info, notes),
        dpi=_dpi(image),
        text=_text(image),
        srgb=srgb,
        geo=_geo(image, notes),
    )


# --- EXIF -----------------------------------------------------------------------------------------


def _exif(image: Image.Image, notes: list[str]) -> bytes | None:
    if image.format == "TIFF":
        return _exif_of_tiff(image)
    data = image.info.get("exif")
    if data is None and f"{_RAW_PROFILE}exif" in image.info:
        data = _from_hex(str(image.info[f"{_RAW_PROFILE}exif"]))
    if not data:
        return None
    found = without_orientation(data) if isinstance(data, bytes) else None
    if found is None:
        notes.append("the EXIF block cannot be read, and is left out")
    return found


def without_orientation(data: bytes) -> bytes | None:
    """Return an EXIF block with an orientation of 1; None if the data is no EXIF block.

    Args:
        data: a TIFF structure, with or without the mark before it.
    """
    changed = bytearray(data.removeprefix(EXIF_MARK))
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(bytes(changed[:4]))
    if order is None:
        return None
    try:
        (start,) = struct.unpack_from(f"{order}I", changed, 4)
        (count,) = struct.unpack_from(f"{order}H", changed, start)
        for place in range(start + 2, start + 2 + 12 * count, 12):
            tag, kind, values = struct.unpack_from(f"{order}HHI", changed, place)
            if tag == ORIENTATION and kind in (3, 4) and values == 1:  # SHORT, LONG
                struct.pack_into(f"{order}{'H' if kind == 3 else 'I'}", changed, place + 8, 1)
    except struct.error:
        return None
    return bytes(changed)


def _exif_of_tiff(image: Image.Image) -> bytes | None:
    """Return the EXIF block of a TIFF: its own tags, without those about its strips."""
    with suppress(Exception):  # tags can hold anything
        tags, kept = image.getexif(), Image.Exif()
        for tag in _TIFF_KEEPS:
            if tag in tags:
                kept[tag] = tags.get_ifd(tag) if tag in (34665, 34853) else tags[tag]
        if len(kept):
            return without_orientation(kept.tobytes())
    return None


def _from_hex(text: str) -> bytes | None:
    """Return the bytes in a text of a name, a length and hexadecimal digits."""
    with suppress(ValueError):
        return bytes.fromhex("".join(text.split()[2:]))
    return None


# --- resolution, texts, colour --------------------------------------------------------------------


def _xmp(info: dict[Any, Any], notes: list[str]) -> bytes | None:
    data = info.get("xmp") or info.get(XMP_KEY)
    if not data:
        return None
    packet = data.encode() if isinstance(data, str) else bytes(data)
    packet = packet.rstrip(b"\0")
    try:
        packet.decode()
    except UnicodeDecodeError:
        notes.append("the XMP packet is not UTF-8, and is left out")
        return None
    return re.sub(_XMP_ORIENTATION, rb"\g<1>1", packet)


def _dpi(image: Image.Image) -> tuple[float, float] | None:
    """Return pixels an inch if the file says so; where it does not, Pillow makes some up."""
    info = image.info
    if image.format in ("JPEG", "MPO"):
        said = info.get("jfif_unit") in (1, 2) or ("exif" in info and _in_exif(image))
    else:
        said = image.format != "TIFF" or _X_RESOLUTION in getattr(image, "tag_v2", {})
    with suppress(KeyError, TypeError, ValueError, OverflowError, ZeroDivisionError):
        across, down = (float(value) for value in info["dpi"])
        if said and all(0 < value < _LARGEST_DPI for value in (across, down)):
            return across, down
    return None


def _in_exif(image: Image.Image) -> bool:
    """Return whether EXIF tells the resolution."""
    with suppress(Exception):
        return _X_RESOLUTION in image.getexif()
    return False


def _text(image: Image.Image) -> tuple[tuple[str, str], ...]:
    """Return keywords and texts of a PNG; the comment of a GIF or a JPEG."""
    info: dict[Any, Any] = image.info
    if image.format == "PNG":
        texts = [(key, str(value)) for key, value in info.items() if isinstance(value, str)]
        return tuple(
            (key, value)
            for key, value in texts
            if key not in (XMP_KEY, OUR_KEY) and not key.startswith(_RAW_PROFILE)
        )
    said = info.get("comment")
    comment = _decoded(said).strip("\0 \n") if isinstance(said, bytes) else ""
    return (("Comment", comment),) if comment else ()


def _decoded(comment: bytes) -> str:
    try:
        return comment.decode()
    except UnicodeDecodeError:
        return comment.decode("latin-1")


# --- georeference ---------------------------------------------------------------------------------


def _geo(image: Image.Image, notes: list[str]) -> GeoTags | None:
    """Return the georeference of a TIFF; of one that is turned it would no longer be true."""
    tags: Any = getattr(image, "tag_v2", None)
    if image.format != "TIFF" or tags is None:
        return None
    kept = tuple(
        (tag, kind, tags[tag])
        for tag, kind in _GEO.items()
        if tag in tags and tags.tagtype[tag] == kind
    )
    nodata = tags.get(_NODATA)
    if not isinstance(nodata, str):
        nodata = None
    if not kept and nodata is None:
        return None
    if kept and image.info.get(TURNED, 1) != 1:
        notes.append("its georeference is left out: the picture was turned")
        kept = ()
    nodata = nodata and nodata.strip("\0 ")
    return GeoTags(kept, nodata, _color_of(nodata, image)) if kept or nodata else None


def _color_of(nodata: str | None, image: Image.Image) -> tuple[int, int, int] | None:
    """Return the colour that a value has in every channel, or as an index; None if not known."""
    with suppress(TypeError, ValueError):
        value = float(nodata or "nan")
        if image.mode == "P" and value.is_integer():
            red, green, blue = (image.getpalette() or [])[3 * int(value) :][:3]
            return red, green, blue
        if image.mode.startswith("I;16"):
            value = (value + 128) // 257
        if image.mode not in ("F", "I") and value.is_integer() and 0 <= value <= 255:
            return (int(value),) * 3
    return None
