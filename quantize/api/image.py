"""Images in few colours: `quantize()` and `quantize_frames()`."""

from __future__ import annotations

import os
from functools import partial
from typing import Literal, Unpack

from quantize.api.palette import settings_for
from quantize.api.result import Result
from quantize.checks import DEFAULT_MAX_PIXELS
from quantize.color.parsing import color_of
from quantize.errors import ImageReadError, SettingError
from quantize.images.load import as_picture, load_frames
from quantize.images.table import FORMATS
from quantize.model.frames import FrameSource
from quantize.model.palette import Palette
from quantize.pipeline.background import on_background
from quantize.pipeline.palette.problem import Progress
from quantize.pipeline.run import run
from quantize.pipeline.settings import AUTO, SettingsDict
from quantize.pipeline.target import Target


def quantize(
    image: object,
    colors: int | Literal["auto"] | None = None,
    *,
    palette: Palette | str | os.PathLike[str] | None = None,
    max_pixels: int = DEFAULT_MAX_PIXELS,
    background: str | None = None,
    progress: Progress | None = None,
    **settings: Unpack[SettingsDict],
) -> Result:
    """Reduce an image to its best colours by k-means.

    Guarantees of palettes that are found, each held by a property test in
    `tests/test_guarantees.py`:

    - The palette has exactly `colors` colours, all different, each the nearest of some pixel or
      kept; fewer only if the image and those that are kept are fewer
      (`test_a_palette_has_exactly_k_colours_all_different_all_used`).
    - Every colour of `keep_color` is in the palette exactly, also where no pixel has it
      (`test_every_colour_to_keep_is_in_the_palette_exactly`).
    - Every pixel gets its nearest palette colour, of equally near ones the darkest
      (`test_every_pixel_has_its_nearest_palette_colour`), unless it is dithered, or `lossy`
      gives it another one for fewer bytes.
    - With dithering too, a pixel whose colour is in the palette keeps it
      (`test_a_pixel_whose_colour_is_in_the_palette_keeps_it_through_dithering`), but for `lossy`.
    - With `lossy` and with dithering too, opaque pixels stay opaque and transparent ones
      transparent (`test_lossy_makes_no_pixel_transparent_and_none_opaque`).
    - An image with no more colours than asked for is unchanged
      (`test_an_image_with_few_colours_is_unchanged`), without `lossy`.
    - The same image and settings give the same palette and indices, whatever the number of threads
      (`test_threads_change_no_byte`).
    - The image that was handed in is not changed (`test_the_input_array_is_left_alone`).

    An indexed file, or a Pillow image in mode P, whose table has at most `colors` entries keeps its
    table and its indices, unless `sort`, `keep_color` or `merge_distance` ask for more, or
    `background` changes pixels. Such a table may hold a colour twice, and colours that no pixel
    has; arrays have none.

    Args:
        image: a path, a Pillow image, or a uint8 array of sRGB: (h, w, 3 or 4), or (h, w) of greys.
        colors: size of the palette, 1 to 256; or `"auto"`: what `max_error`, `quality` or
            `auto_criterion` says, see `Settings`. None is 64, and `"auto"` with the first two.
        palette: map to these colours, which stay in their order, in place of colours that are
            found; a `Palette`, or a file that `load_palette` reads. With a number of `colors` to
            the best so many of them, in the space of clustering; then it may have more than 256,
            and each pixel counts the same unless `weights` is given. Where the image has
            transparent pixels and the palette no transparent colour, one is added at its end.
        max_pixels: refuse larger files.
        background: a colour, `'#rrggbb'` or by name, that a transparent image is put on; None keeps
            its transparency.
        progress: called with the name of a stage and how often it has advanced.
        **settings: the other attributes of `Settings`, for instance `algorithm="mini-batch"`; with
            a palette only those of `MAPPING_SETTINGS`, and with `colors` of `CHOOSING_SETTINGS`.

    Returns:
        Palette, indices and statistics.

    Raises:
        SettingError: a setting is unknown, out of its range or without a meaning.
        FileError: a file cannot be read, see `images.read.load.load`.
        PixelsError: the image is none of the kinds above.
        ErrorLimitError: not even the most colours reach `max_error`, or the least of `quality`.
        OutputError: a transparent colour is to be added to a palette of 256.

    Examples:
        >>> import numpy as np
        >>> result = quantize(np.arange(48, dtype=np.uint8).reshape(4, 4, 3), 2)
        >>> result.palette.hex
        ['#07090a', '#212223']
    """
    wanted, given = settings_for(colors, palette, settings)
    picture = as_picture(image, max_pixels=max_pixels)
    source = _on_background(FrameSource.still(picture), background, binary=False)
    return Result.of(run(source, wanted, palette=given, progress=progress), source, wanted)


def quantize_frames(
    path: str | os.PathLike[str],
    colors: int | Literal["auto"] | None = None,
    *,
    format: str = "png",  # noqa: A002 - as `Result.save` has it
    palette: Palette | str | os.PathLike[str] | None = None,
    palette_per_frame: bool = False,
    max_pixels: int = DEFAULT_MAX_PIXELS,
    background: str | None = None,
    progress: Progress | None = None,
    **settings: Unpack[SettingsDict],
) -> Result:
    """Reduce all frames of an animation, or all pages of a TIFF, to few colours.

    Args:
        path: an animated GIF, PNG, WebP or AVIF; a TIFF of several pages for `format="tiff"`.
        colors: see `quantize`; with a palette for each frame a number.
        format: the format that the frames are for: `png`, `gif`, `webp`, or `tiff` for pages.
        palette: see `quantize`.
        palette_per_frame: find a palette for each frame, for formats that hold them.
        max_pixels: refuse files with more, in all frames together.
        background: see `quantize`; for a format with binary alpha, pixels of an alpha below half
            stay transparent.
        progress: see `quantize`.
        **settings: see `quantize`.

    Raises:
        SettingError: a setting is unknown, out of its range, or the format cannot do it.
        FileError: the file cannot be read, or holds one picture only.
        OutputError: a frame has transparency, and the format has none; or as for `quantize`.

    Examples:
        >>> from PIL import Image
        >>> frames = [Image.new("RGB", (8, 8), color) for color in ("red", "blue")]
        >>> frames[0].save("blink.gif", save_all=True, append_images=frames[1:], duration=500)
        >>> result = quantize_frames("blink.gif", 2)
        >>> len(result.frames), result.durations
        (2, [500.0, 500.0])
    """
    row = FORMATS.get(format)
    if row is None or row.frames == "none":
        able = ", ".join(each.name for each in FORMATS.values() if each.frames != "none")
        raise SettingError("format", f"{format!r} is none of {able}")
    if palette_per_frame and not row.palettes:
        raise SettingError("palette_per_frame", f"is not for {row.name}")
    goals = (settings.get("max_error"), settings.get("quality"))
    if palette_per_frame and (colors == AUTO or goals != (None, None)):
        raise SettingError("palette_per_frame", "is for a number of colours")
    if palette_per_frame and any(name in settings for name in ("transparent_index", "pad")):
        raise SettingError("palette_per_frame", "finds many palettes, and one is to be arranged")
    if palette_per_frame and palette is not None:
        raise SettingError("palette_per_frame", "is for palettes that are found")
    wanted, given = settings_for(colors, palette, settings)
    name = os.fsdecode(path)
    source = load_frames(name, max_pixels=max_pixels, frames=row.frames)
    if source.count == 1:
        raise ImageReadError(name, "holds one picture; take quantize()")
    source = _on_background(source, background, binary=row.alpha == "binary")
    found = run(source, wanted, Target(row, palette_per_frame), given, progress)
    return Result.of(found, source, wanted, row.name)


def _on_background(source: FrameSource, color: str | None, *, binary: bool) -> FrameSource:
    """Return a source on a background of one colour, or as it is."""
    if color is None:
        return source
    ground = color_of("background", color)
    return source.changed(partial(on_background, color=ground, binary=binary))
