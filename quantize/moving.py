"""The library's front door for files of several pictures: `quantize_frames()` and what it gives."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from quantize import files, film, images, reels
from quantize.errors import ImageReadError, OutputError, SettingError
from quantize.film import Film
from quantize.formats import FORMATS, format_for
from quantize.images import Reel, animated
from quantize.model import Bytes, Metadata
from quantize.settings import AUTO, DEFAULT_COLORS, DEFAULT_MAX_PIXELS, Settings, check_effort
from quantize.tasks import Progress

if TYPE_CHECKING:
    from PIL.Image import Image


@dataclass(frozen=True, slots=True, eq=False)
class FilmResult(Film):
    """What `quantize_frames()` gives: frames, palette and statistics, and the ways out of them.

    Attributes:
        reel: what was read, with the timing of an animation.
        settings: how it was quantized.
        format: what it is made for, a key of `formats.FORMATS`.
        notes: what was lost or assumed, a sentence each.
    """

    reel: Reel
    settings: Settings
    format: str
    notes: tuple[str, ...]

    @property
    def durations(self) -> list[float]:
        """Milliseconds of each frame; of pages none."""
        return [] if self.reel.timing is None else [float(d) for d in self.reel.timing.durations]

    @property
    def loop(self) -> int:
        """How often an animation is played; 0 is for ever."""
        return 0 if self.reel.timing is None else self.reel.timing.plays

    def arrays(self) -> Iterator[Bytes]:
        """(height, width, 4) uint8 of each frame as it is seen."""
        return film.canvases(self.frames)

    def to_images(self) -> list[Image]:
        """Pillow images (mode RGBA) of the frames as they are seen."""
        return animated.from_arrays(self.arrays())

    def save(
        self,
        path: str | os.PathLike[str],
        *,
        force: bool = False,
        compress: str = "default",
        strip: bool = False,
    ) -> None:
        """Write all frames, or none.

        Args:
            path: the file; its ending is one of `format`, or it has none.
            force: replace a file that exists.
            compress: as for `Result.save`.
            strip: write no metadata of the file that was read.

        Raises:
            SettingError: there is no such effort.
            MissingPackageError: as for `Result.save`.
            OutputError: the ending is of another format, the format cannot hold the palette, or
                writing failed.
            OutputExistsError: the file exists and `force` is not set.
        """
        target = os.fsdecode(path)
        row = FORMATS[self.format]
        if os.path.splitext(target)[1] and format_for(target) is not row:
            raise OutputError(target, f"the frames are for {row.name}, see format=")
        check_effort(compress)
        for palette in self.palettes:
            images.check_alpha(palette, row, target)
        metadata = Metadata() if strip else self.reel.first.metadata
        data = reels.encoded(self.reel, self.frames, row, metadata=metadata, effort=compress)
        files.check_target(target, force=force)
        files.write_all([(target, data)], force=force)


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
    reel = images.load_reel(source, max_pixels=max_pixels, frames=row.frames)
    if not isinstance(reel, Reel):
        raise ImageReadError(source, "holds one picture; take quantize()")
    order = reels.Order(wanted, row, None, palette_per_frame)
    done = reels.quantized(reel, order, progress)
    made = done.film
    return FilmResult(
        made.frames, made.palette, made.statistics, reel, wanted, row.name, done.notes
    )
