"""A swatch: the palette as a picture that shows every colour with its hex code, name and share.

A style places shapes and text, the same for PNG and SVG; two painters write the files: `paint_png`
at twice the nominal size (144 dots per inch, for dense screens), and `paint_svg`. Text is black or
white, whichever contrasts more; the package has the font. A translucent colour is drawn on a
checkerboard, and its text on the same colour over white.
"""

from __future__ import annotations

from quantize.checks import ending_of
from quantize.model.palette import Palette
from quantize.swatch.labels import spelled
from quantize.swatch.table import SWATCH_ENDINGS, SWATCH_STYLES


def draw(
    palette: Palette, path: str = "swatch.png", *, style: str = "tiles", title: str = ""
) -> bytes:
    """Return the swatch of a palette as a file; equal arguments give equal bytes.

    Args:
        palette: the colours. Shares are shown if it has counts.
        path: the name of the file, whose ending is a key of `SWATCH_ENDINGS`.
        style: a key of `SWATCH_STYLES`.
        title: a line above the colours; none if empty. Letters that are not in the font are
            replaced by similar ones or left out.

    Raises:
        QuantizeError: Pillow was built without FreeType.
    """
    drawing = SWATCH_STYLES.load(style)(palette.with_codes(), spelled(title))
    data: bytes = SWATCH_ENDINGS.load(ending_of(path))(drawing)
    return data
