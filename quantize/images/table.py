"""The table of image formats that are written: names, endings, what they can hold.

It needs no Pillow, so that names of files can be planned and `--help` shown without it; the
functions that write stand in `images.ENCODERS`, same keys.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from quantize.checks import ending_of
from quantize.errors import OutputError

Frames = Literal["animation", "pages", "none"]
"""Whether a file can hold a moving picture, several pictures, or one."""


class ImageFormat(NamedTuple):
    """A row of the table.

    Attributes:
        name: as `--format` takes it.
        endings: of its files, lower case, the usual one first.
        alpha: whether a palette entry can be translucent, only on or off, or neither.
        summary: one line for people.
        frames: what it holds beside one picture.
        palettes: whether each of its pictures can have a palette of its own.
        longest: most pixels that a side can have.
        compresses: whether `--compress` means anything to it.
    """

    name: str
    endings: tuple[str, ...]
    alpha: Literal["full", "binary", "none"]
    summary: str
    frames: Frames
    palettes: bool = False
    longest: int = (1 << 31) - 1
    compresses: bool = False
    erasable: bool = True
    reserved_entries: int = 0


FORMATS: Final = {
    row.name: row
    for row in (
        ImageFormat(
            *("png", (".png",), "full", "indexed, 1, 2, 4 or 8 bits a pixel", "animation"),
            compresses=True,
        ),
        ImageFormat(
            *("gif", (".gif",), "binary", "indexed; a pixel is opaque or not there"),
            *("animation", True),
            longest=65_535,
            erasable=False,
            reserved_entries=1,
        ),
        ImageFormat(
            *("webp", (".webp",), "full", "lossless; finds the palette by itself"),
            *("animation", True),
            longest=16_383,
            compresses=True,
        ),
        ImageFormat(
            *("tiff", (".tiff", ".tif"), "none", "indexed, 4 or 8 bits a pixel, deflated"),
            *("pages", True),
            compresses=True,
        ),
        ImageFormat(
            *("bmp", (".bmp",), "none", "indexed, 1, 4 or 8 bits a pixel, not compressed"),
            "none",
        ),
    )
}

ON_OFF_NOTE: Final = (
    "the format has no half transparency; from half on a pixel is opaque, else gone"
)
NO_ENTRY_NOTE: Final = "the palette has no transparent colour: what was invisible is seen"

READABLE_ENDINGS: Final = (
    *(".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".webp", ".gif", ".bmp", ".dib", ".tif", ".tiff"),
    *(".ppm", ".pgm", ".pbm", ".pnm", ".pfm", ".tga", ".ico", ".avif", ".avifs", ".apng"),
    *(".heic", ".heif", ".hif"),
)
"""Endings of images that are read, HEIF if the extra is installed; of those that are not in the
table none holds a palette."""


def format_for(path: str) -> ImageFormat:
    """The format that the ending of an output names; PNG where there is no ending.

    Raises:
        OutputError: no format of the table has that ending.
    """
    ending = ending_of(path)
    if not ending:
        return FORMATS["png"]
    for row in FORMATS.values():
        if ending in row.endings:
            return row
    known = ", ".join(row.endings[0] for row in FORMATS.values())
    why = "cannot hold a palette" if ending in READABLE_ENDINGS else "is not a known image ending"
    raise OutputError(path, f"'{ending}' {why}; use one of {known}, or say --format")
