"""How a result shows itself in a notebook: the picture, its palette and what it cost."""

from __future__ import annotations

from base64 import b64encode
from typing import Final

from quantize.model import notebook
from quantize.model.palette import Palette
from quantize.model.result import Statistics

MEDIA_TYPES: Final = {"png": "image/png", "gif": "image/gif", "webp": "image/webp"}
"""Of the formats of animations that every browser plays."""

IMAGE: Final = "max-width:100%;image-rendering:pixelated"


def page(name: str, data: bytes, kind: str, figures: Statistics, palette: Palette) -> str:
    """Return a picture with three figures, and its palette below it.

    Args:
        name: of the picture, as it comes from outside.
        data: a file of the picture, of a kind in `MEDIA_TYPES`.
        kind: that.
        figures: what the run cost.
        palette: the colours.
    """
    address = f"data:{MEDIA_TYPES[kind]};base64,{b64encode(data).decode()}"
    colors = f"{figures.colors_before:,} → {figures.colors_after:,} colours"
    return (
        f'<figure style="margin:0"><img alt="the picture in {figures.colors_after:,} colours" '
        f'style="{IMAGE}" src="{address}">'
        f"<figcaption>{notebook.shown(name)}: {colors}, mean squared error "
        f"{figures.mse:.4g}, {len(data) / 1000:,.1f} kB as {kind.upper()}</figcaption></figure>"
        f"{palette._repr_html_()}"
    )
