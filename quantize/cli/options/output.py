"""Options of the groups Output and Palette: which files are written, and how."""

from __future__ import annotations

from typing import Final

import click

from quantize import checks
from quantize.cli.help import option
from quantize.cli.options.helpers import DEFAULTS, choice, choices
from quantize.color.table import SORTS
from quantize.images import table as image_table
from quantize.palette_files import table as palette_table
from quantize.pipeline.table import METRICS
from quantize.swatch.table import SWATCH_ENDINGS, SWATCH_STYLES, SWATCH_THEMES

_PALETTE_ENDINGS: Final = ", ".join(
    ending for row in palette_table.FORMATS.values() if row.writes for ending in row.endings
)
_WITH_EFFORT: Final = ", ".join(row.name for row in image_table.FORMATS.values() if row.has_effort)
_WITH_PALETTES: Final = ", ".join(row.name for row in image_table.FORMATS.values() if row.palettes)


OUTPUT = (
    option(
        "Output",
        "-o",
        "--output",
        metavar="PATH",
        type=click.Path(),
        show_default="{stem}-{k}.png beside the input",
        help="A file; a folder if it exists, ends in / or there are several inputs; a pattern with "
        "{stem}, {k}, {ext} and {parent}, such as 'dist/{parent}/{stem}{ext}'; - for standard "
        "output.",
    ),
    option(
        "Output",
        "--format",
        type=click.Choice(list(image_table.FORMATS)),
        show_default="by the ending of -o; with {ext} the input's own; else png",
        help="Format of the image.",
    ),
    option("Output", "--force", is_flag=True, help="Overwrite outputs that exist."),
    option(
        "Output",
        "--skip-existing",
        is_flag=True,
        help="Keep outputs that exist, and write those that are missing.",
    ),
    option(
        "Output",
        "--update",
        is_flag=True,
        help="Write outputs that are missing, older than the input or the palette file, or made "
        "with other settings, and no others.",
    ),
    option(
        "Output",
        "--in-place",
        is_flag=True,
        help="Replace each file by its image, unless that is larger or of another format; no "
        ".json is written. A second run changes nothing.",
    ),
    option(
        "Output",
        "--backup",
        metavar="SUFFIX",
        show_default="none",
        help="Keep each file that --in-place replaces under its name with SUFFIX at its end, "
        ".orig for instance, unless there is such a file.",
    ),
    option(
        "Output",
        "--skip-if-larger",
        is_flag=True,
        help="Write nothing for an input if the image would be larger than the input.",
    ),
    option(
        "Output",
        "--copy-larger",
        is_flag=True,
        help="With --skip-if-larger, copy such an input to where -o leads, under its own ending.",
    ),
    option(
        "Output",
        "--report",
        metavar="FILE.html",
        type=click.Path(),
        show_default="none",
        help="Write a page to look at: before and after, errors, palette, steps of k-means. Of "
        "several inputs, a table that leads to their pages in FILE_files/.",
    ),
    option(
        "Output",
        "--compress",
        type=choice(image_table.COMPRESSIONS),
        default="default",
        help=choices(f"Effort to compress {_WITH_EFFORT}", image_table.COMPRESSIONS),
    ),
    option("Output", "--strip", is_flag=True, help="Drop EXIF, XMP, texts and the resolution."),
    option(
        "Output",
        "--background",
        metavar="COLOR",
        show_default="none",
        help="Put transparent images on this colour, '#rrggbb' or a name of CSS; for a gif, "
        "translucent pixels only.",
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
        help=f"Also write the palette: {_PALETTE_ENDINGS}. {{stem}}, {{k}}, {{ext}} and {{parent}} "
        "are replaced as in -o. Repeatable.",
    ),
    option(
        "Output",
        "--swatch",
        metavar="FILE",
        multiple=True,
        type=click.Path(),
        help="Draw the palette, each colour with its hex code, name and share: "
        f"{', '.join(SWATCH_ENDINGS)}. Repeatable.",
    ),
    option(
        "Output",
        "--swatch-style",
        type=choice(SWATCH_STYLES),
        default="tiles",
        help=choices("Style of the swatch", SWATCH_STYLES),
    ),
    option(
        "Output",
        "--swatch-theme",
        type=choice(SWATCH_THEMES),
        default="light",
        help=choices("Ground of the swatch", SWATCH_THEMES),
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
        help=f"Find a palette for each frame of an animation, or each page: {_WITH_PALETTES}.",
    ),
    option("Output", "--no-image", is_flag=True, help="Write no image and no .json beside it."),
    option("Output", "--no-sidecar", is_flag=True, help="Write no .json beside the image."),
    option(
        "Output",
        "--metrics",
        stage="mapping",
        type=choice(METRICS),
        default=DEFAULTS.metrics,
        help=choices("Measures of the error", METRICS),
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
        help="Of two colours nearer than this CIEDE2000, drop the rarer one; 0 drops none.",
    ),
    option(
        "Palette",
        "--medoid",
        stage="finding",
        is_flag=True,
        help="Use colours that the image has, not means of several colours.",
    ),
    option(
        "Palette",
        "--transparent-index",
        metavar="N",
        type=click.IntRange(0, checks.MAX_COLORS - 1),
        show_default="none",
        help="Place of the transparent entry; opaque images get a spare one, which counts in -k.",
    ),
    option(
        "Palette",
        "--pad",
        metavar="N",
        type=click.IntRange(1, checks.MAX_COLORS),
        show_default="none",
        help="Fill the palette up to N entries with black ones; a larger one is an error.",
    ),
    option(
        "Palette",
        "--posterize",
        stage="finding",
        metavar="BITS",
        type=click.IntRange(1, checks.BITS),
        default=DEFAULTS.posterize,
        help="Use colours of so many bits a channel, as consoles show them: 5 or 6, for instance.",
    ),
    option(
        "Palette",
        "--names",
        type=choice(palette_table.NAMES),
        default="number",
        help=choices(f"Names in {palette_table.endings('names')}", palette_table.NAMES),
    ),
    option(
        "Palette",
        "--prefix",
        metavar="TEXT",
        show_default="the name of the picture",
        help="What these names begin with.",
    ),
    option(
        "Palette",
        "--css-colors",
        type=choice(palette_table.NOTATIONS),
        default="hex",
        help=choices(
            f"Notation of colours in {palette_table.endings('css_colors')}", palette_table.NOTATIONS
        ),
    ),
    option(
        "Palette",
        "--ramps",
        is_flag=True,
        help="Add the steps 50 to 950 of each colour, from light to dark, in the same files as "
        "--names.",
    ),
    option(
        "Palette",
        "--title",
        metavar="TEXT",
        show_default="the name of the picture",
        help="Title of swatches, and of palette files that have one.",
    ),
)
