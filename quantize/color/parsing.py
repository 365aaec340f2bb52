"""Colours as people write them: `'#rrggbb'`, or a name."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from quantize.checks import did_you_mean, hex_color, is_hex
from quantize.color.named_colors import NAMED
from quantize.errors import SettingError

_TWINS: Final = {"aqua": "00ffff", "fuchsia": "ff00ff"}
"""Names of CSS for colours that have another name in CSS. The survey, which knows other colours by
these, comes after CSS."""


def color_of(setting: str, value: object) -> str:
    """Return a colour as `'#rrggbb'` in lower case.

    Args:
        setting: its name, for the error.
        value: `'#rrggbb'` or `'#rgb'`, with or without `#`; or one of the 148 names of CSS Color
            Module Level 4 or of those that this program calls colours by, in capitals or not, with
            or without blanks: `'LightGray'`, `'steel blue'`.

    Raises:
        SettingError: the value is none of them.
    """
    if not isinstance(value, str) or is_hex(value) or value.startswith("#"):
        return hex_color(setting, value)
    word = re.sub(r"[\s_-]", "", value).lower().replace("grey", "gray")
    code = _codes().get(word)
    if code is not None:
        return f"#{code}"
    hint = did_you_mean(word, _codes())
    raise SettingError(
        setting, f"{value!r} is no colour; write it as '#rrggbb' or by a name of CSS{hint}"
    )


@cache
def _codes() -> dict[str, str]:
    """Return the six digits of each name, which is written without blanks."""
    entries = re.findall(r"([a-z][a-z' ]*) #(\S{6})", NAMED)
    return {name.replace(" ", ""): code for name, code in entries} | _TWINS
