"""The front door of the library: `quantize()`, `compress_image()` and what they give."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from quantize import clustering, files, images, kernels, loading, matte, palettes, pipeline
from quantize.errors import OutputError, PixelsError, SettingError
from quantize.formats import FORMATS, ending_of, format_for
from quantize.model import Metadata, Palette, Picture, Quantized
from quantize.report import swatch
from quantize.settings import (
    DEFAULT_COLORS,
    DEFAULT_MAX_PIXELS,
    SWATCH_ENDINGS,
    SWATCH_STYLES,
    Settings,
    check_effort,
    hex_color,
    whole_number,
)
from quantize.tasks import Progress

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
        return images.to_image(self.palette, self.indices)

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
            format: a key of `formats.FORMATS`, where the ending does not.
            force: replace a file that exists.
            compress: effort of the writer, a key of `settings.COMPRESSIONS`; of formats other than
                png, webp and tiff, none.
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
        images.check_alpha(self.palette, row, target)
        images.check_size(self.picture.width, self.picture.height, row, target)
        data = images.encode(
            self.palette,
            self.indices,
            row.name,
            metadata=Metadata() if strip else self.picture.metadata,
            effort=compress,
        )
        files.check_target(target, force=force)
        files.write_all([(target, data)], force=force)


def quantize(
    image: object,
    colors: int | Literal["auto"] = DEFAULT_COLORS,
    *,
    max_pixels: int = DEFAULT_MAX_PIXELS,
    background: str | None = None,
    progress: Progress | None = None,
    **settings: Any,
) -> Result:
    """Reduce an image to its best colours by k-means.

    Guarantees, each held by a property test in `tests/test_guarantees.py`:

    - The palette has exactly `colors` colours, all different, each the nearest of some pixel or
      kept; fewer only if the image and those that are kept are fewer
      (`test_a_palette_has_exactly_k_colours_all_different_all_used`).
    - Every colour of `keep_color` is in the palette exactly, also where no pixel has it
      (`test_every_colour_to_keep_is_in_the_palette_exactly`).
    - Every pixel gets its nearest palette colour, of equally near ones the darkest
      (`test_every_pixel_has_its_nearest_palette_colour`), unless it is dithered.
    - With dithering too, a pixel whose colour is in the palette keeps it
      (`test_a_pixel_whose_colour_is_in_the_palette_keeps_it_through_dithering`).
    - An image with no more colours than asked for is unchanged
      (`test_an_image_with_few_colours_is_unchanged`).
    - The same image and settings give the same palette and indices, whatever the number of threads
      (`test_threads_change_no_byte`).
    - The image that was handed in is not changed (`test_the_input_array_is_left_alone`).

    Args:
        image: a path, a Pillow image, or an (h, w, 3 or 4) uint8 array of sRGB.
        colors: size of the palette, 1 to 256; or `"auto"`: what `max_error` or `auto_criterion`
            says, see `Settings`.
        max_pixels: refuse larger files.
        background: `'#rrggbb'` that a transparent image is put on; None keeps its transparency.
        progress: called with a stage's name and how often it has advanced.
        **settings: the other attributes of `Settings`, for instance `algorithm="mini-batch"`.

    Raises:
        SettingError: a setting is out of its range.
        FileError: the file cannot be read; see `images.load`.
        PixelsError: the image is none of the kinds above.
        ErrorLimitError: not even 256 colours bring the error down to `max_error`.
    """
    wanted = Settings(colors=colors, **settings)
    picture = images.as_picture(image, max_pixels=max_pixels)
    if background is not None:
        picture = matte.on_background(picture, hex_color("background", background))
    found = pipeline.run(picture, wanted, progress)
    return Result(found.palette, found.indices, found.statistics, picture, wanted)


def load_palette(path: str | os.PathLike[str]) -> Palette:
    """Read a palette file of any format that is read, see `palettes.FORMATS`; or a picture.

    Its content names the format where it can, else its ending. The colours are in the order of the
    file, with the names, counts and alpha that it has; see `palettes.decode`. A picture of at most
    256 colours gives them in the order in which they appear, row by row.

    Raises:
        InputMissingError, InputIsFolderError: there is no such file, or it is a folder.
        PaletteReadError: it cannot be read, is of no known format, larger than any palette,
            malformed, or holds no colour or more than 256 different ones.
    """
    return loading.load_palette(os.fsdecode(path))


def save_palette(
    palette: Palette, path: str | os.PathLike[str], *, title: str = "", force: bool = False
) -> None:
    """Write a palette file; its ending names the format, see `palettes.FORMATS`.

    Without a title the palette is called as the file is.

    Raises:
        OutputError: no format has that ending, or writing failed.
        OutputExistsError: the file exists and `force` is not set.
    """
    target = os.fsdecode(path)
    data = palettes.encode(palette, target, title or palettes.title_of(target))
    files.check_target(target, force=force)
    files.write_all([(target, data)], force=force)


def save_swatch(
    palette: Palette,
    path: str | os.PathLike[str],
    *,
    style: str = "tiles",
    title: str = "",
    force: bool = False,
) -> None:
    """Draw a palette as a PNG or an SVG, each colour with its code, name and share.

    Args:
        palette: what to draw, in its order.
        path: the file; its ending names the format.
        style: a key of `settings.SWATCH_STYLES`.
        title: a line above the colours.
        force: replace a file that exists.

    Raises:
        SettingError: there is no such style.
        OutputError, OutputExistsError: as for `save_palette`.
    """
    target = os.fsdecode(path)
    if ending_of(target) not in SWATCH_ENDINGS:
        raise OutputError(target, f"a swatch ends in {' or '.join(SWATCH_ENDINGS)}")
    if style not in SWATCH_STYLES:
        raise SettingError("style", f"{style!r} is none of {', '.join(SWATCH_STYLES)}")
    files.check_target(target, force=force)
    files.write_all([(target, swatch.draw(palette, target, style=style, title=title))], force=force)


def compress_image(
    image: NDArray[Any], colors: int = DEFAULT_COLORS, **settings: Any
) -> NDArray[Any]:
    """The exercise of the tutorials: floats in, the same floats in few colours out.

    The floats themselves are clustered; nothing is rounded to 8 bits.

    Args:
        image: (height, width, 3) float32 or float64 in 0 to 1.
        colors: 1 or more.
        **settings: the attributes of `Settings` that say how to cluster; those of
            `MEANINGLESS` have no meaning here.

    Returns:
        An array of the same shape and dtype with at most `colors` distinct colours; `image` itself
        is not changed.

    Raises:
        PixelsError: another shape or dtype, no pixels, or values that are not in 0 to 1.
        SettingError: a setting is out of its range, or has no meaning here.
    """
    _check_floats(image)
    for name in MEANINGLESS:
        if name in settings:
            raise SettingError(name, "means nothing to compress_image; leave it out")
    wanted = Settings(**settings)
    whole_number("colors", colors, 1)  # floats have no limit of 256
    rows = image.reshape(-1, 3).astype(np.float64)
    points, first_of, weights = _distinct_rows(rows)
    if len(points) <= colors:
        return image.copy()
    problem = clustering.Problem(
        points=points,
        weights=weights,
        k=colors,
        coarse_points=points,
        coarse_weights=weights,
        fixed=points[:0],
        threads=wanted.threads or kernels.available_cores(),
    )
    found = clustering.cluster(problem, wanted)
    return found.centroids[found.labels][first_of].astype(image.dtype).reshape(image.shape)


MEANINGLESS: Final = (
    *("sample", "space", "weights", "metrics", "keep_color", "max_error", "auto_criterion"),
    *("dither", "dither_strength"),
    *("merge_distance", "medoid", "sort"),
)
"""Settings that `compress_image` refuses: they are about pictures of 8 bits."""


def _check_floats(image: NDArray[Any]) -> None:
    if not isinstance(image, np.ndarray) or image.ndim != 3 or image.shape[2] != 3:
        shape = getattr(image, "shape", type(image))
        raise PixelsError(f"image: wanted a (height, width, 3) array, got {shape}")
    if image.dtype not in (np.float32, np.float64):
        raise PixelsError(
            f"image: wanted float32 or float64 in 0 to 1, got {image.dtype}; "
            "divide 8-bit values by 255, or use quantize()"
        )
    if image.size == 0:
        raise PixelsError(f"image: has no pixels: {image.shape}")
    low, high = float(image.min()), float(image.max())
    if not (low >= 0 and high <= 1):  # also true of NaN
        raise PixelsError(f"image: wanted values in 0 to 1, got {low} to {high}")


def _distinct_rows(
    rows: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.intp], NDArray[np.float64]]:
    """The distinct rows, the one that each row is, and how many rows each is."""
    order = np.lexsort(rows.T[::-1])
    ordered = rows[order]
    new = np.r_[True, (ordered[1:] != ordered[:-1]).any(axis=1)]
    group = np.empty(len(rows), np.intp)
    group[order] = np.cumsum(new) - 1
    return ordered[new], group, np.bincount(group).astype(np.float64)
