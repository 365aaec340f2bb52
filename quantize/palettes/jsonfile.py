"""Our own `.json`: everything that is known of a palette, one colour a line.

    {
      "name": "sunset",
      "colors": [
        {"hex": "#aabbcc", "rgb": [170, 187, 204], "count": 3, "share": 0.75, "name": "pale sky"},
        {"hex": "#000000", "rgb": [0, 0, 0], "count": 1, "share": 0.25, "name": "black"}
      ]
    }

`alpha` (0 to 255) stands after `rgb` where the palette has a fourth channel; `name` only where
there is one; `count` and `share` are 0 where no picture is behind the palette.
"""

from __future__ import annotations

import json

from quantize.model import Palette


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


def write(palette: Palette, title: str) -> bytes:
    """The object above; UTF-8, with a `?` for what a file name holds that is not Unicode."""
    colors = ",\n    ".join(json.dumps(entry, ensure_ascii=False) for entry in entries(palette))
    name = json.dumps(title, ensure_ascii=False)
    text = f'{{\n  "name": {name},\n  "colors": [\n    {colors}\n  ]\n}}\n'
    return text.encode("utf-8", errors="replace")
