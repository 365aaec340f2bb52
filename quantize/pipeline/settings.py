"""The settings of a run: one frozen `Settings`, which checks its values against their tables."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sized
from typing import TYPE_CHECKING, Any, Final, Literal, Self, TypedDict

from quantize.checks import (
    BITS,
    MAX_BATCH,
    MAX_COLORS,
    Table,
    number_from_0,
    whole_number,
)
from quantize.color.table import SORTS, SPACES
from quantize.dither.table import DITHERS
from quantize.errors import SettingError, UnknownSettingError
from quantize.kmeans.table import ALGORITHMS, ENGINES, SEEDERS
from quantize.pipeline.table import CRITERIA, EFFORTS, METRICS, PURPOSES, WEIGHTS
from quantize.values import Value, put

if TYPE_CHECKING:
    from quantize.kmeans.problem import ClusterOptions

DEFAULT_COLORS: Final = 64

MOST_LOSSY: Final = 100
USUAL_LOSSY: Final = 20
"""The most of `lossy`, and what it is where no number is said: two points of SSIMULACRA 2, hardly
seen beside the ten and more that 256 colours cost, for a fifth of the bytes."""

BEST_QUALITY: Final = 100
"""Of pngquant's scale, where nothing is changed."""

AUTO: Final = "auto"
"""In place of a number of colours."""

_BY_EFFORT: Any = None
_BY_ERROR: Any = None
_BY_USE: Final = "eye, or weighted with quality, or lab with palette_for eye"


class Settings(Value, kw_only=True):
    """Everything that decides the colours of a result; equal settings give equal bytes.

    A value out of range is a `SettingError`, which names the setting, its value and its range.

    Attributes:
        colors: size of the palette, 1 to 256; or `"auto"` for the size by `max_error`, `quality`
            or `auto_criterion`. Without it 64, or `"auto"` with `max_error` or `quality`.
        max_error: the smallest palette whose mean CIEDE2000 is at most this, 0 or more, with a
            number of `colors` at most; turns `metrics` to `full`.
        quality: (least, most) on the scale of pngquant, 0 to 100, see `quality_scale`: as few
            colours as reach `most`, with a number of `colors` at most; an error below `least`.
        or_best: where `max_error` or `quality` cannot be reached: the nearest to it, and a note.
        auto_criterion: with `"auto"` and no `max_error`: a key of `CRITERIA`; None is `knee`.
        palette_for: what the palette is for, a key of `PURPOSES`.
        keep_color: colours that the palette has exactly, `'#rrggbb'`, `'#rgb'` or by name, see
            `color.parsing.color_of`; k-means finds the other ones. There are at most `colors`
            different ones.
        merge_distance: of two palette colours nearer than this CIEDE2000 the rarer one is removed;
            0 removes none.
        medoid: each palette colour is a colour of the image, not a mean of several.
        transparent_index: the place of the transparent entry, 0 to 255; a picture without
            transparency gets one that no pixel has, which is one of the `colors`. None for none.
        pad: the size of the palette, 1 to 256: black entries that no pixel has follow at its end; 0
            adds none.
        posterize: bits of each channel that palette entries have, as consoles show them, 1 to 8;
            see `color.grid`. Fewer than 8 are not for `medoid`.
        space: colour space that k-means runs in, a key of `SPACES`. Without it `eye`, or
            `weighted` with `quality`, which is about squared errors.
        weights: how much pixels count in clustering, a key of `WEIGHTS`.
        dither: the dithering method, a key of `DITHERS`.
        dither_strength: the share of an error that dithering hands on, 0 to 1; None for the default
            of the method, which suits palettes that were found for the picture. Not for `none`.
        lossy: 0 to 100, how much pixels may change for fewer bytes: they take the entry of a
            neighbour, or of the frame before, where that is hardly seen. With 10 that costs about a
            point of SSIMULACRA 2, with 20 two; 0 changes nothing.
        algorithm: a key of `ALGORITHMS`.
        batch_size: points drawn in each step of mini-batch k-means, 1 to `MAX_BATCH`.
        init: how the first centroids are found, a key of `SEEDERS`.
        effort: a key of `EFFORTS`; it sets the attributes marked * that are not given.
        n_init: * number of runs, of which the best is kept, 1 or more. All start from `init`; if
            that is not random, all but the first start from `k-means++`.
        max_iter: * iterations of a run at most (mini-batch: passes over the colours), 1 or more.
        tol: * a run stops once the squared movement of all centroids together is at most `tol`
            times the mean variance of the channels (scikit-learn's rule); 0 or more, finite.
        search: * rounds at most of the search beyond the local optimum (breathing k-means, for the
            full algorithm of the internal engine); 0 for none.
        cells: * points at most, about, for seeds and search: cells of neighbouring colours with
            their exact means; 1 or more.
        sample: number of random pixels that are clustered; 0 for all.
        seed: of the random generator, 0 or more.
        engine: a key of `ENGINES`.
        metrics: a key of `METRICS`.
        sort: order of the palette, a key of `SORTS`; changes no pixel. With `auto` and `input` an
            indexed picture keeps its table, see `api.image.quantize`.
        threads: threads at most, 1 or more, or 0 for all cores; changes no result.

    Examples:
        >>> Settings(colors=16, dither="atkinson").dither
        'atkinson'
        >>> Settings(colors=300)
        Traceback (most recent call last):
            ...
        quantize.errors.SettingError: ...
    """

    colors: int | Literal["auto"] = _BY_ERROR
    max_error: float | None = None
    quality: tuple[int, int] | None = None
    or_best: bool = False
    auto_criterion: str | None = None
    palette_for: str = "image"
    keep_color: tuple[str, ...] = ()
    merge_distance: float = 0.0
    medoid: bool = False
    transparent_index: int | None = None
    pad: int = 0
    posterize: int = BITS
    space: str = _BY_USE
    weights: str = "contrast"
    dither: str = "none"
    dither_strength: float | None = None
    lossy: float = 0
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
        if self.space == _BY_USE:
            purpose = PURPOSES.check("palette_for", self.palette_for)
            put(self, "space", purpose.space if self.quality is None else "weighted")
        for name, table in _TABLES.items():
            table.check(name, getattr(self, name))
        whole_number("batch_size", self.batch_size, 1, MAX_BATCH)
        self._check_posterize()
        self._check_arrangement()
        for name, value in EFFORTS[self.effort].preset._asdict().items():
            if getattr(self, name) is _BY_EFFORT:
                put(self, name, value)
        least = {"n_init": 1, "max_iter": 1, "cells": 1}
        for name in (*least, "search", "sample", "seed", "threads"):
            whole_number(name, getattr(self, name), least.get(name, 0))
        for name in ("tol", "merge_distance", "lossy"):
            number_from_0(name, getattr(self, name))
        if self.dither_strength is not None:
            self._check_strength(self.dither_strength)
        self._check_lossy()

    def __eq__(self, other: object) -> bool:
        return self.__dict__ == other.__dict__ if isinstance(other, Settings) else NotImplemented

    def __hash__(self) -> int:
        return hash(tuple(getattr(self, name) for name in self.fields))

    @property
    def finds_size(self) -> bool:
        """Whether the size of the palette is left to be found."""
        return self.colors == AUTO or self.has_goal

    @property
    def has_goal(self) -> bool:
        """Whether an error is to be reached, by as few colours as do."""
        return self.max_error is not None or self.quality is not None

    @property
    def arranges(self) -> bool:
        """Whether entries of the palette are moved or added once it is known."""
        return self.transparent_index is not None or self.pad > 0

    @property
    def most_colors(self) -> int:
        """The largest palette that these settings allow."""
        return MAX_COLORS if self.colors == AUTO else self.colors

    def for_palette(self, palette: Sized, given: Collection[str] = (), *, spare: int = 0) -> Self:
        """Return the settings for mapping to a palette that is given, or to the best of it.

        It was made for others: dithering hands on the whole error, unless a strength is set.

        Args:
            palette: all of it is taken, unless `colors` is given and less.
            given: names of the settings that are given; of the others, `colors` is then the size of
                the palette, and where it is less, `weights` is `uniform`, as pixels count in
                mapping.
            spare: entries that it gets besides: a transparent one.

        Raises:
            SettingError: more than 256 colours of it would be taken.
        """
        strength = self.dither_strength
        if strength is None and self.dither != "none":
            strength = 1.0
        size = len(palette) + spare
        taken = min(self.most_colors, size) if "colors" in given else size
        if taken > MAX_COLORS:
            problem = f"has {size:,} colours, and a result at most {MAX_COLORS}"
            raise SettingError("palette", problem, "take the best of them, with colors=256")
        chooses = taken < size and "weights" not in given
        weights = "uniform" if chooses else self.weights
        return self.replaced(colors=taken, weights=weights, dither_strength=strength)

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

    def _check_lossy(self) -> None:
        if self.lossy > MOST_LOSSY:
            raise SettingError("lossy", f"{self.lossy:g} is more than {MOST_LOSSY}")
        if self.lossy and self.has_goal:
            raise SettingError("lossy", "adds to the error, and a limit is asked for; take one")

    def _check_colors(self) -> None:
        if self.colors is _BY_ERROR:
            put(self, "colors", AUTO if self.has_goal else DEFAULT_COLORS)
        if not isinstance(self.colors, str) or self.colors != AUTO:
            whole_number("colors", self.colors, 1, MAX_COLORS)
            if self.auto_criterion is not None:
                problem = "is for an automatic number of colours, 'auto'"
                raise SettingError("auto_criterion", problem)
        if self.auto_criterion is not None:
            CRITERIA.check("auto_criterion", self.auto_criterion)
        if self.max_error is not None:
            number_from_0("max_error", self.max_error)
            put(self, "metrics", "full")
        if self.quality is not None:
            self._check_quality(self.quality)
        if self.auto_criterion is not None and self.has_goal:
            what = "quality" if self.max_error is None else "max_error"
            raise SettingError("auto_criterion", f"has no say where {what} decides")
        if self.or_best and not self.has_goal:
            raise SettingError("or_best", "is for max_error or quality")

    def _check_strength(self, strength: float) -> None:
        if self.dither == "none":
            raise SettingError("dither_strength", "is for a method of dithering")
        number_from_0("dither_strength", strength)
        if strength > 1:
            raise SettingError("dither_strength", f"{strength} is more than 1")

    def _check_quality(self, quality: tuple[int, int]) -> None:
        if self.max_error is not None:
            raise SettingError("quality", "and max_error exclude each other")
        try:
            least, most = quality
        except (TypeError, ValueError):
            problem = f"{quality!r} is no pair of numbers; write it as (60, 80)"
            raise SettingError("quality", problem) from None
        for number in (least, most):
            whole_number("quality", number, 0, BEST_QUALITY)
        if least > most:
            raise SettingError("quality", f"its least, {least}, is more than its most, {most}")
        put(self, "quality", (int(least), int(most)))

    def _check_arrangement(self) -> None:
        whole_number("pad", self.pad, 0, MAX_COLORS)
        place = self.transparent_index
        if place is None:
            return
        whole_number("transparent_index", place, 0, MAX_COLORS - 1)
        if self.most_colors == 1:
            raise SettingError("transparent_index", "leaves no colour of one; choose two or more")
        if place >= max(self.most_colors, self.pad):
            problem = f"{place} is beyond the last of {self.most_colors} entries"
            raise SettingError("transparent_index", problem)

    def _check_posterize(self) -> None:
        whole_number("posterize", self.posterize, 1, BITS)
        if self.posterize == BITS:
            return
        if self.medoid:
            raise SettingError("posterize", "makes colours that the image has not, as medoid wants")
        if self.keep_color:
            from quantize.color import grid  # with NumPy, which --help does without

            for color in self.keep_color:
                nearest = grid.nearest_hex(color, self.posterize)
                if nearest != color:
                    problem = f"{color} has more than {self.posterize} bits a channel"
                    raise SettingError(
                        "keep_color", problem, f"the nearest that has not: {nearest}"
                    )

    def _check_kept(self) -> None:
        given: object = (self.keep_color,) if isinstance(self.keep_color, str) else self.keep_color
        if not isinstance(given, Iterable):
            raise SettingError("keep_color", f"{given!r} is no list of colours")
        kept: tuple[str, ...] = ()
        if given:
            from quantize.color.parsing import color_of  # for those who ask for one

            kept = tuple(dict.fromkeys(color_of("keep_color", color) for color in given))
        put(self, "keep_color", kept)
        if len(kept) > self.most_colors:
            problem = f"{len(kept)} colours to keep are more than the palette's {self.most_colors}"
            raise SettingError("keep_color", problem)
        engine = ENGINES.check("engine", self.engine)
        if kept and not engine.keeps_colors:
            raise SettingError(
                "keep_color", "scikit-learn cannot keep a colour; use our own engine"
            )


class SettingsDict(TypedDict, total=False):
    """The attributes of `Settings` but `colors`, as keywords of the functions of the library."""

    max_error: float | None
    quality: tuple[int, int] | None
    or_best: bool
    auto_criterion: str | None
    palette_for: str
    keep_color: tuple[str, ...]
    merge_distance: float
    medoid: bool
    transparent_index: int | None
    pad: int
    posterize: int
    space: str
    weights: str
    dither: str
    dither_strength: float | None
    lossy: float
    algorithm: str
    batch_size: int
    init: str
    effort: str
    n_init: int
    max_iter: int
    tol: float
    search: int
    cells: int
    sample: int
    seed: int
    engine: str
    metrics: str
    sort: str
    threads: int


def settings_of(colors: int | Literal["auto"] | None, settings: SettingsDict) -> Settings:
    """Return checked settings.

    Args:
        colors: see `Settings`; None to leave it out.
        settings: its other attributes.

    Raises:
        UnknownSettingError: there is no setting of a name.
        SettingError: a setting is out of its range.
    """
    known = SettingsDict.__annotations__
    for name in settings:
        if name not in known:
            from difflib import get_close_matches  # 2 ms, which only a mistake pays

            raise UnknownSettingError(name, get_close_matches(name, known, 1))
    return Settings(**settings) if colors is None else Settings(colors=colors, **settings)


_TABLES: Final[dict[str, Table[Any]]] = {
    "palette_for": PURPOSES,
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
