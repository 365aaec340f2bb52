"""Style sheets and tokens, read by the tools of designers and of web pages.

    python benchmarks/design_tools.py [FOLDER [TOOL]]

The tools are installed by npm into a folder, for good if one is named: Style Dictionary 4 and 5,
Terrazzo, Tailwind CSS 4, Sass. For palettes of 1, 8 and 256 colours, opaque and not, with names
that could break a file, plain and with every option, each tool has to say our colours under our
names.
"""

from __future__ import annotations

import itertools
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from quantize import Palette, load_palette, save_palette
from quantize.palette_files.form import Form
from quantize.palette_files.variables import Variable, as_hex, variables

PACKAGES = {
    "style-dictionary-4": "npm:style-dictionary@4",
    "style-dictionary-5": "npm:style-dictionary@5",
    "@terrazzo/cli": "2",
    "@terrazzo/plugin-css": "2",
    "tailwindcss": "4",
    "@tailwindcss/cli": "4",
    "sass": "1",
}

NAMES = (
    "deep teal",
    "deep teal",
    "Größe",
    "花",
    "*/ } body {",
    '"quoted" {a.b}',
    "$price",
    "100 %",
)

FORMS: tuple[dict[str, Any], ...] = (
    {},
    {"names": "color"},
    {"prefix": "brandColor"},
    {"css_colors": "oklch"},
    {"ramps": True},
    {"names": "color", "prefix": "x_1", "css_colors": "oklch", "ramps": True},
)

STEMS = ("flower", "2024 Ägypten (1)", "花見")


def main() -> None:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(sys.argv[1] if len(sys.argv) > 1 else temporary).resolve()
        _install(folder)
        for tool in sys.argv[2:] or TOOLS:
            ending, check = TOOLS[tool]
            done = 0
            for stem, palette, how in itertools.product(STEMS, _palettes(), FORMS):
                form = Form(stem, **how)
                twice = len(palette) > 99 or stem != STEMS[0]
                if twice and how not in (FORMS[0], FORMS[-1]):
                    continue  # a run of a tool takes about a second
                path = folder / f"{stem}{ending}"
                save_palette(palette, path, force=True, **how)
                wanted = _wanted(palette, form, ending)
                found = check(folder, path, wanted)
                wrong = {name: (wanted[name], found.get(name)) for name in wanted}
                wrong = {name: pair for name, pair in wrong.items() if not _same(*pair)}
                if wrong:
                    raise SystemExit(f"{tool}: {path.name}, {len(palette)} colours, {how}: {wrong}")
                if ending.endswith(".json"):
                    assert load_palette(path) == palette
                done += 1
            print(f"{tool}: {done} files say our colours under our names")


def _install(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    package = {"private": True, "type": "module", "dependencies": PACKAGES}
    (folder / "package.json").write_text(json.dumps(package))
    if not (folder / "node_modules").is_dir():
        command = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--silent"]
        subprocess.run(command, cwd=folder, check=True)


def _palettes() -> list[Palette]:
    rng = np.random.default_rng(16)
    many = np.unique(rng.integers(0, 256, (256, 3)).astype(np.uint8), axis=0)
    eight = np.unique(rng.integers(0, 256, (8, 4)).astype(np.uint8), axis=0)
    eight[0], eight[1, 3] = 0, 255
    return [
        Palette(np.array([[255, 0, 0]], np.uint8), np.array([5], np.int64)),
        Palette(eight, np.arange(8), NAMES),
        Palette(many),
    ]


def _wanted(palette: Palette, form: Form, ending: str) -> dict[str, str]:
    """Return what each variable has to be, as hex."""
    if ending.endswith(".json") and form.is_numbered:
        form = form._replace(prefix="color")
    found: list[Variable] = [*variables(palette, form, only_ascii=ending == ".tailwind.css")]
    codes = as_hex([variable.color for variable in found])
    return {variable.name: code for variable, code in zip(found, codes, strict=True)}


def _node(folder: Path, code: str) -> str:
    (folder / "check.mjs").write_text(code)
    command = ["node", "check.mjs"]
    return subprocess.run(command, cwd=folder, check=True, stdout=-1, text=True).stdout


def _style_dictionary(version: int) -> Callable[[Path, Path, dict[str, str]], dict[str, str]]:
    def check(folder: Path, path: Path, _wanted: dict[str, str]) -> dict[str, str]:
        _node(
            folder,
            f"import SD from 'style-dictionary-{version}';\n"
            f"const tokens = {path.read_text('utf-8')};\n"
            "const sd = new SD({tokens, log: {verbosity: 'silent'},\n"
            "platforms: {css: {transforms: ['name/kebab', 'color/css'], buildPath: 'sd/',\n"
            "files: [{destination: 'out.json', format: 'json'}]}}});\n"
            "await sd.buildAllPlatforms();",
        )
        tokens = json.loads((folder / "sd" / "out.json").read_text("utf-8"))
        return {name: each["$value"] for name, each in tokens.items() if isinstance(each, dict)}

    return check


def _terrazzo(folder: Path, path: Path, _wanted: dict[str, str]) -> dict[str, str]:
    said = _node(
        folder,
        "import fs from 'node:fs'; import {parse, defineConfig} from '@terrazzo/parser';\n"
        "const config = defineConfig({}, {cwd: new URL('file:///tmp/')});\n"
        f"const name = {json.dumps(str(path))};\n"
        "const {tokens} = await parse([{filename: new URL('file:///tokens.json'),\n"
        "src: fs.readFileSync(name, 'utf-8')}], {config});\n"
        "console.log(JSON.stringify(Object.fromEntries(Object.entries(tokens).map(\n"
        "([key, token]) => [key, token.$value]))));",
    )
    found = {}
    for name, value in json.loads(said.splitlines()[-1]).items():
        channels = [*value["components"], value.get("alpha", 1)]
        color = tuple(round(255 * channel) for channel in channels)
        found[name] = as_hex([color])[0]
    return found


def _tailwind(folder: Path, path: Path, wanted: dict[str, str]) -> dict[str, str]:
    classes = " ".join(f"bg-{name}" for name in wanted)
    source = f'@import "tailwindcss" source(none);\n@source inline("{classes}");\n'
    (folder / "in.css").write_text(source + path.read_text("utf-8"), "utf-8")
    command = ["node_modules/.bin/tailwindcss", "-i", "in.css", "-o", "out.css"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    text = (folder / "out.css").read_text("utf-8")
    used = {*re.findall(r"background-color: var\(--color-([\w-]+)\)", text)}
    pairs = re.findall(r"--color-([\w-]+): ([^;]+);", text)
    return {name: value for name, value in pairs if name in used}


def _sass(folder: Path, path: Path, wanted: dict[str, str]) -> dict[str, str]:
    rules = "".join(f".{name} {{ color: ${name}; }}\n" for name in wanted)
    (folder / "in.scss").write_text(path.read_text("utf-8") + rules, "utf-8")
    command = ["node_modules/.bin/sass", "--no-source-map", "in.scss"]
    run = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    return dict(re.findall(r"\.([^\s{]+) \{\s*color: ([^;]+);", run.stdout))


TOOLS = {
    "Style Dictionary 4": (".hex.tokens.json", _style_dictionary(4)),
    "Style Dictionary 5, hex": (".hex.tokens.json", _style_dictionary(5)),
    "Style Dictionary 5": (".tokens.json", _style_dictionary(5)),
    "Terrazzo": (".tokens.json", _terrazzo),
    "Tailwind 4": (".tailwind.css", _tailwind),
    "Sass": (".scss", _sass),
}


def _same(wanted: str, found: str | None) -> bool:
    """Return whether a colour is the one that was wanted, in whatever notation.

    Style Dictionary rounds alpha to hundredths, which is up to 2 of 255.
    """
    if found is None:
        return False
    *color, alpha = _bytes(wanted)
    *other, also = _bytes(found)
    return color == other and abs(alpha - also) <= 2


def _bytes(text: str) -> tuple[int, ...]:
    """Return red, green, blue and alpha of `#rrggbb`, `rgb()`, `oklch()` or a name of CSS."""
    from PIL import ImageColor

    from quantize.palette_files.color_models import from_polar, oklab

    numbers = [*re.findall(r"[\d.]+(?:deg|%)?", text)]
    if text.startswith("oklch"):
        values = [float(n.rstrip("deg%")) / (100 if n.endswith("%") else 1) for n in numbers]
        alpha = values[3] if len(values) > 3 else 1
        return (*oklab(values[0], *from_polar(values[1], values[2])), round(255 * alpha))
    if text.startswith("rgb"):
        alpha = float(numbers[3]) if len(numbers) > 3 else 1
        return (*(round(float(n)) for n in numbers[:3]), round(255 * alpha))
    color = ImageColor.getrgb(text)
    return (*color, 255)[:4]


if __name__ == "__main__":
    main()
