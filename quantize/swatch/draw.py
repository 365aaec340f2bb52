"""A palette as a picture to put on a board: every colour exactly, with hex code, name and share.

A style says where what is drawn (`styles`), the same for both kinds of file; two painters draw it:
`png` at twice its nominal size (144 dots per inch), for screens that are dense, and `svg`.
Text is black or white, whichever contrasts more. The font ships with the package. A translucent
colour shows a checkerboard, its text is on the same colour over plain white.
"""

from __future__ import annotations

from quantize.checks import ending_of
from quantize.model.palette import Palette
from quantize.swatch.labels import spelled
from quantize.swatch.table import SWATCH_ENDINGS, SWATCH_STYLES


def draw(
    palette: Palette, path: str = "swatch.png", *, style: str = "tiles", title: str = ""
) -> bytes:
    """The swatch of a palette as a file; equal input gives equal bytes.

    Args:
        palette: 1 to 256 colours. Shares are shown if it has counts.
        path: what it is to be called: `.svg` or `.png`.
        style: a key of `SWATCH_STYLES`.
        title: a line above; none if empty. Letters that the font has not are spelled in others or
            left out.

    Raises:
        QuantizeError: this Pillow cannot draw text at a size.
    """
    drawing = SWATCH_STYLES.load(style)(palette, spelled(title))
    data: bytes = SWATCH_ENDINGS.load(ending_of(path))(drawing)
    return data
