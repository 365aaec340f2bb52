"""Whether other programs read our palette files as we meant them: run by hand.

    python benchmarks/palettes.py

Palettes of 1, 40 and 256 named colours are written in every format and read by whichever of these
is installed: Pillow, GIMP and Krita (Debian's gimp, and krita with python3-pyqt5), the package
swatch of PyPI, anypalette of npm (found through NODE_PATH). It prints a row a reader and format;
whoever differs is named with the first difference. Krita 5.1 does at RIFF: it takes the number of
colours for big-endian, and so sees 1 of 256. Nothing here is needed by the tests.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from quantize import Palette, load_palette, save_palette
from quantize.palette_files.table import FORMATS

Colors = list[tuple[str, str]]
"""What a reader sees: hex codes with names."""

PADDED = ("act",)
"""Formats with a fixed number of entries: what follows ours is not compared."""


def palettes() -> dict[str, Palette]:
    """By title; titles are names of files and so unique."""
    random = np.random.default_rng(0)
    made = {}
    for k in (1, 40, 256):
        colors = np.unique(random.integers(0, 256, (3 * k, 3)), axis=0).astype(np.uint8)
        names = tuple(f"grün & <{number}> 🎨" for number in range(k))
        made[f"sunset{k}"] = Palette(random.permutation(colors)[:k], names=names)
    return made


def by_pillow(paths: dict[str, Path]) -> dict[str, Colors]:
    from PIL.GimpPaletteFile import GimpPaletteFile

    with open(paths["gpl"], "rb") as file:
        data, _ = GimpPaletteFile(file).getpalette()
    codes = data.hex()
    return {"gpl": [(codes[at : at + 6], "") for at in range(0, len(codes), 6)]}


def by_swatch(paths: dict[str, Path]) -> dict[str, Colors]:
    import swatch

    found = swatch.parse(str(paths["ase"]))
    rows = [(entry["data"]["values"], entry["name"]) for entry in found]
    return {"ase": [(code(values), name) for values, name in rows]}


def by_anypalette(paths: dict[str, Path]) -> dict[str, Colors]:
    script = (
        "require('anypalette').loadPalette({filePath: process.argv[1]}, (error, palette) => {"
        "if (error) throw error;"
        "console.log(JSON.stringify([...palette].map(c => [[c.red, c.green, c.blue], c.name])))})"
    )
    seen = {}
    for name in ("ase", "aco", "act", "gpl", "jasc", "riff", "paintnet", "libreoffice"):
        command = ["node", "-e", script, str(paths[name])]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        seen[name] = [(code(values), label or "") for values, label in json.loads(done.stdout)]
    return seen


def by_gimp(paths: dict[str, Path]) -> dict[str, Colors]:
    home = paths["gpl"].parent / "gimp"
    (home / "palettes").mkdir(parents=True)
    shutil.copy(paths["gpl"], home / "palettes")
    title = paths["gpl"].stem
    script = (
        f'(let* ((name "{title}") (count (car (gimp-palette-get-colors name))) (at 0))'
        " (while (< at count)"
        " (gimp-message (string-append (unbreakupstr (map number->string"
        ' (car (gimp-palette-entry-get-color name at))) ",") "|"'
        " (car (gimp-palette-entry-get-name name at)))) (set! at (+ at 1))))"
    )
    commands = ["-b", "(gimp-message-set-handler 1)", "-b", script, "-b", "(gimp-quit 0)"]
    done = subprocess.run(
        ["gimp-console", "--no-interface", "--no-fonts", *commands],
        env=os.environ | {"GIMP2_DIRECTORY": str(home)},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    rows = re.findall(r"(\d+),(\d+),(\d+)\|(.*)", done.stdout + done.stderr)
    return {"gpl": [(code([int(v) / 255 for v in row[:3]]), row[3]) for row in rows]}


KRITA = """
import json, sys
from krita import Krita, Palette
def main(*_):
    for resource in Krita.instance().resources("palette").values():
        if resource.filename().startswith("TITLE"):
            palette = Palette(resource)
            entries = [palette.colorSetEntryByIndex(i) for i in range(palette.numberOfEntries())]
            rows = [(e.color().components()[:3], e.name()) for e in entries]
            print("FOUND", json.dumps([resource.filename(), rows]))
"""
"""Run inside Krita; components are blue, green, red."""


def by_krita(paths: dict[str, Path]) -> dict[str, Colors]:
    home = paths["krita"].parent / "krita"
    folder = home / "kritarunner" / "palettes"
    folder.mkdir(parents=True)
    known = ("ase", "aco", "act", "gpl", "jasc", "riff", "krita")
    title = paths["gpl"].stem
    for name in known:  # Krita tells resources by their titles alone, so each gets one of its own
        ending = "".join(paths[name].suffixes)
        save_palette(load_palette(paths[name]), folder / f"{title}-{name}{ending}")
    (home / "reading.py").write_text(KRITA.replace("TITLE", title))
    extra = {"XDG_DATA_HOME": home, "XDG_CONFIG_HOME": home, "PYTHONPATH": home}
    done = subprocess.run(
        ["kritarunner", "-s", "reading", "-f", "main"],
        env=os.environ | {k: str(v) for k, v in extra.items()} | {"QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,  # it ends with an error of Qt's without a screen
    )
    seen = {}
    for line in re.findall(r"FOUND (.*)", done.stdout + done.stderr):
        filename, rows = json.loads(line)
        name = filename.removeprefix(f"{title}-").partition(".")[0]
        seen[name] = [(code(values[::-1]), label.rstrip("\0")) for values, label in rows]
    return seen


def code(values: list[float]) -> str:
    """`rrggbb` of channels of 0 to 1."""
    return bytes(int(value * 255 + 0.5) for value in values).hex()


def difference(palette: Palette, seen: Colors, name: str) -> str:
    """The first one between what was written and what was read; empty if there is none."""
    row = next(row for row in FORMATS.values() if row.name == name)
    if len(seen) != len(palette) and not (name in PADDED and len(seen) > len(palette)):
        return f"{len(seen)} colours of {len(palette)}"
    for at, (wanted, label) in enumerate(zip(palette.hex, palette.names, strict=True)):
        found, called = seen[at]
        if found != wanted[1:] or (row.names and called and called != label):
            return f"entry {at}: {found} {called!r}, not {wanted[1:]} {label!r}"
    return ""


def readers() -> dict[str, Callable[[dict[str, Path]], dict[str, Colors]]]:
    """Those that are installed."""
    found = {"Pillow": by_pillow}
    if importable("swatch"):
        found["swatch"] = by_swatch
    if shutil.which("node") and "NODE_PATH" in os.environ:
        found["anypalette"] = by_anypalette
    if shutil.which("gimp-console"):
        found["GIMP"] = by_gimp
    if shutil.which("kritarunner"):
        found["Krita"] = by_krita
    return found


def importable(name: str) -> bool:
    from importlib.util import find_spec

    return find_spec(name) is not None


def main() -> None:
    print("| reader | format | result |\n|---|---|---|")
    for reader, read in readers().items():
        results: dict[str, list[str]] = {}
        for title, palette in palettes().items():
            with tempfile.TemporaryDirectory() as folder:
                paths = {row.name: Path(folder, title + row.endings[0]) for row in FORMATS.values()}
                for path in paths.values():
                    save_palette(palette, path)
                for name, seen in read(paths).items():
                    results.setdefault(name, []).append(difference(palette, seen, name))
        for name, differences in results.items():
            said = "; ".join(filter(None, differences)) or f"equal ({len(differences)} palettes)"
            print(f"| {reader} | {name} | {said} |")


if __name__ == "__main__":
    main()
