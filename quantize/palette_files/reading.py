"""What the readers of palette files share: a colour, a complaint, and the way to a `Palette`.

A reader is `read(data) -> Iterable[Swatch]`: it yields colours in the order of the file, and raises
`Malformed` for whatever it cannot make sense of. It sees bytes and never a file; the door,
`palettes.decode`, adds the file's name. What holds for all formats is decided here, once.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

import numpy as np

from quantize.checks import MAX_COLORS
from quantize.model.palette import Palette
from quantize.model.text import one_line

MAX_BYTES: Final = 2 << 20
"""Of a palette file, and of each member of one that is an archive. Ours to choose: 256 colours
take less than 100 kB in the wordiest format, and a colour profile beside them up to about 1 MB."""


class Malformed(ValueError):  # noqa: N818 - a complaint on its way to become a PaletteReadError
    """What is wrong with the content of a file and what to do, in one line without its name."""


class Swatch(NamedTuple):
    """One colour of a palette file.

    Attributes:
        color: red, green, blue and, unless it is opaque, alpha; sRGB and straight, 0 to 255 each.
        name: as the file has it, a group before it as in `"group / name"`; empty if there is none.
        pixels: how many have the colour, 0 to `MAX_COUNT`; 0 where the file tells nothing.
    """

    color: tuple[int, ...]
    name: str = ""
    pixels: int = 0


MAX_NAME: Final = 1000
"""Letters of a name that are kept; ours to choose, beyond what any program shows."""

MAX_COUNT: Final = 1 << 53
"""Whole numbers up to here are exact in every JSON reader, and 256 of them add up in 64 bits."""


def to_palette(swatches: Iterable[Swatch]) -> Palette:
    """The palette of a file's colours.

    A colour that comes again is dropped: the first one stays, with its name and place. Names are on
    one line, without control characters; one that only repeats its colour's hex code, as our own
    writers fill the gap, is none. There is a fourth channel only if some colour is not opaque.

    Raises:
        Malformed: there is no colour, or more than `MAX_COLORS` different ones.
    """
    kept: dict[tuple[int, ...], Swatch] = {}
    beyond: set[int] = set()  # as numbers: a large file may hold half a million
    for swatch in swatches:
        color = (*swatch.color, 255)[:4]
        if color in kept:
            continue
        if len(kept) < MAX_COLORS:
            kept[color] = swatch
        else:
            beyond.add(int.from_bytes(bytes(color), "big"))
    if not kept:
        raise Malformed("holds no colour; is it the right file?")
    if beyond:
        raise Malformed(
            f"{len(kept) + len(beyond):,} different colours are more than the {MAX_COLORS} that a "
            "palette can have; save a part of them"
        )
    colors = np.array(list(kept), np.uint8)
    names = tuple(map(_name, kept.values()))
    return Palette(
        colors if (colors[:, 3] < 255).any() else np.ascontiguousarray(colors[:, :3]),
        np.array([swatch.pixels for swatch in kept.values()], np.int64),
        names if any(names) else (),
    )


def _name(swatch: Swatch) -> str:
    name = one_line(swatch.name[:MAX_NAME])
    code = "#{:02x}{:02x}{:02x}".format(*swatch.color)
    return "" if name.lower() == code else name


def grouped(*parts: str) -> str:
    """`'group / name'` of those parts that say something."""
    lines = (one_line(part[:MAX_NAME]) for part in parts)
    return " / ".join(line for line in lines if line)


def quoted(text: str) -> str:
    """A piece of a file for a message: on one line, cut where it is long."""
    line = one_line(text[:100])
    return repr(line if len(line) <= 40 else f"{line[:39]}…")


def lines(data: bytes) -> Iterator[tuple[str, str]]:
    """The lines of a text file that are not blank, each after where it stands: `'line 3'`.

    Line ends of Unix, Windows and old Macs count, and no others.
    """
    for number, line in enumerate(io.StringIO(decoded(data), newline=None), 1):
        if stripped := line.strip():
            yield f"line {number}", stripped


def decoded(data: bytes) -> str:
    """The text of a file: UTF-8, or UTF-16 where it begins so; what is neither is Latin-1."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def byte(text: str, where: str) -> int:
    """A whole number from 0 to 255.

    Raises:
        Malformed: it is none.
    """
    if re.fullmatch("[0-9]{1,3}", text) and int(text) <= 255:
        return int(text)
    raise Malformed(f"{where}: {quoted(text)} is not a whole number from 0 to 255; correct it")


def bytes_of_hex(text: str, where: str) -> tuple[int, ...]:
    """(red, green, blue, alpha) of `'#rrggbb'` or `'#rrggbbaa'`, with or without `#`.

    Raises:
        Malformed: it is neither.
    """
    digits = text.strip().removeprefix("#")
    if not re.fullmatch("(?:[0-9a-fA-F]{2}){3,4}", digits):
        raise Malformed(f"{where}: {quoted(text)} is not a colour like #rrggbb; correct it")
    return tuple(bytes.fromhex(digits.ljust(8, "f")))
