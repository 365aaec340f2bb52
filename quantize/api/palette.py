"""Palettes from files: of any palette format that is read, or pictures of few colours."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Final, Literal, Unpack

import numpy as np

from quantize import kernels
from quantize.checks import DEFAULT_MAX_PIXELS, MAX_COLORS, ending_of
from quantize.errors import FileError, OutputError, PaletteReadError, PixelsError, SettingError
from quantize.images import load as loading
from quantize.images.table import READABLE_ENDINGS
from quantize.model.frames import FrameSource
from quantize.model.palette import Palette
from quantize.model.picture import Picture
from quantize.palette_files import codec
from quantize.palette_files.form import Form
from quantize.palette_files.reading import MAX_BYTES
from quantize.pipeline import histogram
from quantize.pipeline.histogram import Merger
from quantize.pipeline.palette.problem import Progress
from quantize.pipeline.run import NO_FORMAT, count
from quantize.pipeline.settings import AUTO, Settings, SettingsDict, settings_of
from quantize.pipeline.shared import find_palette
from quantize.pipeline.table import SHARED_WEIGHTS
from quantize.pipeline.target import has_transparent_entry
from quantize.storage import files, safe_write
from quantize.swatch.table import SWATCH_ENDINGS, SWATCH_STYLES, SWATCH_THEMES

if TYPE_CHECKING:
    from PIL.Image import Image


def load_palette(path: str | os.PathLike[str]) -> Palette:
    r"""Read a palette file of any format in `palette_files.table.FORMATS`, or a picture.

    Its content names the format where it can, else its ending. The colours are in the order of the
    file, with the names, counts, alpha and title that it has; see `codec.decode`. An
    indexed picture gives its table as it is, with equal entries and those that no pixel has.
    Another picture of at most 256 colours gives them in the order in which they appear, row by row.

    Raises:
        InputMissingError, InputIsFolderError: there is no such file, or it is a folder.
        PaletteReadError: it cannot be read, is of no known format, larger than any palette,
            malformed, or holds no colour or more than `MAX_GIVEN` different ones, as a picture
            more than 256.

    Examples:
        >>> from pathlib import Path
        >>> _ = Path("two.hex").write_text("c8285a\n102030\n")
        >>> load_palette("two.hex").hex
        ['#c8285a', '#102030']
    """
    name = os.fsdecode(path)
    if ending_of(name) in READABLE_ENDINGS:
        try:
            picture = loading.load(name)
        except (PaletteReadError, FileNotFoundError, IsADirectoryError):
            raise
        except FileError as error:
            raise PaletteReadError(name, error.problem, error.advice, **error.values) from None
        if picture.table is not None:
            return Palette(picture.table.colors, picture.table.counts)
        return of_picture(picture, name)
    return codec.decode(files.read(name, MAX_BYTES, PaletteReadError), name)


MAPPING_SETTINGS: Final = (
    *("space", "dither", "dither_strength", "lossy", "metrics", "threads"),
    *("transparent_index", "pad"),
)
"""Settings that mean something where the palette is given; the others say how one is found."""

CHOOSING_SETTINGS: Final = ("weights",)
"""Those that mean something as well where the best of it are taken, a number of `colors`."""


def settings_for(
    colors: int | Literal["auto"] | None,
    palette: Palette | str | os.PathLike[str] | None,
    settings: SettingsDict,
) -> tuple[Settings, Palette | None]:
    """Return checked settings, and the palette that is given.

    Args:
        colors: see `api.image.quantize`.
        palette: see there.
        settings: the other attributes of `Settings`.

    Raises:
        SettingError: a setting is unknown, out of its range or without a meaning, or more than 256
            colours of a palette would be taken.
        PaletteReadError: the same of a file, or it cannot be read.
    """
    wanted = settings_of(colors, settings)
    if palette is None:
        return wanted, None
    useful = MAPPING_SETTINGS if colors is None else (*MAPPING_SETTINGS, *CHOOSING_SETTINGS)
    idle = [name for name in settings if name not in useful]
    if colors == AUTO:
        idle.insert(0, "colors")
    if idle:
        raise SettingError(idle[0], "is for palettes that are found, and palette= gives one")
    return taken(wanted, palette, {*settings} if colors is None else {*settings, "colors"})


def taken(
    settings: Settings, palette: Palette | str | os.PathLike[str], given: Collection[str]
) -> tuple[Settings, Palette]:
    """Return the settings for a palette that is given, or for the best of it, and the palette.

    Args:
        settings: how.
        palette: a palette, or a file that `load_palette` reads.
        given: see `Settings.for_palette`.

    Raises:
        SettingError, PaletteReadError: more than 256 colours of it would be taken; of a file, also
            where it cannot be read.
    """
    found = palette if isinstance(palette, Palette) else load_palette(palette)
    spare = int(settings.transparent_index is not None and not has_transparent_entry(found))
    try:
        return settings.for_palette(found, given, spare=spare), found
    except SettingError as error:
        if isinstance(palette, Palette):
            raise
        raise PaletteReadError(os.fsdecode(palette), error.problem, error.advice) from None


def arranged(palette: Palette, settings: Settings, source: str) -> Palette:
    """Return a palette as `transparent_index` and `pad` want it; see `pipeline.arrangement`."""
    if not settings.arranges:
        return palette
    from quantize.pipeline import arrangement  # for those who ask for it

    return arrangement.arrange(palette, settings, source)[0]


def shared_palette(
    images: Iterable[object],
    colors: int | Literal["auto"] | None = None,
    *,
    weight: str = "image",
    palette: Palette | str | os.PathLike[str] | None = None,
    max_pixels: int = DEFAULT_MAX_PIXELS,
    progress: Progress | None = None,
    **settings: Unpack[SettingsDict],
) -> Palette:
    """Find one palette for many images.

    Args:
        images: paths, Pillow images or arrays, as `quantize` takes them; each is read once, and
            of an animation all frames are.
        colors: size of the palette, 1 to 256, or `"auto"`; None as for `quantize`.
        weight: a key of `SHARED_WEIGHTS`: each image counts the same, or each pixel.
        palette: take the best `colors` of this palette, a number; see `api.image.quantize`.
        max_pixels: refuse larger files.
        progress: called with the name of a stage and how often it has advanced.
        **settings: the other attributes of `Settings`.

    Returns:
        The palette, with names; its counts are what the images weigh.

    Raises:
        SettingError: a setting is unknown or out of its range.
        FileError: a file cannot be read.
        PixelsError: an image is none of these kinds, or there is none.
        ErrorLimitError: the error that was asked for cannot be met.

    Examples:
        >>> from PIL import Image
        >>> images = [Image.new("RGB", (8, 8), color) for color in ("red", "blue")]
        >>> shared_palette(images, 2).hex
        ['#0000ff', '#ff0000']
    """
    wanted, offered = settings_for(colors, palette, settings)
    SHARED_WEIGHTS.check("weight", weight)
    threads = kernels.thread_count(wanted.threads)
    merger = Merger(weight)
    for number, image in enumerate(images):
        if progress is not None:
            progress("count", number)
        if isinstance(image, (str, os.PathLike)):
            path = os.fsdecode(image)
            source = loading.load_frames(path, max_pixels=max_pixels, frames="animation")
        else:
            source = FrameSource.still(loading.as_picture(image, max_pixels=max_pixels))
        merger.add(count(source, wanted.weights, threads=threads))
    if not merger.images:
        raise PixelsError("images: there is none to find a palette for")
    found, _ = find_palette(merger.total(), wanted, NO_FORMAT, progress, offered)
    return arranged(found, wanted, "the shared palette")


def save_palette(
    palette: Palette,
    path: str | os.PathLike[str],
    *,
    title: str = "",
    names: Literal["number", "color"] = "number",
    prefix: str | None = None,
    css_colors: Literal["hex", "oklch"] = "hex",
    ramps: bool = False,
    force: bool = False,
) -> None:
    """Write a palette file; its ending names the format, see `palette_files.table.FORMATS`.

    Args:
        palette: what to write, in its order.
        path: the file.
        title: the name of the palette in the file; without one it keeps its own, and without that
            it is called as the file is.
        names: what colours are called in style sheets and tokens, a key of
            `palette_files.table.NAMES`: `--sunset-1` or `--sunset-deep-teal` in `sunset.css`.
        prefix: stands there in place of the name of the file; None for that.
        css_colors: their notation in style sheets, a key of `palette_files.table.NOTATIONS`.
        ramps: add the steps 50 to 950 of each colour, from light to dark, in the same files.
        force: replace a file that exists.

    Raises:
        SettingError: a choice is none of its table, or the prefix has no letter.
        OutputError: no format has that ending, or writing failed.
        OutputExistsError: the file exists and `force` is not set.

    Examples:
        >>> save_palette(Palette.from_hex("#c8285a", "#102030"), "sunset.gpl")
        >>> load_palette("sunset.gpl").hex
        ['#c8285a', '#102030']
    """
    target = os.fsdecode(path)
    stem = codec.title_of(target)
    form = Form(stem, names, prefix, css_colors, ramps)
    codec.check_form(form)
    data = codec.encode(palette, target, title or palette.title or stem, form)
    files.check_target(target, force=force)
    safe_write.write_all([(target, data)], force=force)


def save_swatch(
    palette: Palette,
    path: str | os.PathLike[str],
    *,
    style: str = "tiles",
    theme: str = "light",
    title: str = "",
    image: object = None,
    keep_order: bool = False,
    force: bool = False,
) -> None:
    """Draw a palette as a PNG or an SVG, each colour with its code, name and share.

    Args:
        palette: what to draw. More than 16 tiles, and the colours of a board, are laid out by hue
            and lightness, all else in the order of the palette.
        path: the file; its ending names the format.
        style: a key of `swatch.table.SWATCH_STYLES`.
        theme: a key of `swatch.table.SWATCH_THEMES`.
        title: a line above the colours.
        image: for the style `board`: what the palette is of, a path, a Pillow image or an array.
        keep_order: all is in the order of the palette.
        force: replace a file that exists.

    Raises:
        SettingError: there is no such style or theme, a board has no image, or another style one.
        FileError, PixelsError: the image cannot be read, or is none.
        OutputError, OutputExistsError: as for `save_palette`.

    Examples:
        >>> save_swatch(Palette.from_hex("#c8285a", "#102030"), "sunset.svg", title="Sunset")
    """
    from quantize.swatch import draw as swatch_draw  # with fonts and drawing of Pillow, 15 ms

    target = os.fsdecode(path)
    if ending_of(target) not in SWATCH_ENDINGS:
        raise OutputError(target, f"a swatch ends in {' or '.join(SWATCH_ENDINGS)}")
    SWATCH_THEMES.check("theme", theme)
    if SWATCH_STYLES.check("style", style).has_picture != (image is not None):
        problem = "a board shows the picture beside its colours, and there is none"
        other = f"the style {style} shows no picture; 'board' does"
        raise SettingError("image", problem if image is None else other)
    files.check_target(target, force=force)
    data = swatch_draw.draw(
        palette,
        target,
        style=style,
        title=title,
        theme=theme,
        picture=None if image is None else _for_board(image),
        keep_order=keep_order,
    )
    safe_write.write_all([(target, data)], force=force)


def _for_board(image: object) -> Image:
    from quantize.swatch import board

    if isinstance(image, (str, os.PathLike)):
        return board.shown(np.asarray(loading.load(os.fsdecode(image)).pixels))
    picture = loading.as_picture(image, max_pixels=DEFAULT_MAX_PIXELS)
    return board.shown(np.asarray(picture.pixels))


def of_picture(picture: Picture, path: str) -> Palette:
    """Return the colours of a picture in the order in which they appear, row by row.

    So a picture of a palette, a strip or tiles, gives the palette in its order.

    Raises:
        PaletteReadError: there are more than 256.
    """
    colors = histogram.count(picture.pixels)
    if len(colors) > MAX_COLORS:
        problem = f"has {len(colors):,} colours; a palette has at most {MAX_COLORS}"
        raise PaletteReadError(path, problem)
    flat = np.asarray(picture.pixels).reshape(-1, picture.channels)
    keys = np.empty(len(flat), np.uint32)
    kernels.pack(flat, keys)
    _, first, counts = np.unique(keys, return_index=True, return_counts=True)
    order = np.argsort(first)
    return Palette(flat[first[order]], counts[order].astype(np.int64))
