"""Identifiers of style sheets and tokens, made of file names and of names of colours."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from quantize.errors import SettingError

NAMELESS: Final = "palette"
"""Stands for a name without letters, and before one that begins with a digit."""

_PLAIN: Final = re.compile("[A-Za-z_][A-Za-z0-9_-]*")

_SPELLED: Final = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "ð": "d", "þ": "th", "ł": "l", "đ": "d", "ı": "i"}
)
"""Latin letters that are no letter of ASCII with an accent; `ß` is `ss` by case folding."""


def identifier(text: str, *, otherwise: str = NAMELESS, keep: bool = False) -> str:
    """Return an identifier of CSS and of Sass: words in lower case with `-` between them.

    Latin letters lose their accents. Letters and digits of other scripts stay, which both allow.
    All else parts words. Sass refuses a digit at the beginning: `palette-` goes before it.

    Args:
        text: any text.
        otherwise: what is returned where the text has no letter and no digit.
        keep: leave a text as it is that is an identifier of ASCII already, with capitals and `_`.
    """
    if keep and _PLAIN.fullmatch(text) and not text.endswith(("-", "_")):
        return text
    found = words(text)
    if not found:
        return otherwise
    return f"{NAMELESS}-{found}" if found[0] in "0123456789" else found


def check(setting: str, text: object) -> None:
    """Check that a text gives an identifier.

    Raises:
        SettingError: it is no text, or has no letter and no digit.
    """
    if not isinstance(text, str) or not words(text):
        raise SettingError(setting, f"{text!r} has no letter and no digit")


def words(text: str) -> str:
    """Return the words of a text as in `identifier`, which may begin with a digit or be empty."""
    folded = unicodedata.normalize("NFC", text).casefold().translate(_SPELLED)
    letters = "".join(_letter(letter) for letter in unicodedata.normalize("NFC", folded))
    return "-".join(letters.split())


def _letter(letter: str) -> str:
    """Return a letter or digit, without an accent if it is Latin; a blank for all else."""
    parts = unicodedata.normalize("NFKD", letter)
    plain = "".join(part for part in parts if part.isascii() and part.isalnum())
    if plain:
        return plain
    return letter if unicodedata.category(letter)[0] in "LMN" else " "


def ascii_only(name: str) -> str:
    """Return an identifier of ASCII: letters of other scripts become code points, as `u82b1`.

    Names that differ stay different.
    """
    return "".join(each if each.isascii() else f"u{ord(each):x}" for each in name)
