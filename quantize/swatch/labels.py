"""What is written on a swatch, in letters that the font has, and how wide it is."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache
from itertools import starmap
from pathlib import Path
from typing import Final

from PIL import ImageFont

from quantize.errors import QuantizeError
from quantize.model.palette import Palette
from quantize.model.text import hex_codes, one_line, percent

FONTS: Final = Path(__file__).parent / "fonts"
ELLIPSIS: Final = "…"

_IN_FONT: Final = frozenset(
    chr(code) for code in (*range(0x20, 0x7F), *range(0xA1, 0x17F), *map(ord, "ȘșȚț–—‘’“”…"))
) - {"\xad"}
"""As `docs/make_font.py` cuts it, but for the soft hyphen, which shows nothing."""

_SPELLED: Final = str.maketrans({"ſ": "s", "‚": "'", "„": '"', "−": "-", "‐": "-", "•": "·"})
"""What Unicode does not take apart into letters of the font."""

_UNITS: Final = 1000
"""Of the font, in an em: at this size Pillow's widths are the font's own."""


@dataclass(frozen=True, slots=True)
class Label:
    """What is said of a colour; `share` is empty where no picture is known, `name` may be."""

    name: str
    code: str
    share: str


def labels(palette: Palette) -> list[Label]:
    """One for each colour."""
    names = palette.names or ("",) * len(palette)
    counted = bool(palette.counts.any())
    shares = [percent(share) if counted else "" for share in palette.shares]
    return list(starmap(Label, zip(map(spelled, names), hex_codes(palette), shares, strict=True)))


def spelled(text: str) -> str:
    """The text in letters of the font: else without their accents, other scripts left out."""
    composed = unicodedata.normalize("NFC", text).translate(_SPELLED)
    return one_line("".join(_letter(letter) for letter in composed))


def _letter(letter: str) -> str:
    if letter in _IN_FONT or letter.isspace():
        return letter
    return "".join(part for part in unicodedata.normalize("NFKD", letter) if part in _IN_FONT)


def width(text: str, size: float, *, bold: bool = False) -> float:
    """Of a line of text, in the unit of its size."""
    return float(font(_UNITS, bold=bold).getlength(text)) * size / _UNITS


@cache
def font(size: int, *, bold: bool = False) -> ImageFont.FreeTypeFont:
    """The font for Pillow; without shaping, so that it is the same whatever Pillow was built with.

    Raises:
        QuantizeError: this Pillow was built without FreeType.
    """
    try:
        path = FONTS / f"{'bold' if bold else 'regular'}.ttf"
        return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)
    except ImportError:  # of the C module that draws text, optional when Pillow is built
        raise QuantizeError(
            "swatch: this Pillow was built without FreeType and cannot draw the labels; "
            "its wheels can: pip install --force-reinstall --only-binary pillow pillow"
        ) from None


def wrapped(text: str, size: int, room: float, most: int) -> list[str]:
    """The text in at most `most` lines of `room` pixels, elided where it does not fit."""
    lines: list[str] = []
    words = text.split()
    while words:
        if len(lines) == most - 1:
            return [*lines, elided(" ".join(words), size, room)]
        taken = 1
        while taken < len(words) and width(" ".join(words[: taken + 1]), size) <= room:
            taken += 1
        lines.append(elided(" ".join(words[:taken]), size, room))
        words = words[taken:]
    return lines


def elided(text: str, size: int, room: float, *, bold: bool = False) -> str:
    """The text, or as much of its beginning as fits with an ellipsis after it."""
    if width(text, size, bold=bold) <= room:
        return text
    while text and width(f"{text}{ELLIPSIS}", size, bold=bold) > room:
        text = text[:-1].rstrip()
    return f"{text}{ELLIPSIS}"
