"""The tables of k-means: seeders, algorithms and engines."""

from __future__ import annotations

from typing import Final, NamedTuple

from quantize.checks import Row, Table


class Seeder(NamedTuple):
    """A method that finds the first centroids.

    Attributes:
        name, summary, target: see `checks.Row`; the target is a `seeding.Seeder`.
        is_random: whether a second run starts from other centroids than the first.
    """

    name: str
    summary: str
    target: str
    is_random: bool = True


SEEDERS: Final = Table(
    (
        Seeder(
            "k-means++",
            "random and far apart: the best of several candidates in each step",
            "quantize.kmeans.seeding:kmeans_plus_plus",
        ),
        Seeder(
            "random",
            "random colours, drawn by their share of the picture",
            "quantize.kmeans.seeding:random",
        ),
        Seeder(
            "wu",
            "boxes cut where the variance falls most, without randomness (Wu 1992)",
            "quantize.kmeans.seeding:wu",
            is_random=False,
        ),
    )
)
"""Methods that find the first centroids."""

ALGORITHMS: Final = Table(
    (
        Row(
            "full",
            "Lloyd's k-means on all distinct colours, weighted by their counts",
            "quantize.kmeans.algorithms:full",
        ),
        Row(
            "mini-batch",
            "k-means on small random batches (Sculley 2010)",
            "quantize.kmeans.algorithms:mini_batch",
        ),
    )
)
"""Algorithms that move centroids; a target is an `algorithms.Algorithm`."""


class Engine(NamedTuple):
    """An implementation of k-means.

    Attributes:
        name, summary, target: see `checks.Row`; the target does all runs with a problem, options
            and a function that finds the first seeds. It is empty for our own engine.
        package: the import name of the optional package that it needs; empty for none.
        extra: the extra of this package that installs it.
        keeps_colors: whether some centroids can be fixed.
    """

    name: str
    summary: str
    target: str = ""
    package: str = ""
    extra: str = ""
    keeps_colors: bool = True


ENGINES: Final = Table(
    (
        Engine("internal", "k-means of this package"),
        Engine(
            "scikit-learn",
            "k-means of scikit-learn, for comparison (needs the 'sklearn' extra)",
            "quantize.kmeans.sklearn_backend:cluster",
            package="sklearn",
            extra="sklearn",
            keeps_colors=False,
        ),
    )
)
"""Implementations of k-means."""
