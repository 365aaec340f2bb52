"""The tables of image formats: those that are written, and those that are read.

A row holds all that is known of a format. The tables need neither NumPy nor Pillow, so that names
of files can be planned and `--help` shown without them; a row names its code as
`"module:attribute"`, which `checks.load` imports on first use.
"""

from __future__ import annotations

import re
from typing import Final, Literal

from quantize.checks import Row, Table, ending_of
from quantize.errors import OutputError
from quantize.values import Value

Frames = Literal["animation", "pages", "none"]
"""What a file can hold beside one picture: frames with durations, several pages, or nothing."""

COMPRESSIONS: Final = Table(
    (
        Row("fast", "the least time, for 10 to 20 % more bytes"),
        Row("default", "more effort for small images than for large ones"),
        Row("best", "the fewest bytes, for 1 to 3 s a megapixel (png needs the 'optimize' extra)"),
    )
)
"""Efforts of an encoder (`--compress`), for formats with `has_effort`."""


# --- formats that are written ---------------------------------------------------------------------


class ImageFormat(Value, kw_only=True):
    """A format that is written.

    Attributes:
        name: as `--format` takes it.
        endings: of its files, lower case, the usual one first.
        summary: one line for people.
        encoder: `encode(palette, indices, *, metadata) -> bytes` for one picture; it takes the
            keywords `effort` and `threads` as well if the format has them.
        writer: the same for several pictures: `write(frames, timing, *, metadata) -> bytes`, of
            pages without `timing`; empty if there is one picture only.
        alpha: what a palette entry can be: translucent (`full`), opaque or fully transparent
            (`binary`), or only opaque (`none`).
        frames: what a file can hold beside one picture.
        palettes: whether each frame or page can have a palette of its own.
        predicts: whether indices are stored as differences, so that the order of entries matters.
        erasable: whether a frame can make single pixels transparent that were not.
        reserved_entries: palette entries that an animation with a palette per frame needs itself.
        longest_side: most pixels of a side.
        georeference: whether the tags of a GeoTIFF have a place.
        has_effort: whether `--compress` has an effect.
        has_threads: whether encoder and writer can use several threads.
        compresses: whether pixels that repeat take fewer bytes.
        lzw: whether LZW codes strings of pixels; else deflate or its like codes bytes.
        check_best: a function that refuses `best` where a package is missing; empty if none is.
        unit_ms: milliseconds that durations are counted in; None if they are fractions.
        longest_ms: most milliseconds that a frame can last; None if there is no limit.
        most_plays: how often an animation can be played at most; None if there is no limit.
        largest_term: of a duration in seconds that is stored as a fraction, the most that
            numerator and denominator can be; None if durations are counted in units.
    """

    name: str
    endings: tuple[str, ...]
    summary: str
    encoder: str
    writer: str = ""
    alpha: Literal["full", "binary", "none"] = "full"
    frames: Frames = "none"
    palettes: bool = False
    predicts: bool = False
    erasable: bool = True
    reserved_entries: int = 0
    longest_side: int = (1 << 31) - 1
    georeference: bool = False
    has_effort: bool = False
    has_threads: bool = False
    compresses: bool = True
    lzw: bool = False
    check_best: str = ""
    unit_ms: int | None = None
    longest_ms: int | None = None
    most_plays: int | None = None
    largest_term: int | None = None


def check_row(row: ImageFormat) -> None:
    """Refuse a row that cannot work.

    Raises:
        ValueError: an ending, the writer of several pictures, or the timing is wrong.
    """
    if not row.endings or any(ending != f".{ending[1:].lower()}" for ending in row.endings):
        raise ValueError(f"image format {row.name!r}: write endings as '.abc', in lower case")
    if (row.frames == "none") != (not row.writer):
        raise ValueError(f"image format {row.name!r}: frames and pages need a writer")
    if row.frames == "animation" and (row.unit_ms is None) == (row.largest_term is None):
        raise ValueError(f"image format {row.name!r}: durations have a unit, or are fractions")


FORMATS: Final = Table(
    (
        ImageFormat(
            name="png",
            endings=(".png",),
            summary="indexed, 1, 2, 4 or 8 bits a pixel",
            encoder="quantize.images.png:encode",
            writer="quantize.images.animation.apng:write",
            frames="animation",
            predicts=True,
            has_effort=True,
            has_threads=True,
            check_best="quantize.images.png:require_optimiser",
            largest_term=0xFFFF,
        ),
        ImageFormat(
            name="gif",
            endings=(".gif",),
            summary="indexed; a pixel is opaque or not there",
            encoder="quantize.images.write.gif:encode",
            writer="quantize.images.animation.gif_writer:write",
            alpha="binary",
            frames="animation",
            palettes=True,
            has_effort=True,
            lzw=True,
            erasable=False,
            reserved_entries=1,
            longest_side=0xFFFF,
            unit_ms=10,
            longest_ms=10 * 0xFFFF,
            most_plays=0xFFFF + 1,
        ),
        ImageFormat(
            name="webp",
            endings=(".webp",),
            summary="lossless; finds the palette by itself",
            encoder="quantize.images.write.webp:encode",
            writer="quantize.images.animation.webp:write",
            frames="animation",
            palettes=True,
            longest_side=16_383,
            has_effort=True,
            unit_ms=1,
            longest_ms=0xFFFFFF,
            most_plays=0xFFFF,
        ),
        ImageFormat(
            name="tiff",
            endings=(".tiff", ".tif"),
            summary="indexed, 4 or 8 bits a pixel, deflated",
            encoder="quantize.images.write.tiff:encode",
            writer="quantize.images.animation.pages:write",
            alpha="none",
            frames="pages",
            palettes=True,
            predicts=True,
            georeference=True,
            has_effort=True,
        ),
        ImageFormat(
            name="bmp",
            endings=(".bmp",),
            summary="indexed, 1, 4 or 8 bits a pixel, not compressed",
            encoder="quantize.images.write.bmp:encode",
            alpha="none",
            compresses=False,
        ),
    ),
    check=check_row,
)
"""By name. A new format is a row here, an encoder in `write/`, perhaps a writer in `animation/`."""

DEFAULT_FORMAT: Final = "png"
"""The format of an output that names none."""


def format_for(path: str) -> ImageFormat:
    """Return the format that the ending of an output names; the default if there is no ending.

    Raises:
        OutputError: no format of the table has that ending.
    """
    ending = ending_of(path)
    if not ending:
        return FORMATS[DEFAULT_FORMAT]
    for row in FORMATS.values():
        if ending in row.endings:
            return row
    known = ", ".join(row.endings[0] for row in FORMATS.values())
    why = "cannot hold a palette" if ending in READABLE_ENDINGS else "is not a known image ending"
    advice = "use one of {known}, or give format="
    raise OutputError(path, f"'{ending}' {why}", advice, known=known)


# --- formats that are read ------------------------------------------------------------------------


class ReadableFormat(Value, kw_only=True):
    """A format that is read.

    Attributes:
        pillow_name: Pillow's name of it.
        endings: of its files, lower case.
        signature: a pattern that the beginning of a file matches, `.` is any byte; empty if the
            beginning does not tell, so that Pillow has to try.
        mend: `mended(stream) -> (stream, notes)`, which leaves out what is damaged and not needed,
            and raises where a file is damaged and Pillow would not notice; empty if Pillow does all
            that.
        opener: `open(stream) -> ImageFile` without Pillow's search, which imports all decoders;
            empty if the search is used.
        decodes_on_opening: whether Pillow decodes pixels as soon as it opens a file.
        explain: `explain(stream) -> str` for a file that no decoder takes: what is wrong with it.
        frames: what a file can hold beside one picture.
        reader: `read(data) -> EncodedAnimation | None` of an animation, None of a still picture;
            empty if Pillow goes through the frames or pages.
        is_animated: `is_animated(stream) -> bool`, a look at the header that tells stills from
            animations; empty if only the reader can tell.
    """

    pillow_name: str
    endings: tuple[str, ...]
    signature: bytes = b""
    mend: str = ""
    opener: str = ""
    decodes_on_opening: bool = False
    explain: str = ""
    frames: Frames = "none"
    reader: str = ""
    is_animated: str = ""


READABLE: Final = (
    ReadableFormat(
        pillow_name="PNG",
        endings=(".png", ".apng"),
        signature=rb"\x89PNG\r\n\x1a\n",
        mend="quantize.images.png_chunks:mended",
        opener="PIL.PngImagePlugin:PngImageFile",
        frames="animation",
        reader="quantize.images.animation.apng:read",
        is_animated="quantize.images.png_chunks:is_animated",
    ),
    ReadableFormat(
        pillow_name="JPEG",
        endings=(".jpg", ".jpeg", ".jpe", ".jfif"),
        signature=rb"\xff\xd8\xff",
        opener="PIL.JpegImagePlugin:jpeg_factory",  # a file of several pictures has its own class
    ),
    ReadableFormat(
        pillow_name="WEBP",
        endings=(".webp",),
        signature=rb"RIFF....WEBP",
        frames="animation",
        reader="quantize.images.animation.webp:read",
        is_animated="quantize.images.read.webp:is_animated",
    ),
    ReadableFormat(
        pillow_name="GIF",
        endings=(".gif",),
        signature=rb"GIF8[79]a",
        frames="animation",
        reader="quantize.images.animation.gif:read",
    ),
    ReadableFormat(pillow_name="BMP", endings=(".bmp",), signature=rb"BM"),
    ReadableFormat(pillow_name="DIB", endings=(".dib",)),
    ReadableFormat(
        pillow_name="TIFF",
        endings=(".tif", ".tiff"),
        signature=rb"II[*+]\0|MM\0[*+]",
        explain="quantize.images.read.tiff:explain",
        frames="pages",
    ),
    ReadableFormat(pillow_name="PPM", endings=(".ppm", ".pgm", ".pbm", ".pnm", ".pfm")),
    ReadableFormat(
        pillow_name="ICO",
        endings=(".ico",),
        signature=rb"\0\0\x01\0",
        decodes_on_opening=True,  # and the picture may be larger than the header says
    ),
    ReadableFormat(pillow_name="AVIF", endings=(".avif",), signature=rb"....ftypavif"),
    ReadableFormat(
        pillow_name="AVIF", endings=(".avifs",), signature=rb"....ftypavis", frames="animation"
    ),
    ReadableFormat(
        pillow_name="HEIF",
        endings=(".heic", ".heif", ".hif"),
        # ISO/IEC 23008-12, annex B: a brand of HEIF in the first box, as the major brand or among
        # the compatible ones, and none of AVIF, which `mif1` may be as well
        signature=rb"....ftyp(?!(.{8}(.{4})*?)?avi[fs])(.{8}(.{4})*?)?(hei[cxms]|hev[cx]|m[is]f1)",
        opener="quantize.images.read.heif:open_heif",
    ),
    ReadableFormat(
        pillow_name="JPEG2000",
        endings=(".jp2", ".j2k", ".jpx", ".jpf", ".j2c", ".jpc"),
        signature=rb"\0\0\0\x0cjP  \r\n\x87\n|\xff\x4f\xff\x51",
        opener="quantize.images.read.jpeg2000:open_jpeg2000",
    ),
    ReadableFormat(
        pillow_name="QOI",
        endings=(".qoi",),
        signature=rb"qoif",
        opener="PIL.QoiImagePlugin:QoiImageFile",
    ),
    ReadableFormat(
        pillow_name="PSD",
        endings=(".psd", ".psb"),
        signature=rb"8BPS",
        opener="quantize.images.read.psd:FlatPsd",
    ),
    ReadableFormat(
        pillow_name="DDS",
        endings=(".dds",),
        signature=rb"DDS ",
        opener="PIL.DdsImagePlugin:DdsImageFile",
    ),
    ReadableFormat(
        pillow_name="ICNS",
        endings=(".icns",),
        signature=rb"icns",
        opener="PIL.IcnsImagePlugin:IcnsImageFile",
    ),
    ReadableFormat(
        pillow_name="CUR",
        endings=(".cur",),
        signature=rb"\0\0\x02\0[^\0]\0",  # a TGA may begin alike, but has no picture there
        opener="quantize.images.read.cursor:open_cursor",
        decodes_on_opening=True,
    ),
    ReadableFormat(
        pillow_name="SGI",
        endings=(".sgi", ".rgb", ".rgba", ".bw"),
        signature=rb"\x01\xda[\0\x01][\x01\x02]",
        opener="PIL.SgiImagePlugin:SgiImageFile",
    ),
    ReadableFormat(
        pillow_name="PCX",
        endings=(".pcx",),
        signature=rb"\x0a[\0\x02-\x05][\0\x01][\x01\x02\x04\x08]",
        opener="quantize.images.read.pcx:open_pcx",
    ),
    # without a signature of its own it takes files of other formats, so it comes last
    ReadableFormat(pillow_name="TGA", endings=(".tga",)),
)
"""In the order in which they are tried. Of Pillow's other formats some are programs to be run."""

READABLE_ENDINGS: Final = tuple(ending for row in READABLE for ending in row.endings)
"""Endings of images that are read, HEIF if the extra is installed; of those that are not in
`FORMATS` none holds a palette."""

SIGNATURE_BYTES: Final = 64
"""Bytes of the beginning of a file that `readable_format` looks at; the brands of HEIF are many."""


def readable_format(start: bytes) -> ReadableFormat | None:
    """Return the format that the first bytes of a file name, or None if they name none.

    Args:
        start: the first `SIGNATURE_BYTES` of the file, or all if it is shorter.
    """
    for row in READABLE:
        if row.signature and re.match(row.signature, start, re.DOTALL):
            return row
    return None


def names_another(path: str, row: ImageFormat) -> bool:
    """Return whether the ending of a path is that of another image format than `row`."""
    ending = ending_of(path)
    readers = [each.pillow_name.lower() for each in READABLE if ending in each.endings]
    writers = [each.name for each in FORMATS.values() if ending in each.endings]
    return bool(readers or writers) and row.name not in (*readers, *writers)


def format_of_ending(ending: str) -> ImageFormat | None:
    """Return the format that files with an ending are written in again; None if there is none.

    Args:
        ending: in lower case; such as `.apng`, which is read as PNG is, and written so.
    """
    written = [row for row in FORMATS.values() if ending in row.endings]
    readers = [each.pillow_name.lower() for each in READABLE if ending in each.endings]
    written += [FORMATS[name] for name in readers if name in FORMATS]
    return next(iter(written), None)


def frames_in(pillow_name: str | None) -> Frames:
    """Return what files of a format, by Pillow's name, can hold beside one picture."""
    held = [row.frames for row in READABLE if row.pillow_name == pillow_name]
    return next((frames for frames in held if frames != "none"), "none")


def holders_of(frames: Frames) -> list[str]:
    """Return the names of the formats that can be written with such frames or pages."""
    able = ("animation", "pages") if frames == "animation" else ("pages",)
    return [name for kind in able for name, row in sorted(FORMATS.items()) if row.frames == kind]
