"""Options that decide the colours."""

from __future__ import annotations

import click

from quantize.cli.help import option
from quantize.cli.options.helpers import DEFAULTS, ColorCount, choice, choices
from quantize.color.table import SPACES
from quantize.dither.table import DITHERS
from quantize.pipeline.table import CRITERIA, WEIGHTS

RESULT = (
    option(
        "Result",
        "-k",
        "--colors",
        stage="finding",
        metavar="N|auto",
        type=ColorCount(),
        default=DEFAULTS.colors,
        help="Size of the palette, 1 to 256; auto: see the two options that follow.",
    ),
    option(
        "Result",
        "--max-error",
        stage="finding",
        metavar="X",
        type=click.FloatRange(min=0),
        show_default="none",
        help="Take the smallest palette whose mean CIEDE2000 is at most X; with -k auto.",
    ),
    option(
        "Result",
        "--auto-criterion",
        stage="finding",
        type=choice(CRITERIA),
        show_default="knee",
        help=choices("How -k auto chooses", CRITERIA),
    ),
    option(
        "Result",
        "--keep-color",
        stage="finding",
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
        stage="mapping",
        type=choice(SPACES),
        default=DEFAULTS.space,
        help=choices("Colour space that k-means runs in", SPACES),
    ),
    option(
        "Result",
        "--weights",
        stage="finding",
        type=choice(WEIGHTS),
        default=DEFAULTS.weights,
        help=choices("What a pixel counts", WEIGHTS),
    ),
    option(
        "Result",
        "--dither",
        stage="mapping",
        type=choice(DITHERS),
        default=DEFAULTS.dither,
        metavar="METHOD",
        help="Mix what the palette lacks, pixel by pixel; the methods are listed below.",
    ),
    option(
        "Result",
        "--dither-strength",
        stage="mapping",
        metavar="X",
        type=click.FloatRange(0, 1),
        show_default="what suits the method; 1 with --use-palette",
        help="How much of the error dithering makes good; less means fewer dots.",
    ),
)
