"""Options that palette files, swatches or formats of images have no use for; they are refused."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

import click

from quantize.images.table import FORMATS
from quantize.palette_files import table

OF_VARIABLES: Final = ("names", "prefix", "css_colors", "ramps")


def refuse(given: Collection[str], options: dict[str, Any]) -> None:
    """Refuse what no palette file and no swatch of the command takes.

    Args:
        given: names of the options on the command line.
        options: all options with their values.

    Raises:
        click.UsageError: an option would have no effect, or the prefix has no letter.
    """
    written = table.written(options["save_palette"])
    for name in OF_VARIABLES:
        if name in given and not any(name in row.takes for row in written):
            option = name.replace("_", "-")
            raise click.UsageError(f"--{option} is for --save-palette with {table.endings(name)}")
    if "title" in given and not (options["swatch"] or any(row.title for row in written)):
        raise click.UsageError("--title is for --swatch, and for palette files that have a title")
    for name in ("swatch_style", "swatch_theme"):
        if name in given and not options["swatch"]:
            raise click.UsageError(f"--{name.replace('_', '-')} is for --swatch")
    if "prefix" in given:
        from quantize.palette_files import identifiers

        identifiers.check("prefix", options["prefix"])


def refuse_in_formats(
    formats: Collection[str], options: dict[str, Any], *, compresses: bool
) -> None:
    """Refuse what the formats of the images have no use for.

    Args:
        formats: names of those that are written; none without images.
        options: all options with their values.
        compresses: whether `--compress` is on the command line.

    Raises:
        click.UsageError: an option would have no effect.
    """
    idle = [name for name in sorted(formats) if not FORMATS[name].has_effort]
    if compresses and idle and len(idle) == len(formats):
        raise click.UsageError(f"--compress has no effect on {idle[0]}")
    if not options["lossy"]:
        return
    if not formats:
        raise click.UsageError("--lossy is for the image, and --no-image writes none")
    for name in sorted(formats):
        if not FORMATS[name].compresses:
            raise click.UsageError(f"--lossy saves nothing in a {name}, which is not compressed")
