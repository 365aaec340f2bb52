"""Palettes from files: of any palette format that is read, or pictures of few colours."""

from __future__ import annotations

import numpy as np

from quantize import files, histogram, images, kernels, palettes
from quantize.errors import FileError, PaletteReadError
from quantize.formats import READABLE_ENDINGS, ending_of
from quantize.model import Palette, Picture
from quantize.settings import MAX_COLORS


def load_palette(path: str) -> Palette:
    """The palette that a file holds.

    Raises:
        InputMissingError, InputIsFolderError: there is no such file, or it is a folder.
        PaletteReadError: it cannot be read, or holds no palette.
    """
    if ending_of(path) in READABLE_ENDINGS:
        try:
            picture = images.load(path)
        except (PaletteReadError, FileNotFoundError, IsADirectoryError):
            raise
        except FileError as error:
            raise PaletteReadError(path, error.problem) from None
        return of_picture(picture, path)
    return palettes.decode(files.read_small(path, palettes.MAX_BYTES, PaletteReadError), path)


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
