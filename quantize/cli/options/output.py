"""Options on what is written, and on the palette's colours."""

from __future__ import annotations

import click

from quantize import checks
from quantize.cli.help import option
from quantize.cli.options.helpers import DEFAULTS, choice, choices
from quantize.color.table import SORTS
from quantize.images import table as image_table
from quantize.palette_files import table as palette_table
from quantize.pipeline.table import METRICS
from quantize.swatch.table import SWATCH_STYLES

_FORMAT_NAMES = ", ".join(image_table.FORMATS)
_PALETTE_ENDINGS = ", ".join(
    ending for row in palette_table.FORMATS.values() if row.writes for ending in row.endings
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
        type=click.Choice(list(image_table.FORMATS)),
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
        "--skip-if-larger",
        is_flag=True,
        help="Write nothing of an input whose image would be larger than it.",
    ),
    option(
        "Output",
        "--compress",
        type=choice(image_table.COMPRESSIONS),
        default="default",
        help=choices("Effort of the writer of png, webp and tiff", image_table.COMPRESSIONS),
    ),
    option("Output", "--strip", is_flag=True, help="Drop EXIF, XMP, texts and the resolution."),
    option(
        "Output",
        "--background",
        metavar="'#rrggbb'",
        show_default="none",
        help="Put transparent pictures on this colour; of a gif what is half transparent.",
    ),
    option(
        "Output",
        "--max-pixels",
        metavar="N",
        type=click.IntRange(min=1),
        default=checks.DEFAULT_MAX_PIXELS,
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
        type=choice(SWATCH_STYLES),
        default="tiles",
        help=choices("How it is drawn", SWATCH_STYLES),
    ),
    option(
        "Output",
        "--sort",
        stage="finding",
        type=choice(SORTS),
        default=DEFAULTS.sort,
        help=choices("Order of the palette", SORTS),
    ),
    option(
        "Output",
        "--palette-per-frame",
        stage="finding",
        is_flag=True,
        help="Find a palette for each frame of an animation, or page: gif, webp, tiff.",
    ),
    option("Output", "--no-image", is_flag=True, help="Write no image."),
    option("Output", "--no-sidecar", is_flag=True, help="Write no .json beside the image."),
    option(
        "Output",
        "--metrics",
        stage="mapping",
        type=choice(METRICS),
        default=DEFAULTS.metrics,
        help=choices("Figures of the error", METRICS),
    ),
)

PALETTE = (
    option(
        "Palette",
        "--merge-distance",
        stage="merging",
        metavar="DE",
        type=click.FloatRange(min=0),
        default=DEFAULTS.merge_distance,
        help="Of two colours nearer than this CIEDE2000, drop the rarer one; 0 for none.",
    ),
    option(
        "Palette",
        "--medoid",
        stage="finding",
        is_flag=True,
        help="Take colours that the image has, not means of some.",
    ),
)
