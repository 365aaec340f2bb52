"""Guards what the tutorials in `docs/tutorials` claim, that each of them runs, and their page."""

from __future__ import annotations

import base64
import functools
import json
import re
import runpy
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import grid
import interactive
import jupytext
import numpy as np
import page
import pytest
import scoring
import tutorial
from numpy.typing import NDArray
from PIL import Image
from sklearn.metrics import adjusted_rand_score

from helpers.paths import ROOT
from quantize import KMeans

HERE = Path(page.__file__).parent

EACH = pytest.mark.parametrize("name", page.TUTORIALS)


@functools.cache
def found(name: str) -> Any:
    """The names of a tutorial that was run, and what it showed; computed once."""
    shown: list[tutorial.Shown] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tutorial, "show", lambda *things: shown.extend(things))
        names = runpy.run_path(str(HERE / f"{name}.py"))
    return SimpleNamespace(**names, shown=shown)


def table(name: str) -> str:
    (only,) = (thing for thing in found(name).shown if isinstance(thing, tutorial.Table))
    return str(only)


# Blobs


def test_four_blobs_are_recovered_without_a_mistake() -> None:
    blobs = found("four_blobs")
    assert adjusted_rand_score(blobs.meant, blobs.model.labels_) == 1
    assert blobs.farthest < 0.2


def test_two_blobs_are_recovered_without_a_mistake() -> None:
    blobs = found("two_blobs")
    assert adjusted_rand_score(blobs.meant, blobs.model.labels_) == 1


def test_a_later_point_belongs_to_the_nearer_of_two_centroids() -> None:
    blobs = found("two_blobs")
    assert blobs.labels.tolist() == blobs.distances.argmin(axis=1).tolist()
    assert set(blobs.labels) == {0, 1}


# The algorithm


def test_k_means_by_hand_is_k_means_from_the_same_seeds() -> None:
    by_hand = found("find_clusters")
    for seed, (_, centers, labels) in by_hand.found.items():
        assert by_hand.ours[seed].cluster_centers_ == pytest.approx(centers)
        assert adjusted_rand_score(by_hand.ours[seed].labels_, labels) == 1


def test_by_hand_one_seed_finds_the_blobs_and_another_does_not() -> None:
    by_hand = found("find_clusters")
    right, wrong = (labels for _, _, labels in by_hand.found.values())
    assert adjusted_rand_score(by_hand.meant, right) == 1
    assert adjusted_rand_score(by_hand.meant, wrong) < 0.8
    assert by_hand.best.inertia_ == pytest.approx(min(by_hand.inertias.values()))


def test_the_steps_begin_at_points_of_the_data_with_two_seeds_in_one_blob() -> None:
    shown = found("steps")
    _, seeds, _ = shown.steps[0]
    assert all((shown.points == seed).all(axis=1).any() for seed in seeds)
    in_blob = shown.meant[scoring.nearest(seeds, shown.points)]
    assert sorted(np.bincount(in_blob, minlength=4)) == [0, 1, 1, 2]


def test_each_step_moves_the_centroids_to_the_means_of_their_points() -> None:
    shown = found("steps")
    # `n_iter_` counts the iteration that finds nothing to change as well
    assert [step[0] for step in shown.steps] == list(range(shown.model.n_iter_))
    for (_, before, _), (_, after, _) in pairwise(shown.steps):
        labels = scoring.nearest(shown.points, before)
        means = [shown.points[labels == cluster].mean(axis=0) for cluster in range(4)]
        np.testing.assert_allclose(after, means)


def test_the_steps_end_where_the_fit_is_with_the_four_blobs_found() -> None:
    shown = found("steps")
    _, centers, inertia = shown.steps[-1]
    assert np.array_equal(centers, shown.model.cluster_centers_)
    assert inertia == pytest.approx(shown.model.inertia_)
    assert adjusted_rand_score(shown.meant, shown.model.labels_) == 1


def test_inertia_never_rises_from_iteration_to_iteration() -> None:
    runs = found("inertia").runs
    assert len(runs) == 6
    for run in runs:
        assert len(run) > 5
        assert (np.diff(run) <= 0).all()


def test_the_fit_is_the_best_of_the_runs_that_the_callback_saw() -> None:
    ends = [run[-1] for run in found("inertia").runs]
    assert found("inertia").model.inertia_ == pytest.approx(min(ends))
    assert max(ends) > 1.01 * min(ends)  # they do not all end in the same place


def test_the_mean_inertia_of_k_means_plus_plus_is_below_that_of_random_over_20_seeds() -> None:
    random, spread = (found("seeds").inertias[init] for init in ("random", "k-means++"))
    assert len(random) == len(spread) == 20
    assert np.mean(spread) < 0.5 * np.mean(random)


def test_six_clusters_cut_blobs_and_the_elbow_is_at_four() -> None:
    six = found("six_clusters")
    assert len(np.unique(six.model.labels_)) == 6
    held = [np.unique(six.meant[six.model.labels_ == cluster]) for cluster in range(6)]
    assert sum(len(blobs) == 1 for blobs in held) >= 5
    falls = {k: 1 - six.inertias[k] / six.inertias[k - 1] for k in range(2, 10)}
    assert falls[4] > 0.5
    assert max(falls[k] for k in range(5, 10)) < 0.2


@pytest.mark.slow
@pytest.mark.parametrize("init", ["random", "k-means++"])
def test_the_best_inertia_never_rises_with_n_init(init: str) -> None:
    assert (np.diff(found("restarts").tables[init], axis=1) <= 0).all()


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
    assert "limit" in page.words("moons").lesson


def test_spectral_clustering_separates_them_as_the_page_says() -> None:
    assert scoring.accuracy(found("moons").spectral, found("moons").meant) > 0.98


def test_four_handwritten_digits_of_five_are_found() -> None:
    clustered = found("digits")
    assert clustered.digits.shape == (1797, 64)
    assert scoring.accuracy(clustered.model.labels_, clustered.meant) >= 0.79


def test_half_of_the_ones_are_taken_for_eights() -> None:
    matrix = found("digits").matrix
    assert matrix.sum() == 1797
    assert matrix.argmax(axis=0).tolist() == list(range(10))  # each digit has a cluster
    assert matrix[1, 8] / matrix[1].sum() == pytest.approx(0.5, abs=0.1)


def test_the_view_of_the_digits_is_that_of_their_principal_components() -> None:
    view = found("digits_pca")
    middle = view.digits - view.digits.mean(axis=0)
    lengths = np.linalg.svd(middle, compute_uv=False)
    assert np.linalg.norm(view.plane, axis=0) == pytest.approx(lengths[:2])


def test_long_and_unlike_blobs_are_cut_and_a_mixture_follows_them() -> None:
    scores = found("assumptions").scores
    for name in ("drawn out", "wide and narrow"):
        assert scores[name]["k-means"] < 0.9 < scores[name]["a mixture of Gaussians"]
    assert [*scores["large and small"].values()] == [1, 1]


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


@pytest.mark.slow
def test_after_the_cloud_each_pixel_is_at_its_nearest_centroid() -> None:
    cloud = found("clouds")
    some = slice(None, None, 101)
    nearest = scoring.nearest(cloud.pixels[some], cloud.model.cluster_centers_)
    assert cloud.labels[some].tolist() == nearest.tolist()
    assert cloud.ways.shape[1:] == (16, 3)


@pytest.mark.parametrize(("name", "colors"), [("china_64_third", 64), ("china_16", 16)])
def test_a_shown_photograph_has_as_many_colours_as_said(name: str, colors: int) -> None:
    with Image.open(tutorial.PICTURES / f"{name}.png") as picture:
        assert picture.mode == "P"
        assert distinct(np.asarray(picture.convert("RGB"))) <= colors


# The scripts, the notebooks and their page


@pytest.mark.slow
@EACH
def test_a_tutorial_shows_pictures_and_a_table(name: str) -> None:
    shown = found(name).shown
    pictures = [thing for thing in shown if isinstance(thing, tutorial.Picture)]
    assert pictures
    assert all(len(picture.alt) > 10 for picture in pictures)
    assert table(name).startswith("| ")
    rows = table(name).split("\n")
    assert len({row.count("|") for row in rows}) == 1


def test_a_tutorial_runs_as_a_script(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tutorial, "PICTURES", tmp_path / "pictures")
    runpy.run_path(str(HERE / "two_blobs.py"), run_name="__main__")
    assert (tmp_path / "pictures" / "two_blobs.png").exists()
    assert capsys.readouterr().out.startswith("| new point | cluster |")


def test_each_script_is_a_tutorial_or_what_they_share() -> None:
    shared = {"drawing", "grid", "interactive", "page", "picture", "scoring", "tutorial"}
    assert {file.stem for file in HERE.glob("*.py")} == shared | {*page.TUTORIALS}


@EACH
def test_a_tutorial_is_a_notebook_that_says_whose_example_it_answers(name: str) -> None:
    cells = jupytext.read(HERE / f"{name}.py").cells
    kinds = [cell.cell_type for cell in cells]
    assert (kinds[0], kinds[1], kinds[-1]) == ("markdown", "code", "markdown")
    assert cells[0].source.startswith("# ")
    assert cells[0].source.split("\n\n")[1].startswith("*Answers ")
    assert "](https://" in cells[0].source
    assert cells[-1].source.startswith("**To learn:** ")


FUNCTIONS = {
    "steps": "plot_kmeans_interactive",
    "find_clusters": "find_clusters",
    "six_clusters": "KMeans(6)",
    "assumptions": "plot_kmeans_assumptions",
    "digits": "confusion_matrix",
    "digits_pca": "pick_scatter_plot",
    "clouds": "plot_pixels",
    "china_64": "plot_color_quantization",
}
"""What the texts call their figures."""


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_notebook_names_the_function_of_its_text(name: str) -> None:
    assert FUNCTIONS[name] in page.words(name).answers


def test_every_notebook_is_a_page_of_the_site() -> None:
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    assert re.findall(r"tutorials/(\w+)\.md", text) == ["README", *page.TUTORIALS]


def test_the_pictures_of_the_page_are_there_and_small() -> None:
    files = {file.name: file.stat().st_size for file in tutorial.PICTURES.iterdir()}
    named = re.findall(r"pictures/([\w.]+)\)", page.PAGE.read_text(encoding="utf-8"))
    assert {*named} <= {*files}
    assert max(files.values()) < 70_000


@pytest.mark.slow
def test_the_pictures_are_those_of_the_notebooks() -> None:
    shown = [thing for name in page.TUTORIALS for thing in found(name).shown]
    names = {thing.name for thing in shown if isinstance(thing, tutorial.Picture)}
    assert names == {file.name for file in tutorial.PICTURES.iterdir()}


def test_the_page_is_current() -> None:
    assert page.PAGE.read_text(encoding="utf-8") == page.page(), (
        "run: python docs/tutorials/page.py"
    )


def test_every_link_of_the_page_leads_somewhere() -> None:
    text = page.PAGE.read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link]
    assert len(links) > 30
    assert all((HERE / link).exists() for link in links)


# Figures to use by hand; how they behave in a browser is the subject of `benchmarks/tutorials.py`


def data_of(figure: tutorial.ByHand) -> dict[str, Any]:
    text = figure.page.partition('<script type="application/json" id="data">')[2]
    return json.loads(text.partition("</script>")[0])


def packed(text: str, dtype: str, columns: int) -> NDArray[Any]:
    return np.frombuffer(base64.b64decode(text), dtype).reshape(-1, columns)


def test_the_slider_has_every_step_that_the_callback_was_told() -> None:
    points = np.random.default_rng(0).random((60, 2)) * [4, 1]
    steps: list[Any] = []
    how = {"n_init": 1, "algorithm": "lloyd", "random_state": 0}
    KMeans(3, callback=lambda *step: steps.append(step), **how).fit(points)
    data = data_of(interactive.steps(points, [interactive.Run("mine", steps)], "title"))
    (run,) = data["runs"]
    assert run["inertia"] == pytest.approx([step[2] for step in steps])
    there = packed(data["points"], "<f4", 2)
    scale = np.ptp(points, axis=0) / np.ptp(there, axis=0)
    assert scale[0] == pytest.approx(scale[1])  # so the nearest stay the nearest
    for text, (_, centers, _) in zip(run["centroids"], steps, strict=True):
        places = (packed(text, "<f4", 2) - there[0]) * scale + points[0]
        assert places == pytest.approx(centers, abs=1e-5)


def test_a_pick_says_what_the_point_is() -> None:
    view = found("digits_pca")
    (figure,) = (thing for thing in view.shown if isinstance(thing, tutorial.ByHand))
    data = data_of(figure)
    assert len(data["said"]) == len(packed(data["points"], "<f4", 2)) == 1797
    place = 7
    assert f"{view.meant[place]}, taken for" in data["said"][place]
    scan = packed(data["pictures"], "u1", 64)[place]
    assert scan == pytest.approx(view.digits[place] * 255 / 16, abs=1)
    assert [coloring["name"] for coloring in data["colorings"]] == ["learned labels", "true labels"]


def test_a_figure_to_use_by_hand_loads_nothing_and_its_words_are_text() -> None:
    points = np.array([[0.0, 0.0], [1.0, 1.0]])
    labels, scans = np.array([0, 1]), np.zeros((2, 8, 8), np.uint8)
    hostile = "<script>alert(1)</script>"
    figure = interactive.pickable(points, {hostile: labels}, [hostile] * 2, scans, hostile)
    assert "<script>alert" not in figure.page
    assert "default-src 'none'" in figure.page
    assert not re.search(r"(src|href)=\"?http", figure.page)
    assert "<script" not in interactive.framed(figure)


@pytest.mark.slow
def test_the_site_runs_a_notebook_and_takes_what_it_shows() -> None:
    pytest.importorskip("mkdocs")
    hook = runpy.run_path(str(ROOT / "docs" / "notebooks.py"))
    source = (HERE / "two_blobs.py").read_text(encoding="utf-8")
    made = hook["run"]("two_blobs", source, "")
    assert "](pictures/two_blobs.png)" in made.text
    assert made.pictures["two_blobs.png"].startswith(b"\x89PNG")
    assert table("two_blobs") in made.text
    assert '??? note "How it is drawn"\n\n    ```python\n' in made.text
    broken = source + "\n# %%\nraise ValueError('stop')\n"
    with pytest.raises(Exception, match="stop"):
        hook["run"]("two_blobs", broken, "")
