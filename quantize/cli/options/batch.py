"""Options of the groups Batch and Information: many inputs, and what is printed."""

from __future__ import annotations

import os

import click

from quantize.cli.help import option
from quantize.cli.options.helpers import Part, choice, choices
from quantize.pipeline.table import SHARED_WEIGHTS


def _version(ctx: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        from quantize import __version__

        click.echo(f"quantize {__version__} ({_active_kernels()} kernels)")
        ctx.exit()


def _active_kernels() -> str:
    """Return which kernels a run would use; NumPy is not loaded where the extension is there."""
    from importlib.machinery import PathFinder

    import quantize

    folders = [f"{folder}/kernels" for folder in quantize.__path__]
    if os.environ.get("QUANTIZE_KERNELS", "") in {"", "auto", "compiled"} and PathFinder.find_spec(
        "_compiled", folders
    ):
        return "compiled"
    from quantize import kernels  # it knows what is missing or misspelt

    return kernels.ACTIVE


def _short_help(ctx: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        from quantize.cli import short_help  # for those who ask for it

        short_help.show(ctx)
        ctx.exit()


BATCH = (
    option(
        "Batch",
        "--files-from",
        metavar="FILE",
        type=click.Path(),
        show_default="none",
        help="Take the inputs from a list, a name a line; - for standard input. A .csv has a "
        "header with input, and output or any option: each row its own colors.",
    ),
    option(
        "Batch",
        "-0",
        "--null",
        is_flag=True,
        help="Names in --files-from end in NUL, not in lines.",
    ),
    option(
        "Batch",
        "--shard",
        metavar="I/N",
        type=Part(),
        show_default="all rows",
        help="Do every Nth row of --files-from: 1/N to N/N on N machines.",
    ),
    option("Batch", "-r", "--recursive", is_flag=True, help="Include the subfolders of folders."),
    option(
        "Batch",
        "-j",
        "--jobs",
        metavar="N",
        type=click.IntRange(min=1),
        show_default="all cores, if the work takes more than a second",
        help="Number of images at the same time, each in a process with one thread.",
    ),
    option(
        "Batch",
        "--cluster",
        metavar="ADDRESS",
        show_default="none",
        help="Use the Dask cluster of this scheduler; its machines share the files. "
        "local starts a cluster here.",
    ),
    option(
        "Batch",
        "--preset",
        metavar="NAME",
        show_default="none",
        help="Take the set [presets.NAME] of quantize.toml, or of [tool.quantize] in "
        "pyproject.toml.",
    ),
    option(
        "Batch",
        "--no-config",
        is_flag=True,
        help="Read no quantize.toml and no pyproject.toml.",
    ),
    option("Batch", "--fail-fast", is_flag=True, help="Begin no other image after a failure."),
    option("Batch", "--dry-run", is_flag=True, help="Print what would be done, and do nothing."),
    option(
        "Batch",
        "--shared-palette",
        stage="choosing",
        is_flag=True,
        help="Use one palette for all images; its files and swatches are written once.",
    ),
    option(
        "Batch",
        "--shared-weight",
        stage="choosing",
        type=choice(SHARED_WEIGHTS),
        show_default="image",
        help=choices("Weight of each image in the shared palette", SHARED_WEIGHTS),
    ),
    option(
        "Batch",
        "--from-images",
        stage="choosing",
        metavar="DIR",
        multiple=True,
        type=click.Path(),
        help="Find the shared palette in these images instead of the inputs. Repeatable.",
    ),
    option(
        "Batch",
        "--summary",
        metavar="FILE.csv",
        type=click.Path(),
        show_default="none",
        help="Write a table with a row for each image, for spreadsheets.",
    ),
)

INFORMATION = (
    option(
        "Information",
        "--json",
        "as_json",
        is_flag=True,
        help="Print a JSON object for each input instead of the summary.",
    ),
    option("Information", "-q", "--quiet", is_flag=True, help="Print only errors."),
    option(
        "Information",
        "-v",
        "--verbose",
        is_flag=True,
        help="Print more of each input: the palette, and the seconds of each stage.",
    ),
    option(
        "Information",
        "-h",
        "short_help",
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=_short_help,
        help="Print one screen with the options that people use most.",
    ),
    option(
        "Information",
        "--version",
        is_flag=True,
        is_eager=True,
        expose_value=False,
        callback=_version,
        help="Print the version and the kernels in use.",
    ),
)
