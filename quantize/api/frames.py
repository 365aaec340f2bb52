"""The library's front door for files of several pictures: `quantize_frames()` and what it gives."""

from __future__ import annotations

import os
from typing import Any

from quantize.api import animation
from quantize.api.result import FilmResult
from quantize.checks import DEFAULT_MAX_PIXELS
from quantize.errors import ImageReadError, SettingError
from quantize.images.animation import load as frames_of
from quantize.images.table import FORMATS
from quantize.model.frames import Reel
from quantize.pipeline.palette.problem import Progress
from quantize.pipeline.settings import AUTO, DEFAULT_COLORS, Settings


def quantize_frames(
    path: str | os.PathLike[str],
    colors: int | str = DEFAULT_COLORS,
    *,
    format: str = "png",  # noqa: A002 - as `Result.save` has it
    palette_per_frame: bool = False,
    max_pixels: int = DEFAULT_MAX_PIXELS,
    progress: Progress | None = None,
    **settings: Any,
) -> FilmResult:
    """Reduce all frames of an animation, or all pages of a TIFF, to few colours.

    Args:
        path: an animated GIF, PNG, WebP or AVIF; a TIFF of several pages for `format="tiff"`.
        colors: size of the palette, 1 to 256; or `"auto"`, with one palette.
        format: what the frames are for: `png`, `gif`, `webp`, or `tiff` for pages.
        palette_per_frame: a palette for each frame, for formats that hold them.
        max_pixels: refuse files with more, in all frames together.
        progress: as for `quantize`.
        **settings: the other attributes of `Settings`.

    Raises:
        SettingError: a setting is out of its range, or the format cannot do what is asked.
        FileError: the file cannot be read, or holds one picture only.
        OutputError: a frame has transparency, and the format has none.
    """
    wanted = Settings(colors=colors, **settings)  # type: ignore[arg-type] # it checks
    row = FORMATS.get(format)
    if row is None or row.frames == "none":
        able = ", ".join(each.name for each in FORMATS.values() if each.frames != "none")
        raise SettingError("format", f"{format!r} is none of {able}")
    if palette_per_frame and (not row.palettes or colors == AUTO):
        why = "is for a number of colours" if row.palettes else f"is not for {row.name}"
        raise SettingError("palette_per_frame", why)
    source = os.fsdecode(path)
    reel = frames_of.load_reel(source, max_pixels=max_pixels, frames=row.frames)
    if not isinstance(reel, Reel):
        raise ImageReadError(source, "holds one picture; take quantize()")
    order = animation.Order(wanted, row, None, palette_per_frame)
    done = animation.quantized(reel, order, progress)
    made = done.film
    return FilmResult(
        made.frames, made.palette, made.statistics, reel, wanted, row.name, done.notes
    )
