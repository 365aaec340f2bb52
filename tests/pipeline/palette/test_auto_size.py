"""Guards the promise of `-k auto`: as many colours as are needed, and no more.

For an error that is asked for, "no more" is tried out on every smaller palette; a criterion is held
to pictures whose number of colours is known.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from helpers.examples import examples
from helpers.paths import SAMPLES
from helpers.pictures import picture
from quantize import quantize
from quantize.api.result import Result
from quantize.errors import ErrorLimitError
from quantize.images import encode as encoding
from quantize.images import load as loading
from quantize.images.table import FORMATS
from quantize.kmeans.table import ALGORITHMS
from quantize.model.frames import FrameSource
from quantize.model.picture import Picture
from quantize.model.result import Choice, CurvePoint
from quantize.pipeline import criteria
from quantize.pipeline.palette import auto_size, search
from quantize.pipeline.quality_scale import Goal
from quantize.pipeline.run import run
from quantize.pipeline.settings import Settings
from quantize.pipeline.table import CRITERIA
from quantize.pipeline.target import Target

Bytes = NDArray[np.uint8]


def noise(height: int, width: int, channels: int = 3, seed: int = 0) -> Bytes:
    random = np.random.default_rng(seed)
    return random.integers(0, 256, (height, width, channels)).astype(np.uint8)


def flat_colors(n: int, seed: int = 0) -> Bytes:
    """n colours, far apart, each under a little noise of its own."""
    random = np.random.default_rng((n, seed))
    colors = np.empty((0, 3))
    while len(colors) < n:
        candidate = random.integers(10, 246, 3)
        if (np.abs(colors - candidate).max(axis=1, initial=0) > 60).all():
            colors = np.concatenate([colors, candidate[None]])
    chosen = np.concatenate([np.arange(n), random.integers(0, n, 48 * 48 - n)]).reshape(48, 48)
    return (colors[chosen] + random.integers(-3, 4, (48, 48, 3))).astype(np.uint8)


def chosen(image: object, **wishes: Any) -> Choice:
    choice = quantize(image, "auto", **wishes).statistics.choice
    assert choice is not None
    return choice


def max_error(limit: float) -> Goal:
    return Goal.of(Settings(max_error=limit))


def same(first: Result, second: Result) -> bool:
    return first.palette == second.palette and np.array_equal(first.indices, second.indices)


def delta_e(image: Bytes, colors: int, **wishes: Any) -> float:
    error = quantize(image, colors, metrics="full", **wishes).statistics.delta_e_mean
    assert error is not None
    return error


# An error that is asked for


SMALL = arrays(
    np.uint8,
    st.tuples(st.integers(1, 6), st.integers(1, 6), st.sampled_from([3, 3, 4])),
    elements=st.integers(0, 255) | st.sampled_from([0, 10, 128, 255]),
)


@given(image=SMALL, limit=st.floats(0, 12), method=st.sampled_from(list(ALGORITHMS)))
@examples(40)
def test_the_palette_is_the_smallest_that_is_good_enough(
    image: Bytes, limit: float, method: str
) -> None:
    wishes: dict[str, Any] = {"algorithm": method, "batch_size": 16, "threads": 1}
    result = quantize(image, "auto", max_error=limit, **wishes)
    k = len(result.palette)
    assert result.statistics.choice is not None
    assert (result.statistics.choice.colors, result.statistics.choice.criterion) == (k, "max-error")
    assert result.statistics.delta_e_mean == delta_e(image, k, **wishes) <= limit
    assert all(delta_e(image, fewer, **wishes) > limit for fewer in range(1, k))
    assert same(result, quantize(image, k, **wishes))


def test_of_errors_that_fall_and_rise_the_smallest_size_is_found_too() -> None:
    random = np.random.default_rng(266)
    dark_or_light = random.integers(0, 2, (4, 4, 3)) * 200
    image = (dark_or_light + random.integers(0, 40, (4, 4, 3))).astype(np.uint8)
    plain = {"space": "srgb", "weights": "uniform"}
    errors = [delta_e(image, k, **plain) for k in range(1, 15)]
    assert errors[3] > 1.2 * errors[2]  # 4 colours are worse than 3
    for k in range(1, 14):
        limit = errors[k - 1]
        best = next(at for at, error in enumerate(errors, 1) if error <= limit)
        assert chosen(image, max_error=limit, **plain).colors == best


def test_nothing_lost_needs_every_colour() -> None:
    image = noise(9, 11)
    result = quantize(image, "auto", max_error=0)
    assert np.array_equal(result.to_array(), image)
    assert len(result.palette) == 99


@pytest.mark.parametrize("limit", [5e-324, 1e-300, 1e-150, 1e-9])
def test_next_to_nothing_is_an_error_like_any_other(limit: float) -> None:
    assert chosen(noise(5, 5), max_error=limit).colors == 25


@pytest.mark.parametrize("limit", [60.0, 1e9, 1.7e308])
def test_an_error_that_anything_meets_needs_one_colour(limit: float) -> None:
    assert chosen(picture(), max_error=limit).colors == 1


def test_an_error_that_256_colours_do_not_meet_is_refused_with_the_figures() -> None:
    with pytest.raises(ErrorLimitError, match=r"256 colours reach a mean CIEDE2000 of \d"):
        quantize(noise(24, 24), "auto", max_error=0.5)


def test_a_photograph_needs_no_smaller_palette_than_the_one_next_to_it() -> None:
    result = quantize(SAMPLES / "flower.jpg", "auto", max_error=4)
    k = len(result.palette)
    error = result.statistics.delta_e_mean
    assert error is not None
    assert error <= 4 < delta_e(np.asarray(loading.load(str(SAMPLES / "flower.jpg")).pixels), k - 1)


def test_the_curve_ends_where_the_error_is_met_by_estimate() -> None:
    curve = chosen(picture(), max_error=8).curve
    errors = [point.delta_e_mean for point in curve]
    assert None not in errors
    assert [error <= 8 for error in errors if error is not None] == [False] * (len(curve) - 1) + [
        True
    ]


# The search for the smallest size


def by_hand(errors: list[float], limit: float, start: int, ripple: float = math.inf) -> int | None:
    """The size found among those from 1, each looked at once at most."""
    seen: list[int] = []

    def error(size: int) -> float:
        seen.append(size)
        return errors[size - 1]

    found = auto_size.smallest(1, len(errors), start, limit, error, ripple=ripple)
    assert len(set(seen)) == len(seen)
    return found


@given(
    errors=st.lists(st.floats(0, 50), min_size=1, max_size=40),
    limit=st.floats(0, 50) | st.just(0.0),
    start=st.integers(1, 300),
)
def test_every_smaller_size_is_looked_at_where_errors_are_wild(
    errors: list[float], limit: float, start: int
) -> None:
    best = next((at for at, error in enumerate(errors, 1) if error <= limit), None)
    assert by_hand(errors, limit, start) == best


@given(
    errors=st.lists(st.floats(0, 50), min_size=1, max_size=256),
    limit=st.floats(0, 50),
    start=st.integers(1, 256),
)
def test_where_errors_fall_no_ripple_is_needed(
    errors: list[float], limit: float, start: int
) -> None:
    errors = sorted(errors, reverse=True)
    best = next((at for at, error in enumerate(errors, 1) if error <= limit), None)
    assert by_hand(errors, limit, start, ripple=1.0) == best


def test_a_size_below_the_largest_may_do_where_the_largest_does_not() -> None:
    assert by_hand([9, 5, 3.9, 4.01], 4, 4, ripple=1.1) == 3
    assert by_hand([9, 5, 4.1, 4.01], 4, 4, ripple=1.1) is None


def test_errors_that_fall_with_a_power_of_the_size_are_found_in_few_looks() -> None:
    looks: list[int] = []

    def error(size: int) -> float:
        looks.append(size)
        return 20 * size**-0.4

    assert auto_size.smallest(1, 256, 20, 20 * 99.5**-0.4, error, ripple=1.0) == 100
    assert len(looks) <= 6


def test_the_search_begins_where_the_curve_meets_the_error() -> None:
    def of(size: int, power: float) -> CurvePoint:
        return CurvePoint(size, 0.0, delta_e_mean=20 * size**-power)

    for power in (0.3, 0.5):
        points = [of(size, power) for size in (4, 8, 16, 32, 64, 128)]
        begin, found = auto_size.start(points, max_error(20 * 100**-power))
        assert found == pytest.approx(power)
        assert begin == round(100 * auto_size.WORSE ** (-1 / power))
    assert auto_size.start([CurvePoint(1, 0.0, delta_e_mean=0.0)], max_error(0.0))[0] == 1


@pytest.mark.slow
@pytest.mark.parametrize("limit", [3.0, 4.0])
def test_few_sizes_of_a_photograph_with_soft_alpha_are_tried(
    limit: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = np.asarray(loading.load(str(SAMPLES / "chelsea.png")).pixels)[..., :3]
    fade = np.linspace(0, 400, photo.shape[1]).clip(0, 255).astype(np.uint8)
    soft = np.dstack([photo, np.broadcast_to(fade, photo.shape[:2])])
    tried: list[int | str | None] = []

    def counted(problem: Any, settings: Settings, timer: Any) -> Any:
        tried.append(settings.colors)
        return find(problem, settings, timer)

    find = search.find_candidate
    monkeypatch.setattr(search, "find_candidate", counted)
    quantize(soft, "auto", max_error=limit)
    assert len(tried) <= 5


# A criterion


@pytest.mark.parametrize(
    "n", [3, 5, 9, *(pytest.param(n, marks=pytest.mark.slow) for n in (4, 7, 12))]
)
@pytest.mark.parametrize("criterion", CRITERIA)
def test_as_many_colours_as_were_put_in_are_found(criterion: str, n: int) -> None:
    image = flat_colors(n)
    assert len(np.unique(image.reshape(-1, 3), axis=0)) > 256
    choice = chosen(image, auto_criterion=criterion)
    assert (choice.colors, choice.criterion) == (n, criterion)


def test_the_criterion_is_the_knee_unless_told() -> None:
    assert chosen(picture()) == chosen(picture(), auto_criterion="knee")


@pytest.mark.parametrize("n", [1, 2, 16])
def test_a_picture_of_few_colours_keeps_them_all(n: int) -> None:
    image = np.repeat(np.arange(n, dtype=np.uint8)[None, :, None], 3, axis=2) * 2
    for criterion in CRITERIA:
        result = quantize(image, "auto", auto_criterion=criterion)
        assert np.array_equal(result.to_array(), image)
        assert len(result.palette) == n


def test_a_picture_of_few_colours_keeps_them_beside_those_that_are_wanted() -> None:
    image = np.repeat(np.arange(10, dtype=np.uint8)[None, :, None], 3, axis=2) * 9
    result = quantize(image, "auto", keep_color=("#ff0000", "#00ff00", "#000000"))
    assert len(result.palette) == 12
    assert result.statistics.mse == 0


def test_more_colours_to_keep_than_a_palette_has_room_for_beside_those_of_the_picture() -> None:
    image = np.repeat(np.arange(16, dtype=np.uint8)[None, :, None], 3, axis=2) * 9
    kept = tuple(f"#{number:06x}" for number in range(1, 251))
    assert len(quantize(image, "auto", keep_color=kept).palette) == 256


def point(colors: int, mse: float, silhouette: float | None = None) -> CurvePoint:
    return CurvePoint(colors, mse, 0, silhouette=silhouette)


def test_the_knee_is_farthest_below_the_line_from_the_first_to_the_last() -> None:
    #                  the line: 100       75          50         25          0
    points = [point(1, 100), point(2, 60), point(3, 15), point(4, 5), point(5, 0)]
    assert criteria.knee(points) == 2
    # 40 below at 2 colours, 20 at 3
    points = [point(1, 100), point(2, 35), point(3, 30), point(4, 25), point(5, 0)]
    assert criteria.knee(points) == 1


def test_a_line_without_a_knee_and_a_curve_of_two_points_give_the_fewest_colours() -> None:
    assert criteria.knee([point(1, 30), point(2, 20), point(3, 10)]) == 0
    assert criteria.knee([point(1, 30), point(2, 1)]) == 0
    assert criteria.knee([point(5, 7), point(6, 7), point(7, 7)]) == 0


def test_of_equal_silhouettes_the_fewest_colours_are_taken() -> None:
    points = [point(1, 9, 0.0), point(2, 8, 0.6), point(3, 7, 0.6), point(4, 6, 0.5)]
    assert criteria.best_silhouette(points) == 1


# The palette is that of the size


@pytest.mark.parametrize(
    "wishes",
    [
        {},
        {"auto_criterion": "silhouette"},
        {"max_error": 6.0},
        {"algorithm": "mini-batch", "batch_size": 64},
        {"algorithm": "mini-batch", "max_error": 9.0},
        {"engine": "scikit-learn", "max_error": 9.0},
        {"sample": 300, "seed": 4},
        {"keep_color": ("#ff00ff", "#0f0")},
        {"keep_color": ("#ff00ff", "#0f0"), "max_error": 9.0, "effort": "fast"},
    ],
    ids=str,
)
@pytest.mark.parametrize("channels", [3, 4])
def test_the_result_is_that_of_the_number_that_was_chosen(
    channels: int, wishes: dict[str, Any]
) -> None:
    small = picture(size=(24, 16))
    image = np.asarray(small.convert("RGBA" if channels == 4 else "RGB")).copy()
    image[:9, ..., 3:] = 100
    result = quantize(image, "auto", **wishes)
    assert result.statistics.choice is not None
    k = result.statistics.choice.colors
    assert len(result.palette) == k
    plain = {name: value for name, value in wishes.items() if name in Settings.fields}
    for name in ("max_error", "auto_criterion"):
        plain.pop(name, None)
    twin = quantize(image, k, **plain)
    assert same(result, twin)
    assert result.statistics.inertia == twin.statistics.inertia
    kept = {color[:3] for color in result.palette if color[3:] in ((), (255,))}
    assert not wishes.get("keep_color") or {(255, 0, 255), (0, 255, 0)} <= kept


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 1, 4), (3, 5, 3)])
@pytest.mark.parametrize("wishes", [{}, {"auto_criterion": "silhouette"}, {"max_error": 1.0}])
def test_one_colour_is_one_colour(shape: tuple[int, ...], wishes: dict[str, Any]) -> None:
    result = quantize(np.full(shape, 77, np.uint8), "auto", **wishes)
    assert len(result.palette) == 1
    assert result.statistics.mse == 0


@pytest.mark.parametrize("wishes", [{}, {"max_error": 20.0}])
def test_alpha_that_is_on_or_off_stays_so(wishes: dict[str, Any]) -> None:
    logo = loading.load(str(SAMPLES / "logo.png"))
    kept = Settings(colors="auto", keep_color=("#ff00ff",), **wishes)
    result = run(FrameSource.still(logo), kept, Target(FORMATS["gif"]))
    assert set(result.palette.colors[:, 3].tolist()) <= {0, 255}
    assert (255, 0, 255, 255) in list(result.palette)
    assert result.statistics.choice is not None
    assert result.statistics.choice.colors == len(result.palette)


def test_alpha_that_is_on_or_off_may_never_meet_an_error() -> None:
    source = FrameSource.still(Picture(np.full((4, 4, 4), 128, np.uint8)))
    with pytest.raises(ErrorLimitError, match="1 colour reaches a mean"):
        run(source, Settings(colors="auto", max_error=1), Target(FORMATS["gif"]))


@pytest.mark.slow
@pytest.mark.parametrize("wishes", [{}, {"auto_criterion": "silhouette"}, {"max_error": 7.0}])
def test_threads_change_no_byte(wishes: dict[str, Any]) -> None:
    image = noise(200, 190) // 3
    one, many = (quantize(image, "auto", threads=threads, **wishes) for threads in (1, 3))
    assert same(one, many)
    assert one.statistics.choice == many.statistics.choice


# The curve


def test_sizes_are_each_up_to_16_and_then_a_tenth_apart() -> None:
    assert auto_size.sizes(1, 5) == [1, 2, 3, 4, 5]
    assert auto_size.sizes(1, 20) == [*range(1, 17), 18, 20]
    assert auto_size.sizes(3, 4) == [3, 4]
    assert auto_size.sizes(40, 50) == [40, 44, 48, 50]
    assert auto_size.sizes(16, 40, step=1.25) == [16, 20, 25, 31, 39, 40]
    assert auto_size.sizes(5, 3) == [3]  # more colours are kept than there are to cluster


@pytest.mark.parametrize(("least", "most"), [(1, 1), (1, 256), (9, 256), (17, 256), (256, 256)])
def test_sizes_rise_to_the_last(least: int, most: int) -> None:
    found = auto_size.sizes(least, most)
    assert (found[0], found[-1]) == (least, most)
    assert all(a < b <= max(a + 1, round(auto_size.STEP * a)) for a, b in pairwise(found))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["china.jpg", "gradient.png"])
def test_estimates_are_near_what_such_a_palette_gives(name: str) -> None:
    curve = {at.colors: at for at in chosen(SAMPLES / name, effort="fast").curve}
    for k in (2, 6, 16, 62):
        result = quantize(SAMPLES / name, k)
        written = encoding.encode(result.palette, result.indices, "png")
        assert curve[k].mse == pytest.approx(result.statistics.mse, rel=0.15)
        assert curve[k].bytes == pytest.approx(len(written), rel=0.25)


@pytest.mark.slow
def test_the_estimated_ciede2000_is_near_the_measured_one() -> None:
    curve = chosen(SAMPLES / "china.jpg", max_error=4).curve
    for at in curve[3::4]:
        wanted = quantize(SAMPLES / "china.jpg", at.colors, metrics="full").statistics.delta_e_mean
        assert at.delta_e_mean == pytest.approx(wanted, rel=0.12)


def test_estimates_of_a_small_picture_are_no_estimates() -> None:
    # so few colours that each is a cell, and so few pixels that all are written
    image = flat_colors(5)
    curve = {at.colors: at for at in chosen(image, auto_criterion="silhouette").curve}
    result = quantize(image, 5)
    assert curve[5].mse == pytest.approx(result.statistics.mse, rel=1e-9)
    written = encoding.encode(result.palette, result.indices, "png")
    assert curve[5].bytes == pytest.approx(len(written), rel=0.02)


def test_errors_of_the_curve_fall_to_nothing_where_every_colour_has_its_place() -> None:
    curve = chosen(noise(10, 10)).curve
    assert [at.colors for at in curve] == auto_size.sizes(1, 100)
    assert curve[-1].mse == 0
    assert all(b.mse <= 1.001 * a.mse + 1 for a, b in pairwise(curve))  # rounded to 8 bits


def test_the_curve_says_what_was_asked_and_nothing_else() -> None:
    wishes: dict[str, dict[str, Any]] = {
        "delta_e_mean": {"max_error": 9.0},
        "silhouette": {"auto_criterion": "silhouette"},
        "": {},
    }
    for wanted, wish in wishes.items():
        for at in chosen(noise(9, 9), **wish).curve:
            values = {"delta_e_mean": at.delta_e_mean, "silhouette": at.silhouette}
            assert {name for name, value in values.items() if value is not None} == {wanted} - {""}


def test_the_size_of_a_large_picture_is_judged_by_some_rows_from_top_to_bottom() -> None:
    tall = np.arange(3000, dtype=np.uint32)[:, None, None] >> np.array([8, 0, 0])
    pixels = np.broadcast_to(tall % 256, (3000, 50, 3)).astype(np.uint8)
    bands = auto_size._bands(pixels)
    assert len(bands) * 50 <= auto_size.SAMPLE_PIXELS
    assert len(bands) * 50 > 0.9 * auto_size.SAMPLE_PIXELS
    rows = bands[:, 0, 0].astype(int) * 256 + bands[:, 0, 1]
    assert (rows[0], rows[-1]) == (0, 2999)
    assert (np.diff(rows) > 0).all()
    assert np.array_equal(auto_size._bands(pixels[:1000]), pixels[:1000])
