"""Palettes from files: of any palette format that is read, or pictures of few colours."""

from __future__ import annotations

import os

import numpy as np

from quantize import kernels
from quantize.checks import MAX_COLORS, ending_of
from quantize.errors import FileError, OutputError, PaletteReadError
from quantize.images import load as loading
from quantize.images.table import READABLE_ENDINGS
from quantize.model.palette import Palette
from quantize.model.picture import Picture
from quantize.palette_files import codec
from quantize.palette_files.reading import MAX_BYTES
from quantize.pipeline import histogram
from quantize.storage import files, safe_write
from quantize.swatch.table import SWATCH_ENDINGS, SWATCH_STYLES


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
    name = os.fsdecode(path)
    if ending_of(name) in READABLE_ENDINGS:
        try:
            picture = loading.load(name)
        except (PaletteReadError, FileNotFoundError, IsADirectoryError):
            raise
        except FileError as error:
            raise PaletteReadError(name, error.problem, error.advice, **error.values) from None
        return of_picture(picture, name)
    return codec.decode(files.read(name, MAX_BYTES, PaletteReadError), name)


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
    data = codec.encode(palette, target, title or codec.title_of(target))
    files.check_target(target, force=force)
    safe_write.write_all([(target, data)], force=force)


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
        style: a key of `swatch.table.SWATCH_STYLES`.
        title: a line above the colours.
        force: replace a file that exists.

    Raises:
        SettingError: there is no such style.
        OutputError, OutputExistsError: as for `save_palette`.
    """
    from quantize.swatch import draw as swatch_draw  # with fonts and drawing of Pillow, 15 ms

    target = os.fsdecode(path)
    if ending_of(target) not in SWATCH_ENDINGS:
        raise OutputError(target, f"a swatch ends in {' or '.join(SWATCH_ENDINGS)}")
    SWATCH_STYLES.check("style", style)
    files.check_target(target, force=force)
    safe_write.write_all(
        [(target, swatch_draw.draw(palette, target, style=style, title=title))], force=force
    )


def of_picture(picture: Picture, path: str) -> Palette:
    """The colours of a picture, in the order in which they appear: row by row, from the left.

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
