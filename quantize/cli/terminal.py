"""What a terminal can show: how many colours, and which letters of texts that are not ours."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any, Final, TextIO

MOST_LETTERS: Final = 1000
"""Of a name or a text that is shown; our choice: four times the longest name of a file."""

_UNSAFE: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f"  # controls: C0, DEL, C1
    "\u2028\u2029\ud800-\udfff\ufeff"  # ends of lines, bytes that are no UTF-8, byte order mark
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"  # the property Bidi_Control (UAX #9)
)
"""Letters that change the state of a terminal, end a line, or move what stands beside them."""

_SHORT: Final = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def shown(text: str, most: int = MOST_LETTERS) -> str:
    """Return a text that is not ours as it is safe to show: escaped, and cut in its middle.

    The name of a file may clear the screen, and an error may quote what is in it (CWE-150). A text
    that is shown twice stays as it was the first time.

    Args:
        text: a name of a file, the text of an error, and the like.
        most: letters that are kept.
    """
    if len(text) > most:
        tail = most // 3
        text = f"{text[: most - tail - 1]}…{text[-tail:]}"
    return text if text.isprintable() else _UNSAFE.sub(_escaped, text)


def shown_record(value: Any) -> Any:
    """Return a record, or a part of it, with all its texts as `shown` gives them."""
    if isinstance(value, str):
        return shown(value)
    if isinstance(value, dict):
        return {key: shown_record(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [shown_record(each) for each in value]
    return value


def _escaped(found: re.Match[str]) -> str:
    code = ord(found[0])
    return _SHORT.get(found[0]) or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}")


def columns(stream: TextIO | None) -> int | None:
    """Return the width of a terminal; None of what is none: there nothing needs to fit."""
    if stream is None or not stream.isatty():
        return None
    try:
        found = os.get_terminal_size(stream.fileno()).columns
    except (OSError, ValueError):
        found = 0
    return found or USUAL_COLUMNS


USUAL_COLUMNS: Final = 80
"""Of a terminal that does not tell."""


def color_depth(stream: TextIO | None, environ: Mapping[str, str] = os.environ) -> int:
    """Return the bits of a colour: 24, 8 (the 256 colours of xterm), or 0 for no colours.

    The environment variables `COLORTERM` and `TERM` tell. There are no colours if `NO_COLOR` is set
    (https://no-color.org), or if the stream is no terminal. The console of Windows has no such
    variables: it shows all colours, or none.
    """
    if stream is None or not stream.isatty() or environ.get("NO_COLOR"):
        return 0
    term = environ.get("TERM", "")
    if term == "dumb":
        return 0
    if os.name == "nt":
        from quantize.cli import windows_console

        return 24 if windows_console.takes_escapes(stream) else 0
    if environ.get("COLORTERM", "").lower() in {"truecolor", "24bit"} or term.endswith("-direct"):
        return 24
    return 8 if "256color" in term else 0
