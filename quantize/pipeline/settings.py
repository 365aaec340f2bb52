"""What a run can be told: one frozen `Settings`, its limits, and the names of the methods.

The tables below are the vocabulary that the command line, the docs and the tests read: a name and
what it is, in one line. The functions behind the names live in their own modules, in tables with
the same keys (a test holds them together), so that `--help` and shell completion need no NumPy:

    SPACES      colorspace.SPACES           ALGORITHMS  clustering.ALGORITHMS
    WEIGHTS     importance.WEIGHTS
    DITHERS     dither.DITHERS
    SEEDERS     seeding.SEEDERS             ENGINES     clustering.ENGINES
    EFFORTS     PRESETS, here               SORTS       ordering.ORDERS
    METRICS     (two levels, no functions)  SWATCH_STYLES  report.swatch.STYLES
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from quantize.checks import MAX_BATCH, MAX_COLORS, _choice, _number_from_0, hex_color, whole_number
from quantize.errors import SettingError

if TYPE_CHECKING:
    from quantize.kmeans.problem import ClusterOptions

DEFAULT_COLORS: Final = 64

AUTO: Final = "auto"
"""In place of a number of colours."""


SPACES: Final[Mapping[str, str]] = {
    "srgb": "8-bit sRGB as it is stored; the least mean squared error",
    "weighted": "the same with green counted more, as it is seen more",
    "linear": "light; what is dark gets few colours",
    "oklab": "lightness and two hues as they are seen (Ottosson 2020)",
    "lab": "the same of the CIE, D65 (1976)",
}
WEIGHTS: Final[Mapping[str, str]] = {
    "uniform": "each pixel counts the same",
    "contrast": "calm places, where errors are seen, count more than noise and texture",
}
DITHERS: Final[Mapping[str, str]] = {
    "none": "each pixel gets its nearest colour",
    "floyd-steinberg": "error diffusion, the classic: fine grain (1976)",
    "floyd-steinberg-serpentine": "the same, every other row backwards: less of a drift; slower",
    "jarvis-judice-ninke": "error diffusion over three rows: coarser and calmer (1976)",
    "stucki": "as the one before, a little crisper (1981)",
    "burkes": "error diffusion over two rows (1988)",
    "sierra": "error diffusion over three rows (1989)",
    "sierra-two-row": "error diffusion over two rows (1990)",
    "sierra-lite": "error diffusion with three neighbours (1990)",
    "atkinson": "error diffusion that drops a quarter: clean lights and darks (1984)",
    "bayer-2": "ordered: a mix of 4 entries, the coarsest pattern (Bayer 1973)",
    "bayer-4": "ordered: a mix of 16",
    "bayer-8": "ordered: a mix of 64",
    "bayer-16": "ordered: a mix of 256",
    "clustered-dot": "ordered: dots that grow, as in print",
    "blue-noise": "ordered: without a pattern (void and cluster, Ulichney 1993)",
}
SEEDERS: Final[Mapping[str, str]] = {
    "k-means++": "spread out at random, the best of several candidates a step",
    "random": "colours drawn at random by their share of the picture",
    "wu": "boxes cut where the variance falls most; no chance in it",
}
ALGORITHMS: Final[Mapping[str, str]] = {
    "full": "Lloyd's k-means on all distinct colours, weighted by their counts",
    "mini-batch": "k-means on small random batches (Sculley 2010)",
}
ENGINES: Final[Mapping[str, str]] = {
    "internal": "the engine of this package",
    "scikit-learn": "scikit-learn's, for comparison; needs the 'sklearn' extra",
}
EFFORTS: Final[Mapping[str, str]] = {
    "fast": "Lloyd's k-means from a good start, stopped early",
    "balanced": "with a search beyond its local optimum",
    "best": "several starts, a long search, run to rest",
}
METRICS: Final[Mapping[str, str]] = {
    "basic": "mean squared error and PSNR",
    "full": "SSIM and CIEDE2000 as well",
}
CRITERIA: Final[Mapping[str, str]] = {
    "knee": "where the curve of the squared error bends most",
    "silhouette": "where clusters are farthest apart, for their size",
}
SORTS: Final[Mapping[str, str]] = {
    "auto": "what writes smallest: a chain of like colours up to 16, else dark to light",
    "luminance": "dark to light",
    "count": "the most frequent first",
    "hue": "neutrals, then families of hues from red to violet, each dark to light",
    "none": "as k-means found them",
}
SWATCH_STYLES: Final[Mapping[str, str]] = {
    "tiles": "a tile a colour",
    "strip": "bands below each other",
    "proportional": "a strip with the shares, and a legend",
    "wheel": "a ring in the order of hues, and a legend",
}
SWATCH_ENDINGS: Final = (".png", ".svg")
SHARED_WEIGHTS: Final[Mapping[str, str]] = {
    "image": "each image counts the same, however large",
    "pixels": "each pixel counts the same",
}


class Preset(NamedTuple):
    """What an effort stands for; the attributes of `Settings` of the same names override it."""

    n_init: int
    max_iter: int
    tol: float
    search: int
    cells: int


PRESETS: Final[Mapping[str, Preset]] = {
    "fast": Preset(n_init=1, max_iter=300, tol=1e-2, search=0, cells=8_000),
    "balanced": Preset(n_init=1, max_iter=300, tol=2e-3, search=3, cells=24_000),
    "best": Preset(n_init=4, max_iter=1000, tol=1e-5, search=30, cells=50_000),
}
"""Whole values, chosen by measurement (`benchmarks/engine.py`)."""

_BY_EFFORT: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that decides the colours of a result; equal settings give equal bytes.

    Raises `SettingError`, which names the setting, its value and its range; nothing is clamped.

    Attributes:
        colors: size of the palette, 1 to 256; or `"auto"`: what `max_error` or `auto_criterion`
            says.
        max_error: with `"auto"`: the smallest palette whose mean CIEDE2000 is at most this, 0 or
            more; turns `metrics` to `full`.
        auto_criterion: with `"auto"` and no `max_error`: a key of `CRITERIA`; None is `knee`.
        keep_color: colours that the palette has exactly, `'#rrggbb'` or `'#rgb'`; k-means finds
            the others around them. No more than `colors`; each counts once.
        merge_distance: of two palette colours nearer than this CIEDE2000 the rarer one goes; 0 for
            none.
        medoid: each palette colour is one of the image's colours, not the mean of some.
        space: colour space that k-means runs in, a key of `SPACES`.
        weights: what pixels weigh in clustering, a key of `WEIGHTS`.
        dither: how pixels get their palette entries, a key of `DITHERS`.
        dither_strength: what dithering makes good of an error, 0 to 1; None for what suits the
            method on palettes that were found for the picture. Not for `none`.
        algorithm: a key of `ALGORITHMS`.
        batch_size: points drawn in each step of mini-batch k-means, 1 to `MAX_BATCH`.
        init: how the first centroids are found, a key of `SEEDERS`.
        effort: a key of `EFFORTS`: what the attributes marked * are where they are not given.
        n_init: * runs, of which the best is kept, 1 or more. The first starts from `init`, and so
            do the others unless it leaves nothing to chance; then they start from `k-means++`.
        max_iter: * most iterations of a run (mini-batch: most passes over the colours), 1 or
            more.
        tol: * a run stops once the squared movement of all centroids together is at most `tol`
            times the mean variance of the channels (scikit-learn's rule); 0 or more, finite.
        search: * most rounds of the search beyond Lloyd's local optimum (full k-means of the
            internal engine); 0 for none.
        cells: * seeds and search see at most about so many points, cells of neighbouring colours
            with their exact means; 1 or more.
        sample: cluster at most this many pixels, drawn at random; 0 for all of them.
        seed: of the random generator, 0 or more.
        engine: a key of `ENGINES`.
        metrics: a key of `METRICS`.
        sort: order of the palette, a key of `SORTS`; changes no pixel.
        threads: 1 or more, or 0 for all cores; changes no result.
    """

    colors: int | Literal["auto"] = DEFAULT_COLORS
    max_error: float | None = None
    auto_criterion: str | None = None
    keep_color: tuple[str, ...] = ()
    merge_distance: float = 0.0
    medoid: bool = False
    space: str = "weighted"
    weights: str = "contrast"
    dither: str = "none"
    dither_strength: float | None = None
    algorithm: str = "full"
    batch_size: int = 1024
    init: str = "wu"
    effort: str = "balanced"
    n_init: int = _BY_EFFORT
    max_iter: int = _BY_EFFORT
    tol: float = _BY_EFFORT
    search: int = _BY_EFFORT
    cells: int = _BY_EFFORT
    sample: int = 0
    seed: int = 0
    engine: str = "internal"
    metrics: str = "basic"
    sort: str = "auto"
    threads: int = 0

    def __post_init__(self) -> None:
        self._check_colors()
        self._check_kept()
        for name, table in _TABLES.items():
            _choice(name, getattr(self, name), table)
        whole_number("batch_size", self.batch_size, 1, MAX_BATCH)
        for name, value in PRESETS[self.effort]._asdict().items():
            if getattr(self, name) is _BY_EFFORT:
                object.__setattr__(self, name, value)
        for name in ("n_init", "max_iter", "cells"):
            whole_number(name, getattr(self, name), 1)
        for name in ("search", "sample", "seed", "threads"):
            whole_number(name, getattr(self, name), 0)
        for name in ("tol", "merge_distance"):
            _number_from_0(name, getattr(self, name))
        if self.dither_strength is not None:
            if self.dither == "none":
                raise SettingError("dither_strength", "is for a method of dithering")
            _number_from_0("dither_strength", self.dither_strength)
            if self.dither_strength > 1:
                raise SettingError("dither_strength", f"{self.dither_strength} is more than 1")

    @property
    def most_colors(self) -> int:
        """The largest palette that these settings allow."""
        return MAX_COLORS if self.colors == AUTO else self.colors

    @property
    def cluster_options(self) -> ClusterOptions:
        """The settings that k-means reads."""
        from quantize.kmeans.problem import ClusterOptions  # with NumPy, which --help does without

        return ClusterOptions(
            engine=self.engine,
            algorithm=self.algorithm,
            init=self.init,
            n_init=self.n_init,
            max_iter=self.max_iter,
            tol=self.tol,
            batch_size=self.batch_size,
            search_rounds=self.search,
            seed=self.seed,
        )

    def _check_colors(self) -> None:
        if not isinstance(self.colors, str) or self.colors != AUTO:
            whole_number("colors", self.colors, 1, MAX_COLORS)
            for name in ("max_error", "auto_criterion"):
                if getattr(self, name) is not None:
                    raise SettingError(name, "is for an automatic number of colours, 'auto'")
        if self.auto_criterion is not None:
            _choice("auto_criterion", self.auto_criterion, CRITERIA)
        if self.max_error is not None:
            _number_from_0("max_error", self.max_error)
            if self.auto_criterion is not None:
                raise SettingError("auto_criterion", "has no say where max_error decides")
            object.__setattr__(self, "metrics", "full")

    def _check_kept(self) -> None:
        given: object = (self.keep_color,) if isinstance(self.keep_color, str) else self.keep_color
        if not isinstance(given, Iterable):
            raise SettingError("keep_color", f"{given!r} is no list of colours")
        kept = tuple(dict.fromkeys(hex_color("keep_color", color) for color in given))
        object.__setattr__(self, "keep_color", kept)
        if len(kept) > self.most_colors:
            problem = f"{len(kept)} colours to keep are more than the palette's {self.most_colors}"
            raise SettingError("keep_color", problem)
        if kept and self.engine == "scikit-learn":
            raise SettingError(
                "keep_color", "scikit-learn cannot keep a colour; use our own engine"
            )


_TABLES: Final = {
    "space": SPACES,
    "weights": WEIGHTS,
    "dither": DITHERS,
    "algorithm": ALGORITHMS,
    "init": SEEDERS,
    "effort": EFFORTS,
    "engine": ENGINES,
    "metrics": METRICS,
    "sort": SORTS,
}
