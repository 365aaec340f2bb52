"""Write `quantize/color/named_colors.py`: the names of CSS and of the xkcd survey, from matplotlib.

    python docs/make_names.py

CSS Color Module Level 4 comes first and whole, in the spelling of speech. Randall Munroe's colour
survey (https://xkcd.com/color/rgb/, CC0) follows, as far as the rules below let it.
"""

from __future__ import annotations

import re
from pathlib import Path

from matplotlib.colors import CSS4_COLORS, XKCD_COLORS

TARGET = Path(__file__).parent.parent / "quantize" / "color" / "named_colors.py"

PARTS = """
alice almond antique aqua aquamarine azure beige bisque black blanched blue blush brown burlywood
cadet chartreuse chiffon chocolate coral cornflower cornsilk cream crimson cyan dark deep dim dodger
drab firebrick floral forest fuchsia gainsboro ghost gold goldenrod gray green honeydew hot indian
indigo ivory khaki lace lavender lawn lemon light lime linen magenta maroon medium midnight mint
misty moccasin navajo navy old olive orange orchid pale papaya peach peru pink plum powder puff
purple rebecca red rose rosy royal saddle salmon sandy sea seashell sienna silver sky slate smoke
snow spring steel tan teal thistle tomato turquoise violet wheat whip white yellow
"""
"""The words that CSS writes together."""

CRUDE = """
barf bile booger bruise diarrhea dirt dirty dried gross icky nasty piss poo poop puke shit sick
sickly slime snot ugly vomit
"""

SILLY = """
barbie barney blurple burple hint hospital kermit macaroni pig poison radioactive really tiffany
toxic urple weird windows boring nice lipstick highlighter off
"""
"""Jokes, brands and what is no description."""

MISSPELT = """
camo creme fluro forrest greyblue grayblue kelley lavendar liliac ocher ocre orangeish perrywinkle
purpleish siena terra terracota toupe vermillion darkblue darkgreen lightblue lightgreen bluegreen
bluegray greenblue yellowgreen orangered bluey browny greeny orangey pinky purpley purply reddy
yellowy darkish lightish tealish lighter
"""
"""Each is in the list in a better spelling as well, or nearly so."""

VAGUE = """
bland bluish brownish dark dusk dust greenish grayish marine off orangish pale pinkish purplish
reddish sea sun velvet yellowish blood golden
"""
"""Not by themselves; as a part of a name they stay."""

KEEP = ("off white",)
TWICE = ("aqua marine", "golden rod", "egg shell", "bubble gum pink", "robin egg blue")
"""In the list in another spelling as well."""


def main() -> None:
    """Write the module."""
    rows = css()
    taken, colors = {name for name, _ in rows}, {color for _, color in rows}
    for name, color in survey():
        if name not in taken and color not in colors:
            rows.append((name, color))
            taken.add(name)
            colors.add(color)
    TARGET.write_text(HEAD + "".join(f"{line}\n" for line in lines(rows)) + '"""\n', "utf-8")
    print(f"{len(rows)} names")


def css() -> list[tuple[str, str]]:
    """Of two names of one colour: gray not grey, cyan not aqua, magenta not fuchsia."""
    names = sorted(name for name in CSS4_COLORS if "grey" not in name)
    return [
        (spoken(name), CSS4_COLORS[name][1:].lower())
        for name in names
        if name not in {"aqua", "fuchsia"}
    ]


def spoken(name: str) -> str:
    """`'light sky blue'` of `'lightskyblue'`."""
    parts = PARTS.split()
    found: dict[int, list[str]] = {0: []}
    for end in range(1, len(name) + 1):
        for start in range(end):
            if start in found and name[start:end] in parts:
                words = [*found[start], name[start:end]]
                if end not in found or len(words) < len(found[end]):
                    found[end] = words
    return " ".join(found[len(name)])


def survey() -> list[tuple[str, str]]:
    """The survey's in the order of the alphabet; gray for grey."""
    rows = [
        (name.removeprefix("xkcd:").replace("grey", "gray"), color[1:].lower())
        for name, color in XKCD_COLORS.items()
    ]
    return sorted(row for row in rows if fit(row[0]))


def fit(name: str) -> bool:
    """Whether a name may be said to anyone, and says a colour."""
    words = name.split()
    if name in KEEP:
        return True
    return (
        re.fullmatch(r"[a-z']+( [a-z']+)*", name) is not None
        and not {*words} & {*f"{CRUDE}{SILLY}{MISSPELT}".split()}
        and name not in (*VAGUE.split(), *TWICE)
        and len({*words}) == len(words)
        and len(words) <= 4
    )


def lines(rows: list[tuple[str, str]]) -> list[str]:
    """Entries one after the other, as many as go into a line."""
    made = [""]
    for name, color in rows:
        entry = f"{name} #{color}"
        if len(made[-1]) + len(entry) > 97:
            made.append("")
        made[-1] += f", {entry}" if made[-1] else entry
    return [f"{line}," for line in made]


HEAD = '''"""Colours that have names; made by `docs/make_names.py`, which has the rules.

CSS Color Module Level 4, section 6.1 ("Named Colors"), the 139 distinct ones; then the survey of
https://xkcd.com/color/rgb/ (CC0). Where both have a name, its colour is that of CSS.
"""

from __future__ import annotations

from typing import Final

NAMED: Final = """\\
'''

if __name__ == "__main__":
    main()
