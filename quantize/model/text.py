"""Wording that all rooms share: one line of text, percentages, what others may not run."""

from __future__ import annotations

import re
import unicodedata

_BREAKING = {"Cc", "Cs", "Zl", "Zp"}
"""Unicode categories: controls, lone surrogates (file names that are not UTF-8), line ends."""

_NO_LETTERS = "\ufffe\uffff"
"""Characters that Unicode rules out and XML 1.0 refuses."""


def one_line(text: str) -> str:
    """Return the text without line ends, controls and runs of blanks; fit for UTF-8 and for XML."""
    kept = (
        " " if letter in _NO_LETTERS or unicodedata.category(letter) in _BREAKING else letter
        for letter in text
    )
    return " ".join("".join(kept).split())


_TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""The property Bidi_Control of UAX #9: in code they show a line in another order than it has, and a
comment for what is none (CVE-2021-42574)."""

_HIDDEN = re.compile(f"[\x7f-\x9f\u2028\u2029\ufeff{_TURNING.pattern[1:-1]}]")
"""All that a terminal obeys and JSON does not escape by itself."""


def unturned(text: str) -> str:
    """Return the text without Bidi_Control, for formats that are code or a table."""
    return _TURNING.sub("", text)


def escaped_json(document: str) -> str:
    """Return JSON that says the same, in which what turns or hides text is escaped."""
    if document.isprintable():
        return document
    return _HIDDEN.sub(lambda found: f"\\u{ord(found[0]):04x}", document)


def escaped_xml(text: str) -> str:
    """Return XML that says the same, in which Bidi_Control are character references."""
    return _TURNING.sub(lambda found: f"&#x{ord(found[0]):x};", text)


_FORMULA = "[=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]."
"""The beginning of what a spreadsheet takes for a formula (OWASP, "CSV injection"), also in the
full-width forms; a sign alone is none."""


def as_cell(text: str) -> str:
    """Return a text for a spreadsheet, which would run a formula: that gets a `'` before it."""
    return f"'{text}" if re.match(f"'*{_FORMULA}", text, re.DOTALL) else text


def of_cell(cell: str) -> str:
    """Return the text that `as_cell` was given."""
    return cell[1:] if re.match(f"'+{_FORMULA}", cell, re.DOTALL) else cell


def percent(share: float) -> str:
    """Return a share of 0 to 1 for people: `'12.4 %'`; only 0 is `'0 %'`, and only 1 `'100 %'`."""
    if share in {0, 1}:
        return f"{share * 100:.0f} %"
    if share < 0.001:
        return "<0.1 %"
    if share > 0.999:
        return ">99.9 %"
    return f"{share * 100:.1f} %"
