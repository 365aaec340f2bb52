"""Write `quantize/swatch/fonts/`: the font of the swatches, cut down to what they can need.

    pip install fonttools brotli font-source-sans-pro
    python docs/make_font.py

From Source Sans Pro (Adobe, SIL Open Font License 1.1), regular and semibold, as TrueType for PNG
and WOFF2 for SVG. Its licence reserves the name "Source", so the result is called otherwise.
Kerning and other features are left out, so that both kinds of picture have the same widths.
"""

from __future__ import annotations

from pathlib import Path

import font_source_sans_pro  # type: ignore[import-not-found]
from fontTools import subset  # type: ignore[import-untyped]
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

TARGET = Path(__file__).parent.parent / "quantize" / "swatch" / "fonts"
SOURCE = Path(font_source_sans_pro.__file__).parent / "files"
FAMILY = "Quantize Swatch"
WEIGHTS = {"regular": "Regular", "bold": "Semibold"}
LETTERS = [*range(0x20, 0x7F), *range(0xA1, 0x180), *map(ord, "ȘșȚț–—‘’“”…")]
"""ASCII, Latin-1, Latin Extended-A, Romanian's commas, and typographer's marks."""


def main() -> None:
    """Write both weights twice, and the licence."""
    TARGET.mkdir(exist_ok=True)
    for name, weight in WEIGHTS.items():
        font = cut(TTFont(SOURCE / f"SourceSansPro-{weight}.ttf", recalcTimestamp=False))
        for record in font["name"].names:
            record.string = {1: FAMILY, 2: weight, 4: f"{FAMILY} {weight}"}.get(
                record.nameID, f"{FAMILY.replace(' ', '')}-{weight}" if record.nameID == 6 else ""
            ) or record.toUnicode()
        font.save(TARGET / f"{name}.ttf")
        font.flavor = "woff2"
        font.save(TARGET / f"{name}.woff2")
    (TARGET / "OFL.txt").write_bytes((SOURCE / "LICENSE.txt").read_bytes().replace(b"\r\n", b"\n"))


def cut(font: TTFont) -> TTFont:
    """The same font with the letters above and without layout features and hints."""
    options = subset.Options(layout_features=[], hinting=False, name_IDs=[0, 1, 2, 4, 6, 13, 14])
    options.drop_tables += ["GPOS", "GSUB", "GDEF", "kern", "DSIG"]
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=LETTERS)
    cutter.subset(font)
    return font


if __name__ == "__main__":
    main()
