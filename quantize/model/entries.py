"""The colours of a palette as JSON has them: in our `.json` files and in the record of a run.

A module of its own since every run writes a record, and should not pay for a reader.
"""

from __future__ import annotations

from quantize.model.palette import Palette


def entries(palette: Palette) -> list[dict[str, object]]:
    """Each colour as JSON has it, in palette order; shares to six significant digits."""
    names = palette.names or ("",) * len(palette)
    rows = zip(palette, palette.hex, palette.counts.tolist(), palette.shares, names, strict=True)
    return [
        {"hex": code, "rgb": list(color[:3])}
        | ({"alpha": color[3]} if len(color) == 4 else {})
        | {"count": count, "share": float(f"{share:.6g}")}
        | ({"name": name} if name else {})
        for color, code, count, share, name in rows
    ]
