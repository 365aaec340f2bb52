"""The curve of error and bytes over the size of the palette, where it was left open, as SVG."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

WIDTH, HEIGHT = 640, 220
LEFT, RIGHT, BELOW, ABOVE = 64, 12, 34, 14
"""Pixels of a figure, and the room for its axes."""

FIGURES: Final = {
    "delta_e_mean": "mean CIEDE2000",
    "mse": "mean squared error",
    "bytes": "bytes as an indexed PNG",
    "silhouette": "silhouette",
}
"""What a curve may have, in the order in which it is drawn."""


def section(auto: Mapping[str, Any] | None) -> str:
    """Return the part of the page with a figure for each curve; empty without one.

    Args:
        auto: the field of the record.
    """
    if not auto or len(auto["curve"]) < 2:
        return ""
    rows: Sequence[Mapping[str, float]] = auto["curve"]
    drawn = [
        _figure(title, [(row["colors"], row[name]) for row in rows if name in row])
        for name, title in FIGURES.items()
        if sum(name in row for row in rows) > 1
    ]
    return (
        '<section aria-labelledby="h-curve"><h2 id="h-curve">The size of the palette</h2>'
        f'<p class="quiet">Chosen by {auto["criterion"]}; all points are estimates.</p>'
        f"{''.join(drawn)}</section>"
    )


def _figure(title: str, points: Sequence[tuple[float, float]]) -> str:
    """Return a curve over the logarithm of the size."""
    low, high = (math.log2(size) for size in (points[0][0], points[-1][0]))
    top = max(value for _, value in points) or 1
    bottom = min(0.0, *(value for _, value in points))

    def across(size: float) -> float:
        share = (math.log2(size) - low) / ((high - low) or 1)
        return LEFT + share * (WIDTH - LEFT - RIGHT)

    def down(value: float) -> float:
        return ABOVE + (top - value) / ((top - bottom) or 1) * (HEIGHT - ABOVE - BELOW)

    line = " ".join(f"{across(size):.1f},{down(value):.1f}" for size, value in points)
    ticks = [2**power for power in range(math.ceil(low), math.floor(high) + 1)]
    marks = "".join(
        f'<text x="{across(size):.1f}" y="{HEIGHT - 16}" text-anchor="middle">{size}</text>'
        for size in ticks
    )
    dots = "".join(
        f'<circle cx="{across(size):.1f}" cy="{down(value):.1f}" r="4" fill="currentColor">'
        f"<title>{size:g} colours: {value:,.4g}</title></circle>"
        for size, value in points
    )
    floor = HEIGHT - BELOW
    return (
        f'<figure><svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{title} over colours">'
        f'<path class="axis" fill="none" d="M{LEFT} {ABOVE}V{floor}H{WIDTH - RIGHT}"/>'
        f'<text x="{LEFT - 6}" y="{ABOVE + 4}" text-anchor="end">{top:,.3g}</text>'
        f'<text x="{LEFT - 6}" y="{floor}" text-anchor="end">{bottom:,.3g}</text>{marks}'
        f'<text x="{WIDTH - RIGHT}" y="{HEIGHT - 2}" text-anchor="end">colours</text>'
        f'<polyline fill="none" stroke="currentColor" stroke-width="2" points="{line}"/>{dots}'
        f"</svg><figcaption>{title}</figcaption></figure>"
    )
