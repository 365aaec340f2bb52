"""The number of colours that a terminal can show."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TextIO


def color_depth(stream: TextIO | None, environ: Mapping[str, str] = os.environ) -> int:
    """Return the bits of a colour: 24, 8 (the 256 colours of xterm), or 0 for no colours.

    The environment variables `COLORTERM` and `TERM` tell. There are no colours if `NO_COLOR` is set
    (https://no-color.org), or if the stream is no terminal.
    """
    if stream is None or not stream.isatty() or environ.get("NO_COLOR"):
        return 0
    term = environ.get("TERM", "")
    if term == "dumb":
        return 0
    if environ.get("COLORTERM", "").lower() in {"truecolor", "24bit"} or term.endswith("-direct"):
        return 24
    return 8 if "256color" in term else 0
