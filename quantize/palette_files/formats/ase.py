"""Adobe Swatch Exchange, `.ase`: blocks of colours with names, perhaps in groups; big-endian.

Adobe publishes no specification; the layout is as readers and writers agree on it (nsfmc/swatch,
SwatchBooker, Krita). Written as RGB, without a group: a program that reads none would lose the
colours, and what groups a file has become part of the names when it is read. No alpha.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from typing import Final

from quantize.model.palette import Palette
from quantize.palette_files import color_models
from quantize.palette_files.cursor import Cursor
from quantize.palette_files.reading import Malformed, Swatch, grouped, quoted
from quantize.palette_files.text import labels, opaque

_MAGIC: Final = b"ASEF"
_SPRITE: Final = b"\xe0\xa5"
"""The mark at byte 4 of a sprite, see `aseprite`, whose ending may be `.ase` as well."""
_GROUP_START: Final = 0xC001
_GROUP_END: Final = 0xC002
_COLOR: Final = 0x0001
_GLOBAL: Final = 0
"""The type "global" of a colour: the swatch and its uses change together. 1 is spot, 2 normal."""
_BLOCK: Final = ">HL"
_MAX_UNITS: Final = 0xFFFF - 1
"""UTF-16 units of a name at most, without its NUL: its length is a 16-bit number."""

_MODELS: Final[dict[bytes, tuple[int, Callable[..., color_models.RGB]]]] = {
    b"RGB ": (3, color_models.rgb),
    b"CMYK": (4, color_models.cmyk),
    b"LAB ": (3, lambda lightness, a, b: color_models.lab(lightness * 100, a, b)),
    b"GRAY": (1, color_models.gray),
}
"""The number of components of a model, and its conversion. Adobe writes `Gray`, others `GRAY`."""


def write(palette: Palette, title: str) -> bytes:  # noqa: ARG001 (one signature for all formats)
    """Return a block for each colour; a colour without a name gets its hex code."""
    blocks = [_color(*pair) for pair in zip(opaque(palette), labels(palette), strict=True)]
    return _MAGIC + struct.pack(">HHL", 1, 0, len(blocks)) + b"".join(blocks)


def _color(color: tuple[int, int, int], name: str) -> bytes:
    text = name.encode("utf-16-be")[: 2 * _MAX_UNITS].decode("utf-16-be", errors="ignore")
    units = f"{text}\0".encode("utf-16-be")
    values = struct.pack(">3f", *(value / 255 for value in color))
    body = struct.pack(">H", len(units) // 2) + units + b"RGB " + values
    body += struct.pack(">H", _GLOBAL)
    return struct.pack(_BLOCK, _COLOR, len(body)) + body


def read(data: bytes) -> Iterator[Swatch]:
    """Yield the colours, those of a group as `group / name`; other blocks are ignored."""
    if not data.startswith(_MAGIC):
        if data[4:6] == _SPRITE:
            raise Malformed("is a sprite of Aseprite and damaged; save it anew")
        raise Malformed("does not begin with 'ASEF'; is it a palette?")
    file = Cursor(data)
    *_, count = file.unpack(">4sHHL", "the header")
    done, group = 0, ""
    while done < count or file.left:
        done += 1
        where = f"block {done:,} of {max(count, done):,}"
        kind, size = file.unpack(_BLOCK, where)
        body = file.take(size, where)
        if kind == _GROUP_START:
            group = _name(Cursor(body), where)
        elif kind == _GROUP_END:
            group = ""
        elif kind == _COLOR:
            block = Cursor(body)
            name = grouped(group, _name(block, where))
            yield Swatch(_value(block, where), name)


def _name(block: Cursor, where: str) -> str:
    (units,) = block.unpack(">H", where)
    return block.utf16(units, where)


def _value(block: Cursor, where: str) -> color_models.RGB:
    (model,) = block.unpack(">4s", where)
    if model.upper() not in _MODELS:
        known = ", ".join(name.decode().strip() for name in _MODELS)
        raise Malformed(f"{where}: model {quoted(model.decode('latin-1'))} is none of {known}")
    components, convert = _MODELS[model.upper()]
    return convert(*block.unpack(f">{components}f", where))
