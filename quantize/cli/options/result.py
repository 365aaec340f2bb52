"""Options of the group Result: they decide the colours of the image."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import click

from quantize.cli.help import option
from quantize.cli.options.helpers import DEFAULTS, ColorCount, Quality, choice, choices
from quantize.color.table import SPACES
from quantize.dither.table import DITHERS
from quantize.pipeline.settings import AUTO, MOST_LOSSY, USUAL_LOSSY
from quantize.pipeline.table import CRITERIA, PURPOSES, WEIGHTS

MOST_FOR_EYE: Final = 16
"""Colours of a palette that is to be looked at, where nothing else is said: a row of swatches."""

_FOR_IMAGE: Final = ("space", "weights", "engine", "algorithm", "init", "medoid")
"""Options of those who have a method in mind."""


def purpose(options: Mapping[str, Any], is_given: Callable[[str], bool]) -> str:
    """Return what the palette is for: without an image, if it is small, to be looked at.

    Args:
        options: all options with their values.
        is_given: tells whether one is on the command line.
    """
    if options["palette_for"] is not None:
        return str(options["palette_for"])
    several = options["shared_palette"] or options["from_images"]
    searched = options["max_error"] is not None or options["quality"] is not None
    if not options["no_image"] or options["use_palette"] is not None or several or searched:
        return DEFAULTS.palette_for
    small = options["colors"] != AUTO and int(options["colors"]) <= MOST_FOR_EYE
    return "eye" if small and not any(map(is_given, _FOR_IMAGE)) else DEFAULTS.palette_for


RESULT = (
    option(
        "Result",
        "-k",
        "--colors",
        stage="choosing",
        metavar="N|auto",
        type=ColorCount(),
        default=DEFAULTS.colors,
        show_default=f"{DEFAULTS.colors}; auto with --max-error or --quality",
        help="Size of the palette, 1 to 256; auto chooses it, see --auto-criterion.",
    ),
    option(
        "Result",
        "--max-error",
        stage="finding",
        metavar="X",
        type=click.FloatRange(min=0),
        show_default="none",
        help="The smallest palette whose mean CIEDE2000 is at most X; with -k N of at most N.",
    ),
    option(
        "Result",
        "--quality",
        stage="finding",
        metavar="MIN-MAX",
        type=Quality(),
        show_default="none",
        help="As few colours as reach MAX on pngquant's scale, 0 to 100; with -k N at most N. "
        "Below MIN nothing is written, and the exit code is 99.",
    ),
    option(
        "Result",
        "--or-best",
        stage="finding",
        is_flag=True,
        help="With --max-error or --quality: where that cannot be reached, write what comes "
        "nearest.",
    ),
    option(
        "Result",
        "--auto-criterion",
        stage="finding",
        type=choice(CRITERIA),
        show_default="knee",
        help=choices("Criterion for the size with -k auto", CRITERIA),
    ),
    option(
        "Result",
        "--palette-for",
        stage="finding",
        type=choice(PURPOSES),
        show_default="image; eye with --no-image and -k of up to 16",
        help=choices("What the palette is for", PURPOSES),
    ),
    option(
        "Result",
        "--keep-color",
        stage="finding",
        metavar="COLOR",
        multiple=True,
        help="A colour that the palette has exactly, '#rrggbb' or a name of CSS; k-means finds the "
        "others. Repeatable.",
    ),
    option(
        "Result",
        "--use-palette",
        metavar="FILE",
        type=click.Path(),
        show_default="none",
        help="Use the colours of this palette file or image, in their order; an indexed image has "
        "its own table. With -k N the N of them that suit the image best. A transparent entry is "
        "added at the end where the picture needs one and the palette has none.",
    ),
    option(
        "Result",
        "--space",
        stage="mapping",
        type=choice(SPACES),
        default=DEFAULTS.space,
        show_default=f"{DEFAULTS.space}; weighted with --quality, lab with --palette-for eye",
        help=choices("Colour space that k-means runs in", SPACES),
    ),
    option(
        "Result",
        "--weights",
        stage="choosing",
        type=choice(WEIGHTS),
        default=DEFAULTS.weights,
        help=choices("How much each pixel counts", WEIGHTS),
    ),
    option(
        "Result",
        "--dither",
        stage="mapping",
        type=choice(DITHERS),
        default=DEFAULTS.dither,
        metavar="METHOD",
        help="Mix colours that the palette lacks, pixel by pixel; methods are listed below.",
    ),
    option(
        "Result",
        "--dither-strength",
        stage="mapping",
        metavar="X",
        type=click.FloatRange(0, 1),
        show_default="by method; 1 with --use-palette",
        help="Share of the error that is corrected by dithering; less gives fewer dots.",
    ),
    option(
        "Result",
        "--lossy",
        stage="mapping",
        metavar="[N]",
        alone=f"{USUAL_LOSSY}",
        type=click.FloatRange(0, MOST_LOSSY),
        default=DEFAULTS.lossy,
        help="Smaller files: pixels take the entry of a neighbour where that is hardly seen. "
        "Up to 40 each ten cost about a point of SSIMULACRA 2; "
        f"{USUAL_LOSSY} where no number follows.",
    ),
)
