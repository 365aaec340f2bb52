"""What `quantize()` gives, and the ways out of it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from quantize.errors import OutputError
from quantize.images.table import FORMATS, check_effort, format_for
from quantize.images.write import encode as encoding
from quantize.model.picture import Metadata, Picture
from quantize.model.result import Quantized
from quantize.pipeline.settings import Settings
from quantize.storage import files, safe_write

if TYPE_CHECKING:
    from PIL.Image import Image
from collections.abc import Iterator
from typing import TYPE_CHECKING

from quantize.api import animation
from quantize.images.animation import encode as animation_encoding
from quantize.model import frames
from quantize.model.frames import Film, Reel
from quantize.model.pixels import Bytes

if TYPE_CHECKING:
    from PIL.Image import Image


@dataclass(frozen=True, slots=True, eq=False)
class Result(Quantized):
    """What `quantize()` gives: palette, indices and statistics, and the ways out of them.

    Attributes:
        picture: what was read.
        settings: how it was quantized.
    """

    picture: Picture
    settings: Settings

    def to_image(self) -> Image:
        """An indexed Pillow image (mode P)."""
        return encoding.to_image(self.palette, self.indices)

    def to_array(self) -> NDArray[np.uint8]:
        """(height, width, 3 or 4) uint8."""
        pixels: NDArray[np.uint8] = self.palette.colors[self.indices]
        return pixels

    def save(
        self,
        path: str | os.PathLike[str],
        *,
        format: str | None = None,  # noqa: A002 - Pillow's name for it
        force: bool = False,
        compress: str = "default",
        strip: bool = False,
    ) -> None:
        """Write the image, whole or not at all.

        Args:
            path: the file; its ending names the format.
            format: a key of `images.table.FORMATS`, where the ending does not.
            force: replace a file that exists.
            compress: effort of the writer, a key of `images.table.COMPRESSIONS`; it has no effect
                on formats other than png, webp and tiff.
            strip: write no metadata of the image that was read.

        Raises:
            SettingError: there is no such effort.
            MissingPackageError: `compress="best"` needs oxipng, the extra `optimize`.
            OutputError: the format is unknown or cannot hold the palette, or writing failed.
            OutputExistsError: the file exists and `force` is not set.
        """
        target = os.fsdecode(path)
        if format is not None and format not in FORMATS:
            raise OutputError(target, f"format {format!r} is none of {', '.join(FORMATS)}")
        row = FORMATS[format] if format is not None else format_for(target)
        check_effort(compress)
        encoding.check_alpha(self.palette, row, target)
        encoding.check_size(self.picture.width, self.picture.height, row, target)
        data = encoding.encode(
            self.palette,
            self.indices,
            row.name,
            metadata=Metadata() if strip else self.picture.metadata,
            effort=compress,
        )
        files.check_target(target, force=force)
        safe_write.write_all([(target, data)], force=force)


@dataclass(frozen=True, slots=True, eq=False)
class FilmResult(Film):
    """What `quantize_frames()` gives: frames, palette and statistics, and the ways out of them.

    Attributes:
        reel: what was read, with the timing of an animation.
        settings: how it was quantized.
        format: what it is made for, a key of `images.table.FORMATS`.
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
        return frames.canvases(self.frames)

    def to_images(self) -> list[Image]:
        """Pillow images (mode RGBA) of the frames as they are seen."""
        return animation_encoding.from_arrays(self.arrays())

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
            encoding.check_alpha(palette, row, target)
        metadata = Metadata() if strip else self.reel.first.metadata
        data = animation.encoded(self.reel, self.frames, row, metadata=metadata, effort=compress)
        files.check_target(target, force=force)
        safe_write.write_all([(target, data)], force=force)
