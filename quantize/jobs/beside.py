"""The palette files and the swatches that a job writes beside the image."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

import numpy as np

from quantize.jobs.request import Request
from quantize.model.frames import FrameSource
from quantize.model.palette import Palette

if TYPE_CHECKING:
    from PIL.Image import Image

FEW: Final = 16
"""So many colours are drawn in the order of the file, whatever it is."""


def beside(
    palette: Palette,
    request: Request,
    *,
    stem: str,
    saved: Iterable[str],
    drawn: Iterable[str],
    suits_file: bool = False,
    picture: Image | None = None,
) -> Iterator[tuple[str, bytes]]:
    """Yield path and content of each palette file and of each swatch.

    Args:
        palette: what they show.
        request: how they are to be written.
        stem: the name of the picture, of the palette file, or of what is shared.
        saved: paths of palette files.
        drawn: paths of swatches.
        suits_file: whether the order of the palette is that of the smallest file; swatches of many
            colours have one for people then.
        picture: see `shown`, for swatches that show it.
    """
    title = palette.title or stem if request.title is None else request.title
    saved, drawn = [*saved], [*drawn]
    if saved:
        from quantize.palette_files import codec  # for those who ask for one
        from quantize.palette_files.form import Form

        form = Form(stem, **{name: getattr(request, name) for name in Form._fields[1:]})
        for path in saved:
            yield path, codec.encode(palette, path, title, form)
    if drawn:
        from quantize.swatch import draw as swatch_draw  # with Pillow's fonts and drawing, 15 ms

        if suits_file and len(palette) > FEW:
            from quantize.color.palette_order import dark_to_light

            palette = palette.only(dark_to_light(palette.colors))
        for path in drawn:
            yield (
                path,
                swatch_draw.draw(
                    palette,
                    path,
                    style=request.swatch_style,
                    title=title,
                    theme=request.swatch_theme,
                    picture=picture,
                    keep_order=request.keep_order,
                ),
            )


def shown(source: FrameSource) -> Image:
    """Return the first picture of an input as a swatch shows it."""
    from quantize.swatch import board

    return board.shown(np.asarray(source.first.pixels))
