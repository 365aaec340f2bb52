"""Lospec's `.hex`: one colour a line, `rrggbb` without `#`, nothing else.

Translucent colours have eight digits, `rrggbbaa`; the format has no place for a title.
"""

from __future__ import annotations

from quantize.model import Palette
from quantize.palettes.text import hex_codes


def write(palette: Palette, title: str) -> bytes:  # noqa: ARG001 (one signature for all formats)
    """The colours in palette order."""
    return "".join(f"{code.removeprefix('#')}\n" for code in hex_codes(palette)).encode()
