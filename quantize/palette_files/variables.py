"""Variables of style sheets and tokens: a name and a colour each, with ramps if they are wanted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from quantize.color.conversions import oklch
from quantize.color.names import named
from quantize.model.palette import Palette
from quantize.palette_files.form import Form
from quantize.palette_files.identifiers import ascii_only, words
from quantize.palette_files.text import css_notes

Color = tuple[int, ...]


class Variable(NamedTuple):
    """A name and a colour.

    Attributes:
        name: an identifier; no other variable of a file has it.
        color: red, green, blue and, if the palette has it, alpha.
        entry: number of the palette entry, from 0.
        step: of a ramp, 50 to 950; 0 for the colour of the palette itself.
    """

    name: str
    color: Color
    entry: int
    step: int = 0


def variables(palette: Palette, form: Form, *, only_ascii: bool = False) -> Iterator[Variable]:
    """Yield the variables: each colour of the palette, and its ramp after it.

    Where a name comes again, `-2`, `-3` and so on follow it. What nobody sees has no ramp.

    Args:
        palette: the colours.
        form: says how they are called, and whether there are ramps.
        only_ascii: no letters of other scripts.
    """
    steps: Sequence[int] = ()
    if form.ramps:
        from quantize.color.ramps import STEPS, ramps  # for those who ask for them

        steps = STEPS
        found = ramps(palette.colors).tolist()
    names = _names(palette, form, steps, ascii_only if only_ascii else str)
    for entry, (color, name) in enumerate(zip(palette, names, strict=True)):
        yield Variable(name, color, entry)
        if steps and color[3:] != (0,):
            for step, tone in zip(steps, found[entry], strict=True):
                yield Variable(f"{name}-{step}", (*tone, *color[3:]), entry, step)


def _names(
    palette: Palette, form: Form, steps: Sequence[int], spelled: Callable[[str], str]
) -> list[str]:
    """Return a name for each colour; no name, and no step of a ramp, is that of another."""
    start = spelled(form.beginning)
    if form.names == "number":
        return [f"{start}-{number}" for number in range(1, len(palette) + 1)]
    used: set[str] = set()
    found = []
    for name in named(palette).names:
        stem = f"{start}-{spelled(words(name)) or 'color'}"
        number, called = 1, stem
        while not used.isdisjoint(_all(called, steps)):
            number += 1
            called = f"{stem}-{number}"
        used.update(_all(called, steps))
        found.append(called)
    return found


def _all(name: str, steps: Sequence[int]) -> list[str]:
    return [name, *(f"{name}-{step}" for step in steps)]


def lines(palette: Palette, form: Form, *, start: str, only_ascii: bool = False) -> list[str]:
    """Return a line of a style sheet for each variable: `start`, name, colour, and a comment.

    The comment says what a person calls the colour, and its share of the picture.
    """
    notes = css_notes(palette)
    found = [*variables(palette, form, only_ascii=only_ascii)]
    write = _NOTATIONS[form.css_colors]
    codes = write([variable.color for variable in found])
    return [
        f"{start}{variable.name}: {code};{'' if variable.step else notes[variable.entry]}"
        for variable, code in zip(found, codes, strict=True)
    ]


def as_hex(colors: Sequence[Color]) -> list[str]:
    """Return `#rrggbb`, or `#rrggbbaa` where a colour is not opaque (CSS Color 4)."""
    return [f"#{bytes(color[:3] if color[3:] == (255,) else color).hex()}" for color in colors]


def as_oklch(colors: Sequence[Color]) -> list[str]:
    """Return `oklch(L C H)` of CSS Color 4, with as many digits as give the 8 bits back."""
    rows = np.array([color[:3] for color in colors], np.uint8)
    found = []
    for color, light, chroma, hue in zip(
        colors, *(each.tolist() for each in oklch(rows)), strict=True
    ):
        gray = len({*color[:3]}) == 1  # it has no hue, but rounding would give it one
        turn = "0" if gray else f"{round(hue % 360, 3) % 360:.6g}"
        alpha = "" if color[3:] in ((), (255,)) else f" / {round(color[3] / 255, 4):g}"
        found.append(
            f"oklch({round(light, 5):.5g} {0 if gray else round(chroma, 5):.5g} {turn}{alpha})"
        )
    return found


_NOTATIONS = {"hex": as_hex, "oklch": as_oklch}
