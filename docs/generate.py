"""Write what the docs take from the code: `options.md`, tables of other pages, `pictures/`.

    python docs/generate.py            # everything
    python docs/generate.py options    # the reference of options and the table alone

A test fails where they are out of date.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import click
from PIL import Image
from shell import EXIT_CODES

from quantize import quantize, save_swatch
from quantize.checks import AnyRow, Row
from quantize.cli.help import GROUPS, GroupedOption
from quantize.cli.run import quantize as command
from quantize.color import table as color_table
from quantize.dither import ditherer
from quantize.dither import table as dither_table
from quantize.images import table as image_table
from quantize.kmeans import table as kmeans_table
from quantize.palette_files import table as palette_table
from quantize.pipeline import table as pipeline_table
from quantize.swatch import table as swatch_table

DOCS = Path(__file__).parent
ALPHA = {"full": "yes", "one": "one invisible colour", "none": ""}
CHINA = DOCS.parent / "sample_images" / "china.jpg"


def options_page() -> str:
    """Return the reference of all options and methods, from the command and the tables."""
    lines = ["# Options", "", "Made by `docs/generate.py` from the command itself.", ""]
    context = click.Context(command, info_name="quantize")
    for group in GROUPS:
        lines += [f"## {group}", "", "| option | meaning | default |", "|---|---|---|"]
        for parameter in command.params:
            if isinstance(parameter, GroupedOption) and parameter.group == group:
                lines.append(_option_row(parameter, context))
        lines.append("")
    for title, table in _tables().items():
        lines += [f"## {title}", "", "| name | what it is |", "|---|---|"]
        lines += [f"| `{row.name}` | {_summary(row)} |" for row in table.values()]
        lines.append("")
    return "\n".join([*lines, *_palette_formats(), *_presets(), *_exit_codes()])


def _palette_formats() -> list[str]:
    lines = ["## Palette formats (`--save-palette`, `load_palette`)", ""]
    lines += ["| name | what it is | written | read |", "|---|---|---|---|"]
    for row in palette_table.FORMATS.values():
        marks = " | ".join("yes" if able else "" for able in (row.writes, row.reads))
        lines.append(f"| {_endings(row)} | {row.summary} | {marks} |")
    return [*lines, ""]


def _endings(row: palette_table.PaletteFormat) -> str:
    return ", ".join(f"`{ending}`" for ending in row.endings)


def palettes_page() -> str:
    """Return `palettes.md` with the table of formats as in the code."""
    text = (DOCS / "palettes.md").read_text(encoding="utf-8")
    before, mark, rest = text.partition("<!-- formats -->\n")
    _, end, after = rest.partition("<!-- /formats -->")
    lines = ["| format | endings | written | read | names | alpha |", "|---|---|---|---|---|---|"]
    for row in palette_table.FORMATS.values():
        marks = ["yes" if able else "" for able in (row.writes, row.reads, row.names)]
        cells = [f"`{row.name}`", _endings(row), *marks, ALPHA[row.alpha]]
        lines.append(f"| {' | '.join(cells)} |")
    return before + mark + "".join(f"{line}\n" for line in lines) + end + after


def dithering_page() -> str:
    """Return `dithering.md` with the table of methods as in the code."""
    text = (DOCS / "dithering.md").read_text(encoding="utf-8")
    before, mark, rest = text.partition("<!-- methods -->\n")
    _, end, after = rest.partition("<!-- end -->")
    lines = ["| method | what it is | s | at 256, 64, 16, 4 colours |", "|---|---|---|---|"]
    for name, row in dither_table.DITHERS.items():
        if not isinstance(row, Row):
            sizes = (256, 64, 16, 4)
            strengths = ", ".join(f"{ditherer.strength_of(name, None, k):.2f}" for k in sizes)
            lines.append(f"| `{name}` | {row.summary} | {row.strength:g} | {strengths} |")
    return before + mark + "".join(f"{line}\n" for line in lines) + end + after


def _exit_codes() -> list[str]:
    lines = ["## Exit codes", "", "| code | meaning |", "|---|---|"]
    return [*lines, *(f"| {code} | {meaning} |" for code, meaning in EXIT_CODES), ""]


def _presets() -> list[str]:
    names = pipeline_table.Preset._fields
    lines = ["## What an effort stands for", "", f"| effort | {' | '.join(names)} |"]
    lines.append("|---" * (1 + len(names)) + "|")
    for row in pipeline_table.EFFORTS.values():
        values = " | ".join(f"{value:,g}" for value in row.preset)
        lines += [f"| `{row.name}` | {values} |"]
    return [*lines, ""]


def _tables() -> dict[str, Mapping[str, AnyRow]]:
    return {
        "Colour spaces (`--space`)": color_table.SPACES,
        "Weights of pixels (`--weights`)": pipeline_table.WEIGHTS,
        "Methods of dithering (`--dither`)": dither_table.DITHERS,
        "Criteria (`--auto-criterion`)": pipeline_table.CRITERIA,
        "Algorithms (`--algorithm`)": kmeans_table.ALGORITHMS,
        "Efforts (`--effort`)": pipeline_table.EFFORTS,
        "Seeders (`--init`)": kmeans_table.SEEDERS,
        "Engines (`--engine`)": kmeans_table.ENGINES,
        "Metrics (`--metrics`)": pipeline_table.METRICS,
        "Orders of the palette (`--sort`)": color_table.SORTS,
        "Styles of swatches (`--swatch-style`)": swatch_table.SWATCH_STYLES,
        "Image formats (`--format`)": image_table.FORMATS,
    }


def _summary(row: AnyRow) -> str:
    """Return the summary of a method; that of a file format has its endings as well."""
    endings = getattr(row, "endings", ())
    return f"{row.summary} ({', '.join(endings)})" if endings else row.summary


def _option_row(option: GroupedOption, context: click.Context) -> str:
    names = ", ".join(f"`{name}`" for name in option.opts)
    if isinstance(option.type, click.Choice) and option.metavar is None:
        value = " " + " \\| ".join(f"`{choice}`" for choice in option.type.choices)
    else:
        value = f" {option.metavar}".replace("|", "\\|") if option.metavar else ""
    default = str(option.get_help_extra(context).get("default", "")).strip("()")
    allowed = _range(option.type)
    # methods have their own tables below
    meaning = (option.help or "").split(": ")[0] if " = " in (option.help or "") else option.help
    return f"| {names}{value} | {meaning} | {default}{allowed} |"


def _range(kind: click.ParamType) -> str:
    low, high = getattr(kind, "min", None), getattr(kind, "max", None)
    if low is None:
        return ""
    return f" ({low} to {high})" if high is not None else f" ({low} or more)"


def pictures() -> None:
    """Write the pictures of swatches, as the command makes them."""
    folder = DOCS / "pictures"
    folder.mkdir(exist_ok=True)
    palette = quantize(CHINA, 8, palette_for="eye").palette
    save_swatch(palette, folder / "china-8-swatch.png", title="china", force=True)
    for style in ("strip", "proportional", "wheel"):
        path = folder / f"swatch-{style}.png"
        save_swatch(palette, path, style=style, title="china", force=True)
    board = folder / "swatch-board.png"
    save_swatch(palette, board, style="board", image=CHINA, title="china", force=True)
    with Image.open(board) as drawn:
        drawn.reduce(2).quantize(256).save(board, optimize=True)
    order_by_hue(folder / "order-by-hue.png")


def order_by_hue(path: Path) -> None:
    """Write a picture of six palettes, each dark to light and below it by hue."""
    names = (
        "astronaut.png",
        "chelsea.png",
        "china.jpg",
        "coffee.png",
        "flower.jpg",
        "gradient.png",
    )
    wide, high, gap = 40, 48, 24
    sheet = Image.new("RGB", (32 * wide, len(names) * (2 * high + gap) - gap), "white")
    for row, name in enumerate(names):
        for line, sort in enumerate(("luminance", "hue")):
            palette = quantize(CHINA.parent / name, 32, sort=sort).palette
            top = row * (2 * high + gap) + line * high
            for place, color in enumerate(palette):
                box = (place * wide, top, (place + 1) * wide, top + high)
                sheet.paste(color[:3], box)
    sheet.save(path, optimize=True)


if __name__ == "__main__":
    (DOCS / "options.md").write_text(options_page(), encoding="utf-8")
    (DOCS / "palettes.md").write_text(palettes_page(), encoding="utf-8")
    (DOCS / "dithering.md").write_text(dithering_page(), encoding="utf-8")
    if "options" not in sys.argv[1:]:
        pictures()
