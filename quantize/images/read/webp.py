"""A look at the header of a WebP (RFC 9649)."""

from __future__ import annotations

from typing import BinaryIO, Final

_ANIMATION: Final = 0x02
"""Flag of a VP8X chunk."""


def is_animated(stream: BinaryIO) -> bool:
    """Return whether the header announces an animation; the position of the stream is moved."""
    stream.seek(12)
    start = stream.read(9)
    return len(start) == 9 and start[:4] == b"VP8X" and bool(start[8] & _ANIMATION)
