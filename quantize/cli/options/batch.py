"""Options of many inputs, and of what is said."""

from __future__ import annotations

import os

import click

from quantize.cli.help import option
from quantize.cli.options.helpers import choice, choices
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


BATCH = (
    option("Batch", "-r", "--recursive", is_flag=True, help="Look into the subfolders of folders."),
    option(
        "Batch",
        "-j",
        "--jobs",
        metavar="N",
        type=click.IntRange(min=1),
        show_default="all cores, for more than a second's work",
        help="Images at the same time, each in a process and on one thread.",
    ),
    option(
        "Batch",
        "--cluster",
        metavar="ADDRESS",
        show_default="none",
        help="Work on the Dask cluster of this scheduler, on storage that its machines share; "
        "local starts one here.",
    ),
    option("Batch", "--fail-fast", is_flag=True, help="Begin no other image once one has failed."),
    option("Batch", "--dry-run", is_flag=True, help="Say what would be done, and do nothing."),
    option(
        "Batch",
        "--shared-palette",
        stage="finding",
        is_flag=True,
        help="One palette for all images; its files and swatches are written once.",
    ),
    option(
        "Batch",
        "--shared-weight",
        stage="finding",
        type=choice(SHARED_WEIGHTS),
        show_default="image",
        help=choices("What counts for it", SHARED_WEIGHTS),
    ),
    option(
        "Batch",
        "--from-images",
        stage="finding",
        metavar="DIR",
        multiple=True,
        type=click.Path(),
        help="Find the shared palette in these images, not in those it is used on. Repeatable.",
    ),
    option(
        "Batch",
        "--summary",
        metavar="FILE.csv",
        type=click.Path(),
        show_default="none",
        help="Write a table with a row an image, for a spreadsheet.",
    ),
)

INFORMATION = (
    option(
        "Information",
        "--json",
        "as_json",
        is_flag=True,
        help="Print one JSON object an input in place of the summary.",
    ),
    option("Information", "-q", "--quiet", is_flag=True, help="Print nothing but errors."),
    option(
        "Information",
        "-v",
        "--verbose",
        is_flag=True,
        help="Print the palette and the seconds by stage as well.",
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
