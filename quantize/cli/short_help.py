"""`-h`: one screen with the options that people use most."""

from __future__ import annotations

from typing import Final

import click

WIDTH: Final = 80
"""Columns that every terminal has."""

MOST: Final = (
    ("--colors", "size of the palette, 1 to 256; 64 unless told"),
    ("--max-error", "as few colours as keep the mean CIEDE2000 within X"),
    ("--quality", "as few colours as reach MAX on pngquant's scale"),
    ("--keep-color", "a colour that the palette has exactly: '#ff0000', red"),
    ("--use-palette", "take the colours of a palette file or an image"),
    ("--dither", "mix colours pixel by pixel: floyd-steinberg, bayer-8 …"),
    ("--effort", "fast, balanced or best"),
    ("--output", "a file, a folder, a pattern as 'out/{stem}{ext}', or -"),
    ("--format", "png, gif, webp, tiff or bmp"),
    ("--in-place", "replace files by their smaller selves"),
    ("--force", "overwrite outputs that exist"),
    ("--compress", "fast, default or best"),
    ("--strip", "drop EXIF, XMP, texts and the resolution"),
    ("--save-palette", "also write the palette: .gpl, .ase, .css, .json …"),
    ("--swatch", "draw the palette: .png or .svg"),
    ("--no-image", "write no image"),
    ("--recursive", "include the subfolders of folders"),
    ("--dry-run", "print what would be done, and do nothing"),
    ("--json", "print a JSON object for each input"),
    ("--verbose", "print more: the palette, the seconds of each stage"),
)
"""Options and what they do, in as many words as fit beside them on one line."""


def show(ctx: click.Context) -> None:
    """Print the screen."""
    options = {option.opts[-1]: option for option in ctx.command.params}
    rows = []
    for name, text in MOST:
        option = options[name]
        value = (
            "" if getattr(option, "is_flag", False) else f" {option.metavar or 'NAME'}"
        )  # the names of a list are too long
        rows.append((f"{', '.join(option.opts)}{value}", text))
    first = max(len(names) for names, _ in rows)
    click.echo("Usage: quantize [OPTIONS] INPUTS...    Fewer colours, by k-means.")
    for names, text in rows:
        click.echo(f"  {names:<{first}}  {text}")
    click.echo("All options, examples and exit codes: quantize --help")
