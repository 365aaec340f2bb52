"""Indexed pictures, animations and pages as files.

The row of the format names its encoder and its writer; what the format cannot hold is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from quantize import checks
from quantize.errors import OutputError
from quantize.images.table import FORMATS, ImageFormat
from quantize.model.frames import Frame, Timing
from quantize.model.palette import Palette
from quantize.model.picture import Metadata
from quantize.model.pixels import Bytes

if TYPE_CHECKING:
    from PIL import Image


def encode(
    palette: Palette,
    indices: Bytes,
    format_name: str,
    *,
    metadata: Metadata | None = None,
    effort: str = "default",
    threads: int = 1,
) -> bytes:
    """Return the file of an indexed picture.

    Args:
        palette: k colours; translucent ones only for formats that can hold them.
        indices: (h, w) uint8, below k.
        format_name: a key of `table.FORMATS`.
        metadata: what the format has a place for is written, see `docs/writing.md`; None writes
            nothing.
        effort: a key of `table.COMPRESSIONS`; without effect where the format has no efforts.
        threads: most threads to use; changes no byte.

    Raises:
        MissingPackageError: the effort needs a package that is not installed.
    """
    row = FORMATS[format_name]
    options = _options(row, metadata or Metadata(), effort, threads)
    data: bytes = checks.load(row.encoder)(palette, indices, **options)
    return data


def encode_frames(
    frames: Sequence[Frame],
    timing: Timing | None,
    format_name: str,
    *,
    metadata: Metadata | None = None,
    effort: str = "default",
    threads: int = 1,
) -> bytes:
    """Return the file of an animation, of pages, or of a still, which is one frame.

    Args:
        frames: their palettes hold what the format can; see `apng.write` and `gif_writer.write`
            for what they may be.
        timing: when frames are seen; it is fitted to what the format can store. None, and without
            effect, for a still and where the format has pages.
        format_name: a key of `table.FORMATS`.
        metadata: as for `encode`.
        effort: as for `encode`.
        threads: as for `encode`.
    """
    row = FORMATS[format_name]
    if len(frames) == 1:
        palette, indices, _ = frames[0]
        return encode(
            palette, indices, format_name, metadata=metadata, effort=effort, threads=threads
        )
    options = _options(row, metadata or Metadata(), effort, threads)
    write = checks.load(row.writer)
    if row.frames == "pages":
        data: bytes = write(frames, **options)
    else:
        from quantize.images.animation import timing as times

        assert timing is not None
        data = write(frames, times.fitted(timing, row), **options)
    return data


def _options(row: ImageFormat, metadata: Metadata, effort: str, threads: int) -> dict[str, Any]:
    """Return the keyword arguments of a format's encoder and writer."""
    options: dict[str, Any] = {"metadata": without_texts_of_file(metadata)}
    if row.has_effort:
        options["effort"] = effort
    if row.has_threads:
        options["threads"] = threads
    return options


def to_image(palette: Palette, indices: Bytes) -> Image.Image:
    """Return an indexed Pillow image (mode P) of (h, w) uint8 indices."""
    from PIL import Image

    image = Image.fromarray(indices)
    image.putpalette(palette.colors[:, :3].tobytes())
    if palette.colors.shape[1] == 4:
        image.info["transparency"] = palette.colors[:, 3].tobytes()
    return image


def to_images(canvases: Iterable[Bytes]) -> list[Image.Image]:
    """Return Pillow images (mode RGBA) of (h, w, 4) uint8 arrays."""
    from PIL import Image

    return [Image.fromarray(canvas) for canvas in canvases]


def check_alpha(palette: Palette, row: ImageFormat, target: str) -> None:
    """Refuse to write a palette with alpha in a format that would lose some of it.

    Raises:
        OutputError: it names the formats that can hold the alpha.
    """
    seen = palette.counts > 0 if palette.counts.any() else slice(None)
    alpha = palette.colors[seen, 3:]
    fits_binary = row.alpha == "binary" and np.isin(alpha, (0, 255)).all()
    if (alpha < 255).any() and row.alpha != "full" and not fits_binary:
        able = ", ".join(other.name for other in FORMATS.values() if other.alpha == "full")
        problem = (
            f"{row.name} cannot hold the transparency of this palette; choose one of {able}, "
            "or a background"
        )
        raise OutputError(target, problem)


def check_size(width: int, height: int, row: ImageFormat, target: str) -> None:
    """Refuse to write a picture that is too long for its format.

    Raises:
        OutputError: it names the formats that can hold the picture.
    """
    if max(width, height) > row.longest_side:
        able = ", ".join(
            name for name, other in FORMATS.items() if other.longest_side > row.longest_side
        )
        problem = (
            f"{row.name} has at most {row.longest_side:,} pixels a side, and the picture "
            f"{width:,} × {height:,}; choose one of {able}"
        )
        raise OutputError(target, problem)


# --- metadata ---------------------------------------------------------------------------------

_OF_FILE: Final = ("raw profile type ", "xml:", "exif:", "png:", "date:", "tiff:")
"""Beginnings of keys that are not written again: EXIF or XMP as text, which have places of their
own, or ImageMagick's description of the file: its bit depth, its chunks, when it was changed."""


def without_texts_of_file(metadata: Metadata) -> Metadata:
    """Return the metadata without empty texts and texts that describe the file that was read."""
    text = tuple(
        (key, words)
        for key, words in metadata.text
        if words and not key.lower().startswith(_OF_FILE)
    )
    return metadata._replace(text=text)
