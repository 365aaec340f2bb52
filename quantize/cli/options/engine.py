"""Options of the group Engine: how k-means runs."""

from __future__ import annotations

import click

from quantize import checks
from quantize.cli.help import option
from quantize.cli.options.helpers import DEFAULTS, by_effort, choice, choices
from quantize.kmeans.table import ALGORITHMS, ENGINES, SEEDERS
from quantize.pipeline.table import EFFORTS

ENGINE = (
    option(
        "Engine",
        "--effort",
        stage="finding",
        type=choice(EFFORTS),
        default=DEFAULTS.effort,
        help=choices("Time to spend on quality", EFFORTS),
    ),
    option(
        "Engine",
        "--algorithm",
        stage="finding",
        type=choice(ALGORITHMS),
        default=DEFAULTS.algorithm,
        help=choices("Algorithm", ALGORITHMS),
    ),
    option(
        "Engine",
        "--batch-size",
        stage="finding",
        metavar="N",
        type=click.IntRange(1, checks.MAX_BATCH),
        default=DEFAULTS.batch_size,
        help="Number of colours in a batch of --algorithm mini-batch.",
    ),
    option(
        "Engine",
        "--init",
        stage="finding",
        type=choice(SEEDERS),
        default=DEFAULTS.init,
        help=choices("Method for the first centroids", SEEDERS),
    ),
    option(
        "Engine",
        "--n-init",
        stage="finding",
        metavar="N",
        type=click.IntRange(min=1),
        show_default=by_effort("n_init"),
        help="Number of runs; the best is kept. With --init wu, later runs start from k-means++.",
    ),
    option(
        "Engine",
        "--max-iter",
        stage="finding",
        metavar="N",
        type=click.IntRange(min=1),
        show_default=by_effort("max_iter"),
        help="Maximum number of iterations of a run; for mini-batch, of passes.",
    ),
    option(
        "Engine",
        "--tol",
        stage="finding",
        metavar="X",
        type=click.FloatRange(min=0),
        show_default=by_effort("tol"),
        help="Stop when the centroids move less than X, relative to the variance of the image.",
    ),
    option(
        "Engine",
        "--search",
        stage="finding",
        metavar="N",
        type=click.IntRange(min=0),
        show_default=by_effort("search"),
        help="Rounds of the search beyond the local optimum of k-means; 0 for none.",
    ),
    option(
        "Engine",
        "--cells",
        stage="finding",
        metavar="N",
        type=click.IntRange(min=1),
        show_default=by_effort("cells"),
        help="Use about N cells of neighbouring colours for the first centroids and the search.",
    ),
    option(
        "Engine",
        "--sample",
        stage="finding",
        metavar="N",
        type=click.IntRange(min=1),
        show_default="all pixels",
        help="Find the palette on N random pixels; all pixels are mapped and measured.",
    ),
    option(
        "Engine",
        "--seed",
        stage="finding",
        metavar="N",
        type=click.IntRange(min=0),
        default=DEFAULTS.seed,
        help="Seed of the random generator; the same seed gives the same bytes.",
    ),
    option(
        "Engine",
        "--threads",
        metavar="N",
        type=click.IntRange(min=1),
        show_default="all cores",
        help="Maximum number of threads; changes no result.",
    ),
    option(
        "Engine",
        "--engine",
        stage="finding",
        type=choice(ENGINES),
        default=DEFAULTS.engine,
        help=choices("Implementation of k-means", ENGINES),
    ),
)
