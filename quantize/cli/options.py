"""What can be said on the command line; choices and their help come from the library's tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any, Final

import click

from quantize import formats, palettes
from quantize import settings as table
from quantize.cli.help import option

DEFAULTS: Final = table.Settings()


def _choices(what: str, methods: Mapping[str, str]) -> str:
    """`what`, then each name with what it is."""
    if len(methods) == 1:
        return what
    return f"{what}: " + "; ".join(f"{name} = {summary}" for name, summary in methods.items())


def _choice(methods: Mapping[str, str]) -> click.Choice[str]:
    return click.Choice(list(methods))


def _by_effort(name: str) -> str:
    """What each effort sets an option to."""
    values = (f"{getattr(preset, name):,g}" for preset in table.PRESETS.values())
    return f"{' / '.join(values)} by --effort"


class ColorCount(click.ParamType[Any]):
    """A number of colours, or `auto`."""

    name = "colors"
    min, max = 1, table.MAX_COLORS

    def convert(
        self, value: Any, parameter: click.Parameter | None, ctx: click.Context | None
    ) -> Any:
        """The number, or `"auto"`."""
        if value == table.AUTO:
            return value
        try:
            number = int(value)
        except ValueError:
            self.fail(f"{value!r} is neither a whole number nor {table.AUTO!r}.", parameter, ctx)
        if not self.min <= number <= self.max:
            self.fail(f"{number} is not in the range {self.min}<=x<={self.max}.", parameter, ctx)
        return number


_FORMAT_NAMES = ", ".join(formats.FORMATS)
_PALETTE_ENDINGS = ", ".join(
    ending for row in palettes.FORMATS if row.writes for ending in row.endings
)


def _version(ctx: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        from quantize import __version__, kernels

        click.echo(f"quantize {__version__} ({kernels.ACTIVE} kernels)")
        ctx.exit()


RESULT = (
    option(
        "Result",
        "-k",
        "--colors",
        metavar="N|auto",
        type=ColorCount(),
        default=DEFAULTS.colors,
        help="Size of the palette, 1 to 256; auto: see the two options that follow.",
    ),
    option(
        "Result",
        "--max-error",
        metavar="X",
        type=click.FloatRange(min=0),
        show_default="none",
        help="Take the smallest palette whose mean CIEDE2000 is at most X; with -k auto.",
    ),
    option(
        "Result",
        "--auto-criterion",
        type=_choice(table.CRITERIA),
        show_default="knee",
        help=_choices("How -k auto chooses", table.CRITERIA),
    ),
    option(
        "Result",
        "--keep-color",
        metavar="'#rrggbb'",
        multiple=True,
        help="A colour that the palette has exactly; k-means finds the others. Repeatable.",
    ),
    option(
        "Result",
        "--use-palette",
        metavar="FILE",
        type=click.Path(),
        show_default="none",
        help="Find no colours, take those of this palette file or picture, in their order.",
    ),
    option(
        "Result",
        "--space",
        type=_choice(table.SPACES),
        default=DEFAULTS.space,
        help=_choices("Colour space that k-means runs in", table.SPACES),
    ),
)

ENGINE = (
    option(
        "Engine",
        "--effort",
        type=_choice(table.EFFORTS),
        default=DEFAULTS.effort,
        help=_choices("What to spend on quality", table.EFFORTS),
    ),
    option(
        "Engine",
        "--algorithm",
        type=_choice(table.ALGORITHMS),
        default=DEFAULTS.algorithm,
        help=_choices("How centroids are refined", table.ALGORITHMS),
    ),
    option(
        "Engine",
        "--batch-size",
        metavar="N",
        type=click.IntRange(1, table.MAX_BATCH),
        default=DEFAULTS.batch_size,
        help="Pixels in a batch of --algorithm mini-batch.",
    ),
    option(
        "Engine",
        "--init",
        type=_choice(table.SEEDERS),
        default=DEFAULTS.init,
        help=_choices("How the first centroids are found", table.SEEDERS),
    ),
    option(
        "Engine",
        "--n-init",
        metavar="N",
        type=click.IntRange(min=1),
        show_default=_by_effort("n_init"),
        help="Runs, of which the best is kept; those after wu start from k-means++.",
    ),
    option(
        "Engine",
        "--max-iter",
        metavar="N",
        type=click.IntRange(min=1),
        show_default=_by_effort("max_iter"),
        help="Most iterations of a run; of mini-batch, most passes.",
    ),
    option(
        "Engine",
        "--tol",
        metavar="X",
        type=click.FloatRange(min=0),
        show_default=_by_effort("tol"),
        help="Stop once the centroids move less, relative to the variance of the image.",
    ),
    option(
        "Engine",
        "--search",
        metavar="N",
        type=click.IntRange(min=0),
        show_default=_by_effort("search"),
        help="Rounds of the search beyond the local optimum of k-means; 0 for none.",
    ),
    option(
        "Engine",
        "--cells",
        metavar="N",
        type=click.IntRange(min=1),
        show_default=_by_effort("cells"),
        help="Seeds and search see about so many cells of neighbouring colours.",
    ),
    option(
        "Engine",
        "--sample",
        metavar="N",
        type=click.IntRange(min=1),
        show_default="all pixels",
        help="Find the colours on N random pixels; all are mapped and measured.",
    ),
    option(
        "Engine",
        "--seed",
        metavar="N",
        type=click.IntRange(min=0),
        default=DEFAULTS.seed,
        help="Of the random generator; the same seed gives the same bytes.",
    ),
    option(
        "Engine",
        "--threads",
        metavar="N",
        type=click.IntRange(min=1),
        show_default="all cores",
        help="Most threads to use; changes no result.",
    ),
    option(
        "Engine",
        "--engine",
        type=_choice(table.ENGINES),
        default=DEFAULTS.engine,
        help=_choices("Whose k-means", table.ENGINES),
    ),
)

OUTPUT = (
    option(
        "Output",
        "-o",
        "--output",
        metavar="PATH",
        type=click.Path(),
        show_default="{stem}-{k}.png beside the input",
        help="A file; a folder, if it exists, ends in / or there are several inputs; "
        "- for standard output.",
    ),
    option(
        "Output",
        "--format",
        type=click.Choice(list(formats.FORMATS)),
        show_default="by the ending of -o, else png",
        help="Format of the image.",
    ),
    option("Output", "--force", is_flag=True, help="Overwrite outputs that exist."),
    option(
        "Output",
        "--skip-existing",
        is_flag=True,
        help="Keep outputs that exist, write those that are missing.",
    ),
    option(
        "Output",
        "--max-pixels",
        metavar="N",
        type=click.IntRange(min=1),
        default=table.DEFAULT_MAX_PIXELS,
        help="Refuse larger images, which may be decompression bombs.",
    ),
    option(
        "Output",
        "--save-palette",
        metavar="FILE",
        multiple=True,
        type=click.Path(),
        help=f"Write the palette as well: {_PALETTE_ENDINGS}. {{stem}} and {{k}} are filled in. "
        "Repeatable.",
    ),
    option(
        "Output",
        "--swatch",
        metavar="FILE",
        multiple=True,
        type=click.Path(),
        help="Draw the palette, each colour with its code, name and share: .png, .svg. Repeatable.",
    ),
    option(
        "Output",
        "--swatch-style",
        type=_choice(table.SWATCH_STYLES),
        default="tiles",
        help=_choices("How it is drawn", table.SWATCH_STYLES),
    ),
    option(
        "Output",
        "--sort",
        type=_choice(table.SORTS),
        default=DEFAULTS.sort,
        help=_choices("Order of the palette", table.SORTS),
    ),
    option("Output", "--no-image", is_flag=True, help="Write no image."),
    option("Output", "--no-sidecar", is_flag=True, help="Write no .json beside the image."),
    option(
        "Output",
        "--metrics",
        type=_choice(table.METRICS),
        default=DEFAULTS.metrics,
        help=_choices("Figures of the error", table.METRICS),
    ),
)

PALETTE = (
    option(
        "Palette",
        "--merge-distance",
        metavar="DE",
        type=click.FloatRange(min=0),
        default=DEFAULTS.merge_distance,
        help="Of two colours nearer than this CIEDE2000, drop the rarer one; 0 for none.",
    ),
    option(
        "Palette",
        "--medoid",
        is_flag=True,
        help="Take colours that the image has, not means of some.",
    ),
)

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
        is_flag=True,
        help="One palette for all images; its files and swatches are written once.",
    ),
    option(
        "Batch",
        "--shared-weight",
        type=_choice(table.SHARED_WEIGHTS),
        show_default="image",
        help=_choices("What counts for it", table.SHARED_WEIGHTS),
    ),
    option(
        "Batch",
        "--from-images",
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

ARGUMENTS = (click.argument("inputs", metavar="INPUTS...", nargs=-1, type=click.Path()),)


def all_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Decorate a function with every option and argument, in the order of the help."""
    parameters = (*ARGUMENTS, *RESULT, *ENGINE, *OUTPUT, *PALETTE, *BATCH, *INFORMATION)
    return reduce(lambda decorated, add: add(decorated), reversed(parameters), function)
