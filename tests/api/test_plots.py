"""Guards what the figures of matplotlib show: the data of what is drawn, not its pixels."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

from helpers.pictures import picture
from quantize import KMeans, Result, plot_clouds, plot_curve, plot_steps, quantize
from quantize.api import figures
from quantize.errors import DataError, MissingPackageError, PixelsError, SettingError

CORNERS = np.array([[0, 0], [3, 0], [0, 3], [3, 3]])
POINTS = np.random.default_rng(0).normal(0, 0.3, (120, 2)) + np.repeat(CORNERS, 30, axis=0)


@pytest.fixture(scope="module")
def result() -> Result:
    return quantize(picture(0, (40, 24)), 6)


def told(points: Any, k: int = 4) -> list[Any]:
    steps: list[Any] = []
    how = {"init": "random", "n_init": 1, "algorithm": "lloyd", "random_state": 3}
    KMeans(k, callback=lambda *step: steps.append(step), **how).fit(points)
    return steps


def spots(axes: Any, which: int) -> Any:
    return np.asarray(axes.collections[which].get_offsets())


def colors(axes: Any, which: int) -> Any:
    return axes.collections[which].get_facecolors()[:, :3]


# Clouds


def test_a_cloud_has_every_colour_of_a_small_picture_and_its_palette(result: Result) -> None:
    solid, rg, rb = plot_clouds(result).axes
    assert solid.name == "3d"
    own = {*map(tuple, np.asarray(picture(0, (40, 24))).reshape(-1, 3))}
    assert {*map(tuple, np.rint(spots(rg, 0) * 255).astype(int))} == {c[:2] for c in own}
    assert spots(rb, 1) == pytest.approx(result.palette.colors[:, [0, 2]] / 255)
    assert (rb.get_xlabel(), rb.get_ylabel()) == ("red", "blue")
    assert colors(rg, 0)[:, :2] == pytest.approx(spots(rg, 0))
    assert len(solid.collections[0]._offsets3d[2]) == len(own)


def test_after_it_each_point_has_the_colour_of_its_entry(result: Result) -> None:
    (axes,) = plot_clouds(result, views=["rg"], after=True).axes
    shown = {*map(tuple, np.rint(colors(axes, 0) * 255).astype(int))}
    assert shown == {*result.palette}


def test_arrays_are_drawn_with_their_nearest_centroid() -> None:
    pixels = np.array([[[0, 0, 0], [250, 255, 255]]], np.uint8)
    (axes,) = plot_clouds(pixels, np.uint8([[10, 0, 0], [255] * 3]), views=["rb"], after=True).axes
    assert colors(axes, 0) == pytest.approx(np.array([[10 / 255, 0, 0], [1, 1, 1]]))
    assert len(plot_clouds(pixels / 255, views=["rb"]).axes[0].collections) == 1


def test_of_many_points_some_are_drawn() -> None:
    many = np.random.default_rng(0).random((5000, 3))
    assert len(spots(plot_clouds(many, views=["rg"]).axes[0], 0)) == 4000


def test_what_is_no_cloud_is_refused() -> None:
    with pytest.raises(PixelsError, match=r"pixels: wanted \(…, 3\), got \(4, 2\)"):
        plot_clouds(np.zeros((4, 2)))
    with pytest.raises(PixelsError, match="floats in 0 to 1"):
        plot_clouds(np.full((4, 3), 7.0))
    with pytest.raises(PixelsError, match="centroids: wanted"):
        plot_clouds(np.zeros((4, 3)), after=True)
    with pytest.raises(SettingError, match="views: 'bg' is none of rgb, rg, rb"):
        plot_clouds(np.zeros((4, 3)), views=["bg"])


# Steps


def test_the_steps_are_those_that_the_callback_was_told() -> None:
    steps = told(POINTS)
    *panels, curve = plot_steps(POINTS, steps, panels=len(steps)).axes
    assert len(panels) == len(steps) > 2
    for axes, (number, centroids, _) in zip(panels, steps, strict=True):
        assert spots(axes, 1) == pytest.approx(centroids)
        assert axes.get_title() == (f"iteration {number}" if number else "seeds")
    (line,) = curve.lines
    assert np.asarray(line.get_ydata()) == pytest.approx([step[2] for step in steps])


def test_points_and_places_have_the_colour_of_their_nearest_centroid() -> None:
    steps = told(POINTS)
    for axes, (_, centroids, _) in zip(plot_steps(POINTS, steps).axes, steps, strict=False):
        labels = np.square(POINTS[:, None] - centroids).sum(axis=2).argmin(axis=1)
        assert colors(axes, 0) == pytest.approx(colors(axes, 1)[labels])
        (regions,) = axes.images
        left, right, bottom, top = regions.get_extent()
        table = regions.get_array()
        rows, columns = table.shape
        x = np.rint((POINTS[:, 0] - left) / (right - left) * (columns - 1)).astype(int)
        y = np.rint((POINTS[:, 1] - bottom) / (top - bottom) * (rows - 1)).astype(int)
        assert np.mean(table[y, x] == labels) > 0.95  # a border may cross the place of a point


def test_of_more_steps_than_panels_the_first_and_the_last_are_drawn() -> None:
    steps = told(np.random.default_rng(0).random((400, 2)), 9)
    first, last, curve = plot_steps(POINTS, steps, panels=2).axes
    assert first.get_title() == "seeds"
    assert last.get_title() == f"iteration {len(steps) - 1}"
    assert len(curve.lines[0].get_xdata()) == len(steps)


def test_a_result_has_steps_of_its_own(result: Result) -> None:
    *panels, curve = plot_steps(result, panels=3).axes
    assert len(panels) <= 3
    falling = np.asarray(curve.lines[0].get_ydata())
    assert (np.diff(falling) <= 0).all()
    assert len(spots(panels[0], 1)) == 6


def test_colours_are_drawn_in_red_and_green() -> None:
    points = np.random.default_rng(0).integers(0, 256, (200, 3)).astype(np.uint8)
    steps = told(points)
    axes = plot_steps(points, steps).axes[0]
    assert spots(axes, 0) == pytest.approx(points[:, :2] / 255)
    assert not axes.images


def test_steps_that_do_not_fit_are_refused() -> None:
    with pytest.raises(DataError, match=r"points: wanted \(n, 2\) or \(n, 3\)"):
        plot_steps(np.zeros((4, 5)), [(0, np.zeros((1, 5)), 0.0)])
    with pytest.raises(DataError, match="steps: none"):
        plot_steps(POINTS)
    with pytest.raises(DataError, match=r"steps: wanted centroids \(k, 2\)"):
        plot_steps(POINTS, [(0, np.zeros((1, 3)), 0.0)])
    with pytest.raises(DataError, match="nothing moves"):
        plot_steps(quantize(np.zeros((3, 3, 3), np.uint8), 2))
    with pytest.raises(SettingError, match="panels"):
        plot_steps(POINTS, told(POINTS), panels=1)


# The curve


def test_the_curve_is_that_of_the_choice() -> None:
    found = quantize(picture(1, (40, 24)), "auto")
    choice = found.statistics.choice
    assert choice is not None
    mse, size = plot_curve(found).axes
    assert np.asarray(mse.lines[0].get_xydata()) == pytest.approx(
        np.array([(row.colors, row.mse) for row in choice.curve])
    )
    assert np.asarray(size.lines[0].get_ydata()) == pytest.approx(
        np.array([row.bytes for row in choice.curve])
    )
    assert [*mse.lines[1].get_xdata()] == [choice.colors] * 2


def test_an_elbow_is_drawn_of_inertias() -> None:
    (axes,) = plot_curve({2: 30.0, 1: 90.0, 3: 28.0}).axes
    assert np.asarray(axes.lines[0].get_xydata()).tolist() == [[1, 90], [2, 30], [3, 28]]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("clusters", "inertia")


def test_without_a_choice_there_is_no_curve(result: Result) -> None:
    with pytest.raises(DataError, match="the size was given"):
        plot_curve(result)
    with pytest.raises(DataError, match="two sizes"):
        plot_curve({1: 1.0})


# All of them


def test_a_figure_shows_itself_in_a_notebook() -> None:
    figure = plot_curve({1: 90.0, 2: 30.0})
    assert isinstance(figure, Figure)
    assert figures.Plot._repr_png_(figure).startswith(b"\x89PNG")


@pytest.mark.parametrize("plot", [plot_clouds, plot_steps, plot_curve])
def test_without_matplotlib_the_extra_is_named(plot: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    wanted = rf"{plot.__name__} needs matplotlib.*'quantize-colors\[plot\]'"
    with pytest.raises(MissingPackageError, match=wanted):
        plot({1: 1.0})
