"""Labels of a swatch: text in letters of the font, its width, and its lines."""

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
from quantize.model.text import one_line, percent

FONTS: Final = Path(__file__).parent / "fonts"
ELLIPSIS: Final = "…"

_IN_FONT: Final = frozenset(
    chr(code) for code in (*range(0x20, 0x7F), *range(0xA1, 0x17F), *map(ord, "ȘșȚț–—‘’“”…"))
) - {"\xad"}
"""The letters that `docs/make_font.py` keeps, without the soft hyphen, which shows nothing."""

_SPELLED: Final = str.maketrans({"ſ": "s", "‚": "'", "„": '"', "−": "-", "‐": "-", "•": "·"})
"""Replacements that Unicode normalisation does not make."""

_UNITS: Final = 1000
"""Units of the font in an em: at this size Pillow's widths are those of the font."""


@dataclass(frozen=True, slots=True)
class Label:
    """The texts of a colour.

    Attributes:
        name: of the colour; may be empty.
        code: its hex code.
        share: its share of the picture; empty if the palette has no counts.
    """

    name: str
    code: str
    share: str


def labels(palette: Palette) -> list[Label]:
    """Return the label of each colour, in palette order."""
    names = palette.names or ("",) * len(palette)
    counted = bool(palette.counts.any())
    shares = [percent(share) if counted else "" for share in palette.shares]
    return list(starmap(Label, zip(map(spelled, names), palette.as_hex(), shares, strict=True)))


def spelled(text: str) -> str:
    """Return a text in letters of the font: without unknown accents and scripts."""
    composed = unicodedata.normalize("NFC", text).translate(_SPELLED)
    return one_line("".join(_letter(letter) for letter in composed))


def _letter(letter: str) -> str:
    if letter in _IN_FONT or letter.isspace():
        return letter
    return "".join(part for part in unicodedata.normalize("NFKD", letter) if part in _IN_FONT)


def width(text: str, size: float, *, bold: bool = False) -> float:
    """Return the width of a line of text, in the unit of `size`."""
    return float(font(_UNITS, bold=bold).getlength(text)) * size / _UNITS


@cache
def font(size: int, *, bold: bool = False) -> ImageFont.FreeTypeFont:
    """Return the font for Pillow; text is not shaped, so every build of Pillow draws the same.

    Raises:
        QuantizeError: Pillow was built without FreeType.
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
    """Break a text into at most `most` lines of `room` pixels; what does not fit is elided."""
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
    """Return a text, or as much of its beginning as fits before an ellipsis."""
    if width(text, size, bold=bold) <= room:
        return text
    while text and width(f"{text}{ELLIPSIS}", size, bold=bold) > room:
        text = text[:-1].rstrip()
    return f"{text}{ELLIPSIS}"
