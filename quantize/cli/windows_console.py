"""Colours on the console of Windows; loaded there alone."""

from __future__ import annotations

import ctypes
from typing import Final, TextIO

_ESCAPES: Final = 0x0004
"""ENABLE_VIRTUAL_TERMINAL_PROCESSING of SetConsoleMode (Microsoft's console API)."""


def takes_escapes(stream: TextIO) -> bool:
    """Switch escape sequences on, which a program has to ask for; False before Windows 10.

    Args:
        stream: a terminal.
    """
    import msvcrt  # there on Windows alone, as what is looked up by name

    console = getattr(ctypes, "windll").kernel32  # noqa: B009
    mode = ctypes.c_uint32()
    try:
        found = getattr(msvcrt, "get_osfhandle")(stream.fileno())  # noqa: B009
    except OSError:
        return False
    handle = ctypes.c_void_p(found)
    if not console.GetConsoleMode(handle, ctypes.byref(mode)):
        return False
    return bool(console.SetConsoleMode(handle, ctypes.c_uint32(mode.value | _ESCAPES)))
