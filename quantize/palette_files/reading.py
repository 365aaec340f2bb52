"""Parts that the readers of palette files share: colours, errors, conversion to a `Palette`.

A reader is `read(data) -> Iterable[Swatch]`: it yields colours in the order of the file, a `Title`
where the file has one, and raises `Malformed` for content that it does not understand. It sees
bytes and no file; `codec.decode` adds the name of the file.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

import numpy as np

from quantize.checks import MAX_GIVEN
from quantize.model.palette import Palette
from quantize.model.text import one_line

MAX_BYTES: Final = 2 << 20
"""Bytes of a palette file at most, and of each member of an archive. The limit is our choice: 256
colours take less than 100 kB in the largest format, a list of 30,000 names of colours 1.2 MB, and a
colour profile up to about 1 MB."""


class Malformed(ValueError):  # noqa: N818 - `codec.decode` makes it a PaletteReadError
    """The content of a file is wrong; the message is a line with the problem and the advice."""


class Swatch(NamedTuple):
    """A colour of a palette file.

    Attributes:
        color: red, green, blue and, unless it is opaque, alpha, 0 to 255 each; sRGB with straight
            alpha.
        name: its name in the file, after its group as in `"group / name"`; empty if it has none.
        pixels: how many have the colour, 0 to `MAX_COUNT`; 0 where the file tells nothing.
        code: that of a maker, of a thread or a paint; empty if it has none.
    """

    color: tuple[int, ...]
    name: str = ""
    pixels: int = 0
    code: str = ""


class Title(str):
    """The name of the palette in its file; writers say `Untitled` where there is none."""

    __slots__ = ()


MAX_NAME: Final = 1000
"""Letters of a name that are kept; our choice, and more than any program shows."""

MAX_COUNT: Final = 1 << 53
"""The largest count: every JSON reader keeps it exactly."""


def to_palette(swatches: Iterable[Swatch | Title]) -> Palette:
    """Return the palette of a file's colours.

    Of equal colours the first is kept, with its name and place. Names become one line without
    control characters; a name that is the hex code of its colour, which our own writers and
    Lospec's fill in, is dropped. There is a fourth channel only if some colour is not opaque. Of
    several titles the first counts.

    Raises:
        Malformed: there is no colour, or more than `MAX_GIVEN` different ones.
    """
    kept: dict[tuple[int, ...], Swatch] = {}
    beyond: set[int] = set()  # as numbers: a large file may hold half a million
    title = ""
    for swatch in swatches:
        if isinstance(swatch, Title):
            title = title or one_line(swatch[:MAX_NAME])
            continue
        color = (*swatch.color, 255)[:4]
        if color in kept:
            continue
        if len(kept) < MAX_GIVEN:
            kept[color] = swatch
        else:
            beyond.add(int.from_bytes(bytes(color), "big"))
    if not kept:
        raise Malformed("holds no colour; is it the right file?")
    if beyond:
        raise Malformed(
            f"{len(kept) + len(beyond):,} different colours are more than the {MAX_GIVEN:,} "
            "that are read; save a part of them"
        )
    colors = np.array(list(kept), np.uint8)
    names = tuple(map(_name, kept.values()))
    codes = tuple(one_line(swatch.code[:MAX_NAME]) for swatch in kept.values())
    return Palette(
        colors if (colors[:, 3] < 255).any() else np.ascontiguousarray(colors[:, :3]),
        np.array([swatch.pixels for swatch in kept.values()], np.int64),
        names if any(names) else (),
        codes if any(codes) else (),
        "" if title == "Untitled" else title,
    )


def _name(swatch: Swatch) -> str:
    name = one_line(swatch.name[:MAX_NAME])
    code = bytes(swatch.color).hex()
    return "" if name.lower().removeprefix("#") in {code, code[:6]} else name


def grouped(*parts: str) -> str:
    """Join the parts of a name that are not empty: `'group / name'`."""
    lines = (one_line(part[:MAX_NAME]) for part in parts)
    return " / ".join(line for line in lines if line)


def quoted(text: str) -> str:
    """Return a piece of a file for an error: on one line, and shortened if it is long."""
    line = one_line(text[:100])
    return repr(line if len(line) <= 40 else f"{line[:39]}…")


def lines(data: bytes) -> Iterator[tuple[str, str]]:
    """Yield the lines of a text file that are not blank, each after its place: `'line 3'`.

    Only the line ends of Unix, Windows and old Macs end a line.
    """
    for number, line in enumerate(io.StringIO(decoded(data), newline=None), 1):
        if stripped := line.strip():
            yield f"line {number}", stripped


def without_comment(line: str) -> str:
    """Return a line of codes up to its comment: after `;`, `//`, or `#` and a blank."""
    return re.split(r";|//|#(?=\s|$)", line, maxsplit=1)[0].strip()


def decoded(data: bytes) -> str:
    """Return the text of a file: UTF-16 with a byte order mark, else UTF-8, else Latin-1."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def byte(text: str, where: str) -> int:
    """Return a whole number from 0 to 255.

    Raises:
        Malformed: the text is none.
    """
    if re.fullmatch("[0-9]{1,3}", text) and int(text) <= 255:
        return int(text)
    raise Malformed(f"{where}: {quoted(text)} is not a whole number from 0 to 255; correct it")


def bytes_of_hex(text: str, where: str) -> tuple[int, ...]:
    """Return (red, green, blue, alpha) of `'#rrggbb'` or `'#rrggbbaa'`, with or without `#`.

    A number of programs, `'0xrrggbb'` or `'0xaarrggbb'`, has alpha first.

    Raises:
        Malformed: the text is none of these.
    """
    digits = text.strip().removeprefix("#")
    if digits[:2] in {"0x", "0X"}:
        digits = digits[4:] + digits[2:4] if len(digits) == 10 else digits[2:]
    if not re.fullmatch("(?:[0-9a-fA-F]{2}){3,4}", digits):
        raise Malformed(f"{where}: {quoted(text)} is not a colour like #rrggbb; correct it")
    return tuple(bytes.fromhex(digits.ljust(8, "f")))
