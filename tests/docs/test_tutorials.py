"""Guards what the tutorials in `docs/tutorials` claim, that each of them runs, and their page."""

from __future__ import annotations

import ast
import builtins
import functools
import importlib
import re
import runpy
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import digits
import four_blobs
import grid
import inertia
import moons
import numpy as np
import page
import pytest
import restarts
import scoring
import steps
import tutorial
from numpy.typing import NDArray
from PIL import Image
from sklearn.metrics import adjusted_rand_score

from quantize import KMeans

HERE = Path(page.__file__).parent

EACH = pytest.mark.parametrize("module", page.TUTORIALS, ids=lambda module: module.__name__)


@functools.cache
def found(name: str) -> Any:
    """What a tutorial's `run` gives, computed once."""
    return importlib.import_module(name).run()


# Blobs


def test_four_blobs_are_recovered_without_a_mistake() -> None:
    blobs = found("four_blobs")
    assert adjusted_rand_score(blobs.meant, blobs.model.labels_) == 1
    assert four_blobs.farthest(blobs) < 0.2


def test_two_blobs_are_recovered_without_a_mistake() -> None:
    blobs = found("two_blobs")
    assert adjusted_rand_score(blobs.meant, blobs.model.labels_) == 1


def test_a_later_point_belongs_to_the_nearer_of_two_centroids() -> None:
    blobs = found("two_blobs")
    assert blobs.labels.tolist() == blobs.distances.argmin(axis=1).tolist()
    assert set(blobs.labels) == {0, 1}


# The algorithm


def test_the_steps_begin_at_points_of_the_data_with_two_seeds_in_one_blob() -> None:
    shown = found("steps")
    seeds = shown.steps[0].centers
    assert all((shown.points == seed).all(axis=1).any() for seed in seeds)
    in_blob = shown.meant[scoring.nearest(seeds, shown.points)]
    assert sorted(np.bincount(in_blob, minlength=4)) == [0, 1, 1, 2]


def test_each_step_moves_the_centroids_to_the_means_of_their_points() -> None:
    shown = found("steps")
    # `n_iter_` counts the iteration that finds nothing to change as well
    assert [step.iteration for step in shown.steps] == list(range(shown.model.n_iter_))
    for before, after in pairwise(shown.steps):
        labels = scoring.nearest(shown.points, before.centers)
        means = [shown.points[labels == cluster].mean(axis=0) for cluster in range(4)]
        np.testing.assert_allclose(after.centers, means)


def test_the_steps_end_where_the_fit_is_with_the_four_blobs_found() -> None:
    shown = found("steps")
    assert np.array_equal(shown.steps[-1].centers, shown.model.cluster_centers_)
    assert shown.steps[-1].inertia == pytest.approx(shown.model.inertia_)
    assert adjusted_rand_score(shown.meant, shown.model.labels_) == 1


def test_the_panels_show_the_seeds_the_end_and_some_between() -> None:
    shown = found("steps").steps
    chosen = steps.chosen(shown)
    assert (chosen[0], chosen[-1]) == (shown[0], shown[-1])
    assert len({step.iteration for step in chosen}) == len(chosen) == steps.PANELS
    assert steps.chosen(shown[:3]) == shown[:3]


def test_inertia_never_rises_from_iteration_to_iteration() -> None:
    runs = inertia.runs(found("inertia"))
    assert len(runs) == 6
    for run in runs:
        assert len(run) > 5
        assert (np.diff(run) <= 0).all()


def test_the_fit_is_the_best_of_the_runs_that_the_callback_saw() -> None:
    ends = [run[-1] for run in inertia.runs(found("inertia"))]
    assert found("inertia").model.inertia_ == pytest.approx(min(ends))
    assert max(ends) > 1.01 * min(ends)  # they do not all end in the same place


def test_the_mean_inertia_of_k_means_plus_plus_is_below_that_of_random_over_20_seeds() -> None:
    models = found("seeds").models
    random, spread = ([m.inertia_ for m in models[init]] for init in ("random", "k-means++"))
    assert len(random) == len(spread) == 20
    assert np.mean(spread) < 0.5 * np.mean(random)


@pytest.mark.slow
@pytest.mark.parametrize("init", restarts.INITS)
def test_the_best_inertia_never_rises_with_n_init(init: str) -> None:
    assert (np.diff(restarts.table(found("restarts"), init), axis=1) <= 0).all()


@pytest.mark.slow
def test_twenty_random_runs_do_not_make_up_for_good_seeds() -> None:
    inertias = found("restarts").inertias
    assert np.mean(inertias["random", 20]) > np.mean(inertias["k-means++", 1])
    assert np.mean(inertias["random", 20]) < 0.8 * np.mean(inertias["random", 1])


def test_the_grid_has_twenty_five_groups_of_forty() -> None:
    nearest = scoring.nearest(grid.points(), np.array(grid.GROUPS, float))
    assert np.bincount(nearest).tolist() == [40] * 25


# What it can find and what not


def test_two_moons_are_not_separated_whatever_the_seeds() -> None:
    points, meant = found("moons").points, found("moons").meant
    for seed in range(10):
        labels = KMeans(2, init="random", n_init=1, random_state=seed).fit_predict(points)
        assert scoring.accuracy(labels, meant) < 0.85
    assert scoring.accuracy(found("moons").model.labels_, meant) < 0.85
    assert "limit" in moons.LESSON


def test_spectral_clustering_separates_them_as_the_page_says() -> None:
    assert scoring.accuracy(found("moons").spectral, found("moons").meant) > 0.98


def test_four_handwritten_digits_of_five_are_found() -> None:
    clustered = found("digits")
    assert clustered.digits.shape == (1797, 64)
    assert scoring.accuracy(clustered.model.labels_, clustered.meant) >= 0.79


def test_half_of_the_ones_go_with_the_eights() -> None:
    table = digits.members(found("digits"))
    assert table.sum() == 1797
    in_order = table[:, digits.by_name(table)]
    assert in_order.argmax(axis=0).tolist() == list(range(10))
    assert in_order[1, 8] / in_order[1].sum() == pytest.approx(0.5, abs=0.1)


@pytest.mark.slow
def test_nine_digits_of_ten_are_found_after_t_sne() -> None:
    clustered = found("digits_tsne")
    assert clustered.plane.shape == (1797, 2)
    assert scoring.accuracy(clustered.model.labels_, clustered.meant) >= 0.90


def test_a_cluster_is_named_by_its_majority() -> None:
    labels, meant = np.array([0, 0, 0, 1, 1]), np.array([7, 7, 3, 3, 3])
    assert scoring.named(labels, meant).tolist() == [7, 7, 7, 3, 3]
    assert scoring.accuracy(labels, meant) == 0.8


# The photograph


def distinct(pixels: NDArray[Any]) -> int:
    return len(np.unique(pixels.reshape(-1, pixels.shape[-1]), axis=0))


@pytest.mark.slow
@pytest.mark.parametrize("step", [3, 5])
def test_a_fit_on_some_pixels_gives_64_colours_nearly_as_good_as_a_fit_on_all(step: int) -> None:
    shown = found("china_64")
    assert shown.models[step].labels_.shape == shown.pixels[::step, 0].shape
    assert shown.compressed[step].shape == shown.pixels.shape
    assert distinct(shown.compressed[step]) == 64
    errors = {key: scoring.mse(shown.pixels, pixels) for key, pixels in shown.compressed.items()}
    assert errors[step] < 1.05 * errors[1]


@pytest.mark.slow
def test_mini_batches_give_16_colours_nearly_as_good_for_a_part_of_the_work() -> None:
    shown = found("china_16")
    errors = {key: scoring.mse(shown.pixels, pixels) for key, pixels in shown.compressed.items()}
    assert {distinct(pixels) for pixels in shown.compressed.values()} == {16}
    assert errors["MiniBatchKMeans"] < 1.06 * errors["KMeans"]
    assert errors["compress_image"] < 1.02 * errors["KMeans"]
    batches, full = shown.batches, shown.full
    assert batches.n_steps_ * batches.batch_size < 0.1 * full.n_iter_ * len(shown.pixels)


def test_the_mean_squared_error_is_summed_over_the_channels() -> None:
    assert scoring.mse(np.zeros((2, 3)), np.array([[1, 1, 0], [0, 0, 0]]) / 255) == 1


def test_after_the_cloud_each_pixel_is_at_its_nearest_centroid() -> None:
    cloud = found("clouds")
    assert cloud.ways.shape[1:] == (16, 3)
    some = slice(None, None, 101)
    assert (
        cloud.labels[some].tolist() == scoring.nearest(cloud.pixels[some], cloud.ways[-1]).tolist()
    )


@pytest.mark.parametrize(("name", "colors"), [("china_64_third", 64), ("china_16", 16)])
def test_a_shown_photograph_has_as_many_colours_as_said(name: str, colors: int) -> None:
    with Image.open(tutorial.PICTURES / f"{name}.png") as picture:
        assert picture.mode == "P"
        assert distinct(np.asarray(picture.convert("RGB"))) <= colors


# The scripts and the page


@pytest.mark.slow
@EACH
def test_a_tutorial_draws_its_pictures_and_prints_its_figures(
    module: ModuleType, tmp_path: Path
) -> None:
    module.draw(found(module.__name__), tmp_path)
    assert {file.name for file in tmp_path.iterdir()} == set(module.PICTURES)
    rows = module.figures(found(module.__name__))
    assert len({len(row) for row in rows}) == 1


def test_a_tutorial_runs_as_a_script(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tutorial, "PICTURES", tmp_path / "pictures")
    runpy.run_path(str(HERE / "two_blobs.py"), run_name="__main__")
    assert (tmp_path / "pictures" / "two_blobs.png").exists()
    assert capsys.readouterr().out.startswith("| new point | cluster |")


def test_each_script_is_a_tutorial_of_the_page_or_what_they_share() -> None:
    shared = {"drawing", "grid", "page", "picture", "scoring", "tutorial"}
    assert {file.stem for file in HERE.glob("*.py")} == shared | {
        module.__name__ for module in page.TUTORIALS
    }


def test_the_pictures_of_the_page_are_there_and_small() -> None:
    files = {file.name: file.stat().st_size for file in tutorial.PICTURES.iterdir()}
    assert set(files) == {name for module in page.TUTORIALS for name in module.PICTURES}
    assert max(files.values()) < 70_000


def without_numbers(text: str) -> str:
    return re.sub(r"\d[\d.,]*", "#", text)


@pytest.mark.slow
def test_the_page_is_current_but_for_a_digit() -> None:
    made = page.page({module.__name__: found(module.__name__) for module in page.TUTORIALS})
    assert without_numbers(page.PAGE.read_text(encoding="utf-8")) == without_numbers(made), (
        "run: python docs/tutorials/page.py"
    )


def test_every_link_of_the_page_leads_somewhere() -> None:
    text = page.PAGE.read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#]+)\)", text)
    assert len(links) > 20
    assert all((HERE / link).exists() for link in links)


@EACH
def test_the_code_on_the_page_uses_no_name_that_it_does_not_show(module: ModuleType) -> None:
    tree = ast.parse(page.code(module))
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    known = {node.id for node in names if isinstance(node.ctx, ast.Store)} | set(dir(builtins))
    known |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    known |= {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    assert {node.id for node in names} <= known
