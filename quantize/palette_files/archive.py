"""Palette files that are ZIP archives: equal content gives equal bytes; readers trust nothing."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterable
from typing import Final

from quantize.palette_files.reading import MAX_BYTES, Malformed

_NO_TIME: Final = (1980, 1, 1, 0, 0, 0)
"""The earliest time of the format; a fixed time, so that equal palettes give equal bytes."""


def pack(members: Iterable[tuple[str, bytes]], *, stored: tuple[str, ...] = ()) -> bytes:
    """Return an archive.

    Args:
        members: name and content of each, in this order.
        stored: the names of members that are not deflated.
    """
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, data in members:
            entry = zipfile.ZipInfo(name, _NO_TIME)
            entry.create_system = 3  # Unix, wherever it is written
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)
    return stream.getvalue()


def member(data: bytes, name: str) -> bytes:
    """Return a member of an archive; at most `MAX_BYTES` of it are inflated.

    Raises:
        Malformed: the data is no archive or is damaged, or the member is missing or too large.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entry = archive.getinfo(name)
            if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise Malformed(f"{name} in it is packed in a way that is not read; pack it anew")
            with archive.open(entry) as file:
                content = file.read(MAX_BYTES + 1)
    except KeyError:
        raise Malformed(f"there is no {name} in it; it is another kind of archive") from None
    except RuntimeError:  # also NotImplementedError: encrypted, or patched, or of a later version
        raise Malformed(f"{name} in it is encrypted or packed oddly; pack it anew") from None
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, OverflowError) as error:
        if isinstance(error, Malformed):
            raise
        raise Malformed("is a damaged ZIP archive; get it anew") from None
    if len(content) > MAX_BYTES:
        raise Malformed(f"{name} in it unpacks to more than {MAX_BYTES:,} bytes; no palette does")
    return content
