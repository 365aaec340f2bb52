"""One palette for all inputs of a command."""

from __future__ import annotations

import os

from quantize.jobs.plan import (
    SHARED_STEM,
    Request,
    shared_outputs,
)
from quantize.model.palette import Palette
from quantize.palette_files import codec
from quantize.storage import files


def write_shared(palette: Palette, request: Request) -> tuple[str, ...]:
    """Write the palette files and swatches of a shared palette; the names of those that were.

    Raises:
        OutputError: one cannot be written.
    """
    saved, drawn = missing_shared(request)
    items = [(path, codec.encode(palette, path, SHARED_STEM)) for path in saved]
    if drawn:
        from quantize.swatch import draw as swatch_draw  # with Pillow's fonts and drawing, 15 ms

        for path in drawn:
            picture = swatch_draw.draw(palette, path, style=request.swatch_style, title=SHARED_STEM)
            items.append((path, picture))
    files.write_all(items, force=request.force)
    return (*saved, *drawn)


def missing_shared(request: Request) -> tuple[list[str], list[str]]:
    """Palette files and swatches of a shared palette that are to be written.

    Raises:
        OutputError: one could not be, or exists without leave to overwrite it.
    """
    wanted = [
        [path for path in paths if not (request.skip_existing and os.path.lexists(path))]
        for paths in shared_outputs(request)
    ]
    for path in (*wanted[0], *wanted[1]):
        files.check_target(path, force=request.force)
    return wanted[0], wanted[1]
