"""Our own `.json`: everything that is known of a palette, with a line for each colour.

    {
      "name": "sunset",
      "colors": [
        {"hex": "#aabbcc", "rgb": [170, 187, 204], "count": 3, "share": 0.75, "name": "pale sky"},
        {"hex": "#000000", "rgb": [0, 0, 0], "count": 1, "share": 0.25, "name": "black"}
      ]
    }

`alpha` (0 to 255) stands after `rgb` where the palette has a fourth channel; `code`, that of a
maker, and `name` only where there is one; `count` and `share` are 0 where no picture is behind the
palette.

What is read: this, a sidecar (its list is called `palette`), a bare list, and in each the codes
alone in place of the objects, as Lospec has it. Of an object `hex` or `rgb` is enough.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from quantize.model.palette import Palette
from quantize.model.text import escaped_json
from quantize.palette_files import jsontext
from quantize.palette_files.reading import MAX_COUNT, Malformed, Swatch, Title, bytes_of_hex

_LISTS: Final = ("colors", "palette")


def write(palette: Palette, title: str) -> bytes:
    """Return the object above in UTF-8; bytes of a file name that are not Unicode become `?`."""
    colors = ",\n    ".join(
        json.dumps(entry, ensure_ascii=False) for entry in palette.to_dict()["colors"]
    )
    name = json.dumps(title, ensure_ascii=False)
    text = f'{{\n  "name": {name},\n  "colors": [\n    {colors}\n  ]\n}}\n'
    return escaped_json(text).encode("utf-8", errors="replace")


def read(data: bytes) -> Iterator[Swatch | Title]:
    """Yield the colours of the list; shares follow from the counts and are not read."""
    content = jsontext.parse(data)
    if isinstance(content, dict):
        yield Title(jsontext.text(content.get("name")))
        content = next((content[name] for name in _LISTS if name in content), None)
    if not isinstance(content, list):
        raise Malformed("there is no list of colours in it, called 'colors' or 'palette'")
    for number, entry in enumerate(content, 1):
        where = f"colour {number:,}"
        if isinstance(entry, str):
            yield Swatch(bytes_of_hex(entry, where))
        elif isinstance(entry, dict):
            yield _swatch(entry, where)
        else:
            raise Malformed(f"{where}: wanted '#rrggbb' or an object, got {jsontext.shown(entry)}")


def _swatch(entry: Mapping[str, Any], where: str) -> Swatch:
    if "rgb" in entry:
        color = _rgb(entry["rgb"], where)
        if "hex" in entry and bytes_of_hex(str(entry["hex"]), where)[:3] != color[:3]:
            raise Malformed(f"{where}: hex and rgb are two colours; correct one of them")
    else:
        color = bytes_of_hex(jsontext.text(entry.get("hex")), where)
    if "alpha" in entry:
        color = (*color[:3], _whole(entry["alpha"], 255, f"{where}, alpha"))
    pixels = _whole(entry.get("count", 0), MAX_COUNT, f"{where}, count")
    name, code = (jsontext.text(entry.get(key)) for key in ("name", "code"))
    return Swatch(color, name, pixels, code)


def _rgb(value: object, where: str) -> tuple[int, ...]:
    if not isinstance(value, list) or len(value) != 3:
        raise Malformed(f"{where}: rgb is not a list of 3 numbers; correct it")
    return tuple(_whole(channel, 255, f"{where}, rgb") for channel in value)


def _whole(value: object, most: int, where: str) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most:
        return value
    raise Malformed(f"{where}: wanted a whole number from 0 to {most:,}; correct it")
