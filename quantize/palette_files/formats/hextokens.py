"""Design tokens with colours as `"#rrggbb"`, `.hex.tokens.json`.

Penpot, Style Dictionary 4 and Tokens Studio take a colour as text only, as the drafts before
2025.10 had it. Penpot takes a token only if the token itself has a type, not its group
(`tokens_lib.cljc`, `flatten-nested-tokens-json`). All else is as in `tokens`.
"""

from __future__ import annotations

from quantize.model.palette import Palette
from quantize.palette_files.form import Form
from quantize.palette_files.formats import tokens
from quantize.palette_files.variables import Color, as_hex

read = tokens.read


def write(palette: Palette, title: str, form: Form) -> bytes:
    """Return an object with a line for each token; translucent colours have eight digits."""
    return tokens.document({}, title, tokens.tokens(palette, form, _fields))


def _fields(color: Color) -> tokens.Fields:
    return {"$type": "color", "$value": as_hex([color])[0]}
