"""How a result shows itself in a notebook: the picture, its palette and what it cost."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Final

from quantize.images import encode as encoding
from quantize.model import notebook
from quantize.model.picture import Metadata

if TYPE_CHECKING:
    from quantize.api.result import Result

SHOWN_BY_BROWSERS: Final = {"png": "image/png", "gif": "image/gif", "webp": "image/webp"}
"""Media types of the formats of animations that every browser plays."""

IMAGE: Final = "max-width:100%;image-rendering:pixelated"


def page(result: Result) -> str:
    """Return the picture, or the animation, with three figures and the palette below it."""
    source, figures = result.source, result.statistics
    kind = result.format if result.format in SHOWN_BY_BROWSERS and source.timing else "png"
    data = result.encode(kind, strip=True) if result.format == kind else png(result)
    address = f"data:{SHOWN_BY_BROWSERS[kind]};base64,{b64encode(data).decode()}"
    colors = f"{figures.colors_before:,} → {figures.colors_after:,} colours"
    return (
        f'<figure style="margin:0"><img alt="the picture in {figures.colors_after:,} colours" '
        f'style="{IMAGE}" src="{address}">'
        f"<figcaption>{notebook.shown(source.source)}: {colors}, mean squared error "
        f"{figures.mse:.4g}, {len(data) / 1000:,.1f} kB as {kind.upper()}</figcaption></figure>"
        f"{notebook.tiles(result.palette)}"
    )


def png(result: Result) -> bytes:
    """Return the first frame as a PNG."""
    return encoding.encode_frames(
        result.frames[:1], None, "png", metadata=Metadata(), effort="default"
    )
