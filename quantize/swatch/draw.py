"""A swatch: the palette as a picture that shows every colour with its hex code, name and share.

A style places shapes and text, the same for PNG and SVG; two painters write the files: `paint_png`
at twice the nominal size (144 dots per inch, for dense screens), and `paint_svg`. Text is black or
white, whichever contrasts more; the package has the font. A translucent colour is drawn on a
checkerboard, and its text on the same colour over white.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantize.checks import ending_of
from quantize.errors import QuantizeError
from quantize.model.palette import Palette
from quantize.swatch.labels import spelled
from quantize.swatch.sheet import Sheet, entries
from quantize.swatch.table import SWATCH_ENDINGS, SWATCH_STYLES, SWATCH_THEMES

if TYPE_CHECKING:
    from PIL.Image import Image


def draw(
    palette: Palette,
    path: str = "swatch.png",
    *,
    style: str = "tiles",
    title: str = "",
    theme: str = "light",
    picture: Image | None = None,
    keep_order: bool = False,
) -> bytes:
    """Return the swatch of a palette as a file; equal arguments give equal bytes.

    Args:
        palette: its colours. Shares are shown if it has counts.
        path: the name of the file, whose ending is a key of `SWATCH_ENDINGS`.
        style: a key of `SWATCH_STYLES`.
        title: a line above the colours; none if empty. Letters that are not in the font are
            replaced by similar ones or left out.
        theme: a key of `SWATCH_THEMES`.
        picture: an image of mode RGB or RGBA, for styles that show it.
        keep_order: boards, and more than 16 tiles, are in the order of the palette too, not by hue
            and lightness.

    Raises:
        QuantizeError: Pillow was built without FreeType, or the style shows a picture and there is
            none.
    """
    if SWATCH_STYLES[style].has_picture and picture is None:
        raise QuantizeError(f"swatch: the style {style} shows the picture, and there is none")
    colors = SWATCH_THEMES.load(theme)
    rows = entries(palette, colors)
    sheet = Sheet(palette, rows, spelled(title), colors, picture, keep_order)
    data: bytes = SWATCH_ENDINGS.load(ending_of(path))(SWATCH_STYLES.load(style)(sheet))
    return data
