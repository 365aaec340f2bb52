"""Design tokens of the W3C community group, `.tokens.json`: colours in sRGB with alpha.

By the reports of 2025.10, "Format" and "Color". Unless told otherwise tokens are called `color-1`,
`color-2` … so that what refers to them stays right when the picture changes; names stand in
`$description`, and after them what text can be read on the colour. `$extensions` holds share and
roles. That is undone in reading, and steps of ramps are no colours of the palette; tokens of others
are called by their own path, `"brand / primary"`.

References to other tokens add no colour of their own and are passed over. A colour in a space that
is not read here counts by its `hex`, which the report has for that purpose.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from quantize.checks import MAX_COLORS
from quantize.color import contrast
from quantize.color.roles import names_of
from quantize.model.palette import Palette
from quantize.model.text import escaped_json, one_line
from quantize.palette_files import color_models, jsontext
from quantize.palette_files.form import Form
from quantize.palette_files.reading import Malformed, Swatch, Title, bytes_of_hex, grouped, quoted
from quantize.palette_files.variables import Color, variables

SCHEMA: Final = "https://www.designtokens.org/schemas/2025.10/format.json"

OURS: Final = "io.github.quantize"
"""Our key in `$extensions`, which the report wants unique, in the notation of a domain."""

MAX_DEPTH: Final = 64
"""Levels of nested groups at most; our choice."""

_NUMBERED: Final = re.compile(r"color-[0-9]+")

_NOTE: Final = re.compile(r" ?\(text by WCAG 2 and APCA: [^()]*\)$")

MOST_TEXTS: Final = 6
"""Palette colours that the description of a token names at most: the best for text on it."""

_SPACES: Final[dict[str, Callable[[float, float, float], color_models.RGB]]] = {
    "srgb": color_models.rgb,
    "srgb-linear": color_models.linear,
    "hsl": lambda hue, s, light: color_models.hsl(hue / 360, s / 100, light / 100),
    "hwb": lambda hue, white, black: color_models.hwb(hue / 360, white / 100, black / 100),
    "lab": color_models.lab,
    "lch": lambda light, chroma, hue: color_models.lab(
        light, *color_models.from_polar(chroma, hue)
    ),
    "oklab": color_models.oklab,
    "oklch": lambda light, chroma, hue: color_models.oklab(
        light, *color_models.from_polar(chroma, hue)
    ),
}
"""Conversions of components in the ranges of the report's table."""


def write(palette: Palette, title: str, form: Form) -> bytes:
    """Return an object with a line for each token: components of six digits, and `hex`."""
    heading: Fields = {"$schema": SCHEMA, "$type": "color"}
    return document(heading, title, tokens(palette, form, lambda color: {"$value": _value(color)}))


Fields = dict[str, object]


def document(heading: Fields, title: str, found: Iterable[tuple[str, Fields]]) -> bytes:
    """Return the file of tokens: fields of all, the title, and a line for each token."""
    described = _plain(title)
    fields = heading | ({"$description": described} if described else {}) | dict(found)
    lines = (
        f"  {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}"
        for key, value in fields.items()
    )
    return escaped_json("{\n" + ",\n".join(lines) + "\n}\n").encode()


_BRACES: Final = str.maketrans("{}", "\uff5b\uff5d")
_NO_BRACES: Final = {wide: narrow for narrow, wide in _BRACES.items()}


def _plain(text: str) -> str:
    """Return a text in one line; tools take `{name}` for another token, so braces become wide."""
    line = one_line(text)
    return line.translate(_BRACES) if re.search(r"\{.*\}", line) else line


def _unplain(text: str) -> str:
    """Return the text that `_plain` was given."""
    return text.translate(_NO_BRACES) if re.search("\uff5b.*\uff5d", text) else text


def tokens(
    palette: Palette, form: Form, value_of: Callable[[Color], Fields]
) -> Iterator[tuple[str, Fields]]:
    """Yield name and fields of each token.

    Args:
        palette: the colours.
        form: says how they are called; where it leaves that open they are `color-1`, `color-2` ….
        value_of: returns the fields that say the colour.
    """
    names = palette.names or ("",) * len(palette)
    colors = contrast.seen(palette)
    found = [*variables(palette, form._replace(prefix="color") if form.is_numbered else form)]
    called = [variable.name for variable in found if not variable.step]
    known = _known(palette)
    for variable in found:
        fields = value_of(variable.color)
        ours: Fields = {"of": called[variable.entry], "step": variable.step}
        if not variable.step:
            note = _note(variable.entry, colors, called)
            fields["$description"] = f"{_plain(names[variable.entry])} {note}".strip()
            ours = known[variable.entry]
        yield variable.name, fields | {"$extensions": {OURS: ours}}


def _known(palette: Palette) -> list[Fields]:
    """Return what is known of each colour: its share, if there is a picture, and its roles."""
    roles = names_of(palette)
    if not palette.counts.any():
        return [{"roles": own} for own in roles]
    pairs = zip(palette.shares, roles, strict=True)
    return [{"share": float(f"{share:.6g}"), "roles": own} for share, own in pairs]


def _note(background: int, colors: list[contrast.Rgb], called: list[str]) -> str:
    """Return the text colours that can be read on a colour: black or white, and of the palette."""
    best = contrast.best_text(colors[background])
    texts = [("white" if best.color == contrast.WHITE else "black", best)]
    of_image = len(colors) <= MAX_COLORS  # of larger sets each with each would take long
    found = contrast.texts_on(background, colors, most=MOST_TEXTS) if of_image else []
    texts += [(called[place], text) for place, text in found]
    listed = ", ".join(f"{name} {text.wcag:.2f} Lc {text.apca:.0f}" for name, text in texts)
    return f"(text by WCAG 2 and APCA: {listed})"


def _value(color: Color) -> Fields:
    value: Fields = {"colorSpace": "srgb"}
    value["components"] = [round(channel / 255, 6) for channel in color[:3]]
    if color[3:] not in ((), (255,)):
        value["alpha"] = round(color[3] / 255, 6)
    return value | {"hex": f"#{bytes(color[:3]).hex()}"}


def read(data: bytes) -> Iterator[Swatch | Title]:
    """Yield the colours among the tokens in the order of the file, from groups of any depth."""
    content = jsontext.parse(data)
    if not isinstance(content, dict):
        raise Malformed("is JSON, but not an object of tokens")
    yield Title(_unplain(jsontext.text(content.get("$description"))))
    yield from _tokens(content, (), "")


def _tokens(group: Mapping[str, Any], path: tuple[str, ...], kind: object) -> Iterator[Swatch]:
    """Yield the colours of a group; tokens inherit the type of their group."""
    if len(path) > MAX_DEPTH:
        raise Malformed(f"groups lie more than {MAX_DEPTH} deep; is it a palette?")
    kind = group.get("$type", kind)
    for key, entry in group.items():
        if not isinstance(entry, dict) or (key.startswith("$") and key != "$root"):
            continue
        if "$value" not in entry:
            yield from _tokens(entry, (*path, key), kind)
        elif _is_color(entry["$value"], entry.get("$type", kind)) and "step" not in _ours(entry):
            yield _swatch(entry, (*path, key))


def _ours(token: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what this program has said of a token that it wrote; empty for those of others."""
    extensions = token.get("$extensions")
    ours = extensions.get(OURS) if isinstance(extensions, dict) else None
    return ours if isinstance(ours, dict) else {}


def _is_color(value: object, kind: object) -> bool:
    """Return whether a token is a colour and not a reference; without a type, its value tells."""
    if isinstance(value, str):
        return value.startswith("#") or (kind == "color" and not value.startswith("{"))
    looks = isinstance(value, dict) and "colorSpace" in value
    refers = isinstance(value, dict) and "$ref" in value
    return not refers and (kind == "color" or (kind == "" and looks))


def _swatch(token: Mapping[str, Any], path: tuple[str, ...]) -> Swatch:
    name = grouped(*(part for part in path if part != "$root"))
    value, where = token["$value"], f"token {quoted(name)}"
    if len(path) == 1 and (_ours(token) or _NUMBERED.fullmatch(path[0])):
        name = _unplain(_NOTE.sub("", jsontext.text(token.get("$description"))))
    if isinstance(value, str):  # as drafts before 2025 had it
        return Swatch(bytes_of_hex(value, where), name)
    if not isinstance(value, dict):
        raise Malformed(f"{where}: wanted a colour, got {jsontext.shown(value)}")
    opacity = color_models.byte(jsontext.number(value.get("alpha", 1), f"{where}, alpha"))
    return Swatch((*_rgb(value, where), opacity), name)


def _rgb(value: Mapping[str, Any], where: str) -> tuple[int, ...]:
    space = jsontext.text(value.get("colorSpace"))
    if "hex" in value and space != "srgb":
        return bytes_of_hex(jsontext.text(value["hex"]), where)[:3]
    if space not in _SPACES:
        known = ", ".join(_SPACES)
        raise Malformed(f"{where}: colour space {quoted(space)} is none of {known}; give its hex")
    components = value.get("components")
    if not isinstance(components, list) or len(components) != 3:
        raise Malformed(f"{where}: components are not a list of 3 numbers; correct it")
    one, two, three = (0.0 if c == "none" else jsontext.number(c, where) for c in components)
    return _SPACES[space](one, two, three)
