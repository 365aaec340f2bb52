"""The front door of the library: `quantize()`, `compress_image()` and what they give."""

from __future__ import annotations

import os
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from quantize import kernels
from quantize.api.result import Result
from quantize.checks import DEFAULT_MAX_PIXELS, hex_color, whole_number
from quantize.errors import ImageReadError, PixelsError, SettingError
from quantize.images.load import as_picture, load_frames
from quantize.images.table import FORMATS
from quantize.kmeans import solver
from quantize.kmeans.problem import ClusteringProblem
from quantize.model.frames import FrameSource
from quantize.pipeline import background as matte
from quantize.pipeline.palette.problem import Progress
from quantize.pipeline.run import run
from quantize.pipeline.settings import AUTO, DEFAULT_COLORS, Settings
from quantize.pipeline.target import Target


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
    picture = as_picture(image, max_pixels=max_pixels)
    if background is not None:
        picture = matte.on_background(picture, hex_color("background", background))
    source = FrameSource.still(picture)
    return Result.of(run(source, wanted, progress=progress), source, wanted)


def quantize_frames(
    path: str | os.PathLike[str],
    colors: int | str = DEFAULT_COLORS,
    *,
    format: str = "png",  # noqa: A002 - as `Result.save` has it
    palette_per_frame: bool = False,
    max_pixels: int = DEFAULT_MAX_PIXELS,
    progress: Progress | None = None,
    **settings: Any,
) -> Result:
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
    frames = load_frames(source, max_pixels=max_pixels, frames=row.frames)
    if frames.count == 1:
        raise ImageReadError(source, "holds one picture; take quantize()")
    target = Target(row, palette_per_frame)
    return Result.of(run(frames, wanted, target, None, progress), frames, wanted, row.name)


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
    problem = ClusteringProblem(
        points=points,
        weights=weights,
        k=colors,
        coarse_points=points,
        coarse_weights=weights,
        fixed=points[:0],
        threads=kernels.thread_count(wanted.threads),
    )
    found = solver.cluster(problem, wanted.cluster_options)
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
