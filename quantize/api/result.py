"""What `quantize()` and `quantize_frames()` return, and the ways out of it."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from quantize.errors import OutputError
from quantize.images import encode as encoding
from quantize.images.table import COMPRESSIONS, FORMATS, ImageFormat, format_for
from quantize.kernels import thread_count
from quantize.model.frames import FrameSource, canvases
from quantize.model.picture import Metadata, Picture
from quantize.model.pixels import Bytes
from quantize.model.result import Quantized
from quantize.pipeline.settings import Settings
from quantize.storage import files, safe_write

if TYPE_CHECKING:
    from PIL.Image import Image


class Result(Quantized, kw_only=True):
    """Palette, indices and statistics of an image, and the ways out of them.

    In a notebook it shows itself. A still has one frame. Of several frames `indices`, `to_image`
    and `to_array` give the first.

    Attributes:
        source: what was read; `source.timing` has the durations of an animation.
        settings: how it was quantized.
        format: the format that several frames were made for, a key of `FORMATS`; None of a still,
            which can be written in any.

    Examples:
        >>> import numpy as np
        >>> from quantize import quantize
        >>> result = quantize(np.arange(48, dtype=np.uint8).reshape(4, 4, 3), 2)
        >>> result.save("small.png")
        >>> result.to_image().mode, result.indices.shape
        ('P', (4, 4))
    """

    source: FrameSource
    settings: Settings
    format: str | None = None

    @classmethod
    def of(
        cls,
        found: Quantized,
        source: FrameSource,
        settings: Settings,
        format: str | None = None,  # noqa: A002 - as `save` has it
    ) -> Result:
        """Return what a run found, with what it was found for."""
        return cls(
            frames=found.frames,
            palette=found.palette,
            statistics=found.statistics,
            channels=found.channels,
            palette_per_frame=found.palette_per_frame,
            kept_table=found.kept_table,
            added_transparent=found.added_transparent,
            suits_file=found.suits_file,
            notes=found.notes,
            source=source,
            settings=settings,
            format=format,
        )

    def __repr__(self) -> str:
        first, figures = self.source.first, self.statistics
        size = f"{first.width} × {first.height} pixels"
        frames = f", {len(self.frames)} frames" if len(self.frames) > 1 else ""
        colors = f"{figures.colors_before} → {figures.colors_after} colours"
        return f"<Result of {self.source.source}: {size}{frames}, {colors}, mse {figures.mse:.4g}>"

    def _repr_html_(self) -> str:
        """Return the picture, its palette and what it cost, for a notebook."""
        from quantize.api import notebook

        plays = self.format in notebook.MEDIA_TYPES and self.source.timing is not None
        kind = self.format if plays and self.format else "png"
        data = self.encode(kind, strip=True) if plays else self._repr_png_()
        return notebook.page(self.source.source, data, kind, self.statistics, self.palette)

    def _repr_png_(self) -> bytes:
        """Return the first frame, for what shows no HTML."""
        return encoding.encode_frames(self.frames[:1], None, "png")

    @property
    def picture(self) -> Picture:
        """The picture that was read; of several frames the first."""
        return self.source.first

    @property
    def reel(self) -> FrameSource:
        """The former name of `source`."""
        warnings.warn("Result.reel is Result.source now", DeprecationWarning, stacklevel=2)
        return self.source

    @property
    def durations(self) -> list[float]:
        """Milliseconds of each frame of an animation; empty for pages and stills."""
        timing = self.source.timing
        return [] if timing is None else [float(duration) for duration in timing.durations]

    @property
    def loop(self) -> int:
        """How often an animation is played; 0 is for ever."""
        return 0 if self.source.timing is None else self.source.timing.plays

    def to_image(self) -> Image:
        """Return an indexed Pillow image (mode P)."""
        return encoding.to_image(self.palette, self.frames[0].indices)

    def to_array(self) -> NDArray[np.uint8]:
        """Return the pixels: (height, width, 3 or 4) uint8."""
        pixels: NDArray[np.uint8] = self.palette.colors[self.frames[0].indices]
        return pixels

    def arrays(self) -> Iterator[Bytes]:
        """Yield each frame as it is seen: (height, width, 4) uint8."""
        return canvases(self.frames)

    def to_images(self) -> list[Image]:
        """Return the frames as they are seen: Pillow images (mode RGBA)."""
        return encoding.to_images(self.arrays())

    def encode(
        self,
        format: str | None = None,  # noqa: A002 - Pillow's name for it
        *,
        compress: str = "default",
        strip: bool = False,
    ) -> bytes:
        """Return the bytes of an image file; nothing is written.

        Args:
            format: a key of `FORMATS`; None is the format that the frames were made for, else png.
            compress: the effort of the writer, a key of `COMPRESSIONS`; formats other than png,
                webp and tiff have none.
            strip: leave out the metadata of the image that was read.

        Raises:
            SettingError: there is no such effort.
            MissingPackageError: `compress="best"` needs oxipng, the extra `optimize`.
            OutputError: the format is unknown, or cannot hold the frames or their palettes.
        """
        row = self._row(format or self.format or "png", self.source.source)
        return self._encoded(row, self.source.source, compress=compress, strip=strip)

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
            format: a key of `FORMATS`, where the ending does not name it.
            force: replace a file that exists.
            compress: see `encode`.
            strip: see `encode`.

        Raises:
            SettingError: there is no such effort.
            MissingPackageError: `compress="best"` needs oxipng, the extra `optimize`.
            OutputError: the format is unknown or cannot hold the image, or writing failed.
            OutputExistsError: the file exists and `force` is not set.
        """
        target = os.fsdecode(path)
        named = format
        if named is None:
            has_ending = bool(os.path.splitext(target)[1])
            named = format_for(target).name if has_ending or self.format is None else self.format
        data = self._encoded(self._row(named, target), target, compress=compress, strip=strip)
        files.check_target(target, force=force)
        safe_write.write_all([(target, data)], force=force)

    def report(self, path: str | os.PathLike[str], *, force: bool = False) -> None:
        """Write a page to look at: before and after, errors, palette, colours, steps of k-means.

        One HTML file that needs no network. Of several frames it shows the first.

        Args:
            path: the file; its name ends in `.html`.
            force: replace a file that exists.

        Raises:
            OutputError: the name ends otherwise, or writing failed.
            OutputExistsError: the file exists and `force` is not set.
        """
        from quantize.api import report
        from quantize.report.page.html import check_name

        target = os.fsdecode(path)
        check_name(target)
        files.check_target(target, force=force)
        page = report.page(self.source, self, self.settings, self.format or "png", self.encode())
        safe_write.write_all([(target, page)], force=force)

    def _row(self, name: str, target: str) -> ImageFormat:
        """Return the row of a format that can hold the frames."""
        if name not in FORMATS:
            raise OutputError(target, f"format {name!r} is none of {', '.join(FORMATS)}")
        if self.format is not None and name != self.format:
            raise OutputError(target, f"the frames are for {self.format}, see format=")
        return FORMATS[name]

    def _encoded(self, row: ImageFormat, target: str, *, compress: str, strip: bool) -> bytes:
        COMPRESSIONS.check("compress", compress)
        first = self.source.first
        for palette in self.palettes:
            encoding.check_alpha(palette, row, target)
        encoding.check_size(first.width, first.height, row, target)
        metadata = Metadata() if strip else first.metadata
        return encoding.encode_frames(
            self.frames,
            self.source.timing,
            row.name,
            metadata=metadata,
            effort=compress,
            threads=thread_count(self.settings.threads),
        )
