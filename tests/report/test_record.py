"""Guards the figures of the sidecar: each is recomputed here by other means.

From the files as other programs see them: the picture that went in and the image that was written,
decoded by Pillow, with NumPy and scikit-image.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from skimage.color import deltaE_ciede2000, rgb2lab
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from helpers.command import command
from helpers.paths import SAMPLES
from helpers.pictures import picture, pixels
from quantize.color import contrast
from quantize.report import record as report_record

Floats = NDArray[np.float64]

SCHEMA: dict[str, type | tuple[type, ...]] = {
    "schema": int,
    "input": str,
    "output": str,
    "width": int,
    "height": int,
    "channels": int,
    "colors_before": int,
    "colors_after": int,
    "lossless": bool,
    "k": int,
    "auto": dict,
    "settings_digest": str,
    "keep_color": list,
    "palette_for": str,
    "space": str,
    "weights": str,
    "algorithm": str,
    "engine": str,
    "init": str,
    "effort": str,
    "seed": int,
    "sort": str,
    "dither": str,
    "bytes_before": int,
    "bytes_after": int,
    "bytes_raw": int,
    "bytes_lossless": int,
    "compression_ratio": float,
    "bits_per_pixel": float,
    "mse": float,
    "psnr": float,
    "ssim": float,
    "delta_e_mean": float,
    "delta_e_p95": float,
    "delta_e_max": float,
    "inertia": float,
    "iterations": int,
    "converged": bool,
    "notes": list,
    "seconds": dict,
    "palette": list,
    "roles": dict,
    "contrast": dict,
}
"""Every field of schema 2 and its type, in order, with `--metrics full`."""

FULL = {"bytes_lossless", "ssim", "delta_e_mean", "delta_e_p95", "delta_e_max"}

WHERE_USED = {"auto", "keep_color"}
"""Fields of options that change nothing unless they are used."""

KEPT = "#00ff7f"


@dataclass(frozen=True)
class Case:
    """A run: its record, what went in and what was written, as arrays; the written file."""

    record: dict[str, Any]
    source: Path
    written: Path

    @property
    def before(self) -> NDArray[np.uint8]:
        return pixels(self.source)

    @property
    def after(self) -> NDArray[np.uint8]:
        return pixels(self.written)


def quantized(source: Path, folder: Path, *wishes: object, ending: str = ".png") -> Case:
    answer = command(source, "-o", f"out{ending}", *wishes, cwd=folder)
    assert answer.code == 0
    record = json.loads((folder / "out.json").read_text("utf-8"))
    return Case(record, source, folder / f"out{ending}")


def noise(folder: Path, *wishes: object, size: tuple[int, int] = (48, 32)) -> Case:
    picture(size=size).save(folder / "photo.png")
    return quantized(folder / "photo.png", folder, *wishes)


PLAIN = ("--space", "srgb", "--weights", "uniform")
"""Where inertia is the squared error of the centroids in 8-bit sRGB."""

MAKERS: dict[str, Callable[[Path], Case]] = {
    "as it comes": lambda folder: noise(folder, "-k", 7, "--metrics", "full"),
    "noise": lambda folder: noise(folder, "-k", 7, "--metrics", "full", "--seed", 3, *PLAIN),
    "noise of 200 colours": lambda folder: noise(folder, "-k", 200, "--metrics", "full", *PLAIN),
    "photo": lambda folder: quantized(
        *(SAMPLES / "chelsea.png", folder, "-k", 16, "--metrics", "full"),
        *("--algorithm", "mini-batch", *PLAIN),
    ),
    "alpha": lambda folder: quantized(
        SAMPLES / "logo.png", folder, "-k", 6, "--metrics", "full", *PLAIN
    ),
    "alpha as GIF": lambda folder: quantized(
        SAMPLES / "logo.png", folder, "-k", 6, "--metrics", "full", ending=".gif"
    ),
    "sample": lambda folder: noise(
        *(folder, "-k", 9, "--metrics", "full", "--sample", 60, "--init", "random", "--tol", 0),
        *PLAIN,
    ),
    "knee": lambda folder: noise(
        *(folder, "-k", "auto", "--metrics", "full", "--keep-color", KEPT),
        *("--keep-color", "#0F7", *PLAIN),
    ),
    "max-error": lambda folder: noise(
        folder, *("-k", "auto", "--max-error", 7, "--keep-color", KEPT, *PLAIN)
    ),
}

UNLIKE_SRGB = ("as it comes", "alpha as GIF")
"""Cases of the default space and weights."""

OPEN = ("knee", "max-error")
"""Cases that leave the number of colours open, and have a colour to keep."""


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Case]:
    """Each case by its name, run when it is first asked for."""
    return cache(lambda name: MAKERS[name](tmp_path_factory.mktemp("case")))


@pytest.fixture(params=MAKERS)
def case(request: pytest.FixtureRequest, cases: Callable[[str], Case]) -> Case:
    return cases(request.param)


GROUNDS = (0, 255)
"""With alpha errors are means of those on black and on white."""


def on(ground: int, image: NDArray[np.uint8]) -> Floats:
    """(h, w, 3), not rounded, of (h, w, 3 or 4)."""
    values = image.astype(np.float64)
    if image.shape[2] == 3:
        return values
    opacity = values[..., 3:] / 255
    return values[..., :3] * opacity + ground * (1 - opacity)


def seen(case: Case) -> list[tuple[NDArray[np.uint8], NDArray[np.uint8]]]:
    """What went in and what was written, as 8-bit pictures on each ground."""
    return [
        (
            np.rint(on(at, case.before)).astype(np.uint8),
            np.rint(on(at, case.after)).astype(np.uint8),
        )
        for at in GROUNDS
    ]


# The record


def test_each_role_is_a_colour_of_the_palette_or_none(cases: Callable[[str], Case]) -> None:
    record = cases("photo").record
    assert list(record["roles"]) == [
        *("dominant", "vibrant", "light_vibrant", "dark_vibrant"),
        *("muted", "light_muted", "dark_muted", "accent", "background", "text"),
    ]
    codes = {entry["hex"]: entry["count"] for entry in record["palette"]}
    assert {*record["roles"].values()} <= {*codes, None}
    assert codes[record["roles"]["dominant"]] == max(codes.values())


@pytest.mark.parametrize("name", MAKERS)
def test_the_record_has_every_field_in_order(name: str, cases: Callable[[str], Case]) -> None:
    record = cases(name).record
    wanted = [field for field in SCHEMA if field not in WHERE_USED or name in OPEN]
    assert list(record) == wanted
    for field, value in record.items():
        assert type(value) is SCHEMA[field]
    assert record["schema"] == 2


def test_without_full_metrics_their_fields_are_absent(tmp_path: Path) -> None:
    record = noise(tmp_path, "-k", 4).record
    assert list(record) == [name for name in SCHEMA if name not in FULL | WHERE_USED]


def test_the_record_repeats_how_it_came_about(tmp_path: Path) -> None:
    wishes = {"algorithm": "mini-batch", "init": "random", "seed": 11, "engine": "internal"}
    words = [word for name, value in wishes.items() for word in (f"--{name}", value)]
    record = noise(tmp_path, "-k", 5, *words).record
    assert {name: record[name] for name in wishes} == wishes
    assert (record["k"], record["dither"]) == (5, "none")
    assert (record["space"], record["weights"]) == ("eye", "contrast")


def test_a_picture_that_is_unchanged_has_no_psnr_and_is_lossless(tmp_path: Path) -> None:
    case = quantized(SAMPLES / "pixelart.png", tmp_path, "--metrics", "full")
    figures = case.record
    assert figures["psnr"] is None  # JSON knows no infinity
    assert (figures["mse"], figures["inertia"], figures["iterations"]) == (0, 0, 0)
    assert (figures["lossless"], figures["converged"]) == (True, True)
    assert (figures["ssim"], figures["delta_e_max"]) == (pytest.approx(1), 0)
    assert np.array_equal(case.before, case.after)


def test_a_format_that_loses_half_transparency_is_not_lossless(tmp_path: Path) -> None:
    Image.new("RGBA", (4, 4), (10, 20, 30, 200)).save(tmp_path / "veil.png")
    case = quantized(tmp_path / "veil.png", tmp_path, ending=".gif")
    assert case.after[0, 0].tolist()[:3] == [10, 20, 30]
    assert case.record["lossless"] is False
    assert case.record["notes"]


# Why k is what it is, where that was left open


@pytest.mark.parametrize("name", OPEN)
def test_the_number_that_was_chosen_stands_beside_the_curve_that_it_was_chosen_from(
    name: str, cases: Callable[[str], Case]
) -> None:
    record = cases(name).record
    assert record["k"] == len(record["palette"])
    assert list(record["auto"]) == ["criterion", "curve"]
    assert record["auto"]["criterion"] == name
    curve = record["auto"]["curve"]
    sizes = [point["colors"] for point in curve]
    assert sizes == sorted(set(sizes))
    fields = ["colors", "mse", "delta_e_mean" if name == "max-error" else "bytes"]
    assert all(list(point) == fields for point in curve)
    assert min(point[fields[-1]] for point in curve) > 0
    assert name == "max-error" or record["k"] in sizes


def test_the_error_that_was_asked_for_is_met(cases: Callable[[str], Case]) -> None:
    assert 5 < cases("max-error").record["delta_e_mean"] <= 7


@pytest.mark.parametrize("name", OPEN)
def test_a_colour_to_keep_is_named_once_and_in_the_palette(
    name: str, cases: Callable[[str], Case]
) -> None:
    record = cases(name).record
    wanted = [KEPT, "#00ff77"] if name == "knee" else [KEPT]
    assert record["keep_color"] == wanted
    assert set(wanted) <= {entry["hex"] for entry in record["palette"]}


def test_the_number_of_a_shared_palette_is_a_number_too(tmp_path: Path) -> None:
    for seed in (0, 1):
        picture(seed).save(tmp_path / f"{seed}.png")
    wishes = ("-k", "auto", "--shared-palette", "--keep-color", KEPT)
    assert command("0.png", "1.png", *wishes, cwd=tmp_path).code == 0
    first, second = (json.loads((tmp_path / f"{seed}-auto.json").read_text()) for seed in (0, 1))
    assert first["k"] == second["k"] == len(first["palette"]) == len(second["palette"])
    assert first["k"] > 1
    assert KEPT in {entry["hex"] for entry in first["palette"]}


def test_the_silhouette_stands_in_the_curve_where_it_is_the_criterion(tmp_path: Path) -> None:
    wishes = ("-k", "auto", "--auto-criterion", "silhouette")
    auto = noise(tmp_path, *wishes, size=(9, 7)).record["auto"]
    assert auto["criterion"] == "silhouette"
    assert list(auto["curve"][0]) == ["colors", "mse", "bytes", "silhouette"]
    assert all(-1 <= point["silhouette"] <= 1 for point in auto["curve"])


# Sizes


def test_sizes_are_those_of_the_files(case: Case) -> None:
    record, before = case.record, case.before
    assert record["input"] == str(case.source)
    assert record["output"] == case.written.name
    assert before.shape == (record["height"], record["width"], record["channels"])
    assert record["bytes_before"] == case.source.stat().st_size
    assert record["bytes_after"] == case.written.stat().st_size
    assert record["bytes_raw"] == before.size
    assert record["compression_ratio"] == pytest.approx(before.size / record["bytes_after"])
    area = before.shape[0] * before.shape[1]
    assert record["bits_per_pixel"] == pytest.approx(8 * record["bytes_after"] / area)


def test_seconds_add_up(case: Case) -> None:
    seconds = dict(case.record["seconds"])
    total = seconds.pop("total")
    chosen = {
        None: ["cluster"],
        "knee": ["choose", "cluster"],
        "max-error": ["choose"],  # which had to cluster
    }[case.record.get("auto", {}).get("criterion")]
    first, *rest, last = seconds
    assert (first, last) == ("read", "encode")
    assert set(rest) == {"count", *chosen, "map", "measure"}
    assert min(seconds.values()) >= 0
    assert sum(seconds.values()) == pytest.approx(total)


# Colours


def visible(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """With one colour for all that is fully transparent."""
    return np.where(image[..., 3:] > 0, image, 0) if image.shape[2] == 4 else image


def test_colours_are_counted(case: Case) -> None:
    flat = [visible(image).reshape(-1, image.shape[2]) for image in (case.before, case.after)]
    before, after = (len(np.unique(colors, axis=0)) for colors in flat)
    assert (case.record["colors_before"], case.record["colors_after"]) == (before, after)
    assert after <= case.record["k"]


def test_the_palette_is_that_of_the_file_in_its_order(case: Case) -> None:
    with Image.open(case.written) as image:
        assert image.mode == "P"
        indices = np.asarray(image)
        image.apply_transparency()  # into the palette
        stored = image.getpalette("RGBA")
    assert stored is not None
    entries = case.record["palette"]
    rows = np.array(stored, np.uint8).reshape(-1, 4)[: len(entries)].tolist()
    # a GIF cannot say which colour a transparent entry has
    wanted = [[*entry["rgb"], entry.get("alpha", 255)] for entry in entries]
    assert [row if row[3] else [0] * 4 for row in rows] == wanted
    counts = np.bincount(indices.ravel(), minlength=len(entries))
    assert [entry["count"] for entry in entries] == counts.tolist()


def test_shares_are_counts_over_pixels(case: Case) -> None:
    entries = case.record["palette"]
    area = case.record["width"] * case.record["height"]
    used = [entry for entry in entries if entry["count"]]
    assert len(used) == case.record["colors_after"]
    assert sum(entry["count"] for entry in used) == area
    unused = {entry["hex"] for entry in entries if not entry["count"]}
    assert unused <= set(case.record.get("keep_color", ()))
    for entry in entries:
        assert entry["share"] == pytest.approx(entry["count"] / area, rel=1e-5)


def test_each_colour_has_a_hex_code_and_a_name(case: Case) -> None:
    fields = ["hex", "rgb", *["alpha"] * (case.record["channels"] == 4), "count", "share", "name"]
    fields += ["text", "text_in_palette"]
    for entry in case.record["palette"]:
        assert list(entry) == fields
        assert entry["hex"] == "#{:02x}{:02x}{:02x}".format(*entry["rgb"])
        assert entry["name"]


def rgb(code: str) -> tuple[int, int, int]:
    red, green, blue = bytes.fromhex(code[1:])
    return red, green, blue


def test_each_colour_has_the_text_that_is_read_best_on_it(case: Case) -> None:
    palette = case.record["palette"]
    colors = contrast.seen([(*entry["rgb"], entry.get("alpha", 255)) for entry in palette])
    for entry, color in zip(palette, colors, strict=True):
        for name, choices in (("text", ["#000000", "#ffffff"]), ("text_in_palette", None)):
            text = entry[name]
            ratios = [contrast.ratio(rgb(code), color) for code in choices or ()]
            ratios += [] if choices else [contrast.ratio(other, color) for other in colors]
            assert text["wcag"] == pytest.approx(max(ratios), abs=0.006)
            wanted = contrast.lightness_contrast(rgb(text["hex"]), color)
            assert text["apca"] == pytest.approx(wanted, abs=0.06)
        assert entry["text"]["wcag"] >= 4.58


def test_the_pairs_that_could_be_text_and_background_are_listed(case: Case) -> None:
    palette, found = case.record["palette"], case.record["contrast"]
    colors = contrast.seen([(*entry["rgb"], entry.get("alpha", 255)) for entry in palette])
    wanted = {
        frozenset((one, two)): contrast.ratio(colors[one], colors[two])
        for one, two in combinations(range(len(colors)), 2)
        if contrast.ratio(colors[one], colors[two]) >= 4.5
    }
    assert found["readable_pairs"] == len(wanted)
    assert len(found["pairs"]) == min(len(wanted), 128)
    for pair in found["pairs"]:
        dark, light = colors[pair["dark"]], colors[pair["light"]]
        ratio = wanted.pop(frozenset((pair["dark"], pair["light"])))
        assert pair["wcag"] == pytest.approx(ratio, abs=0.006)
        assert contrast.luminance(dark) < contrast.luminance(light)
        both = contrast.lightness_contrast(dark, light), contrast.lightness_contrast(light, dark)
        assert pair["apca"] == pytest.approx(both, abs=0.06)
    assert found["readable_pairs"] > 128 or not wanted


# Errors, of what was written against what was read; with alpha, on black and on white


def test_mse_and_psnr(case: Case) -> None:
    assert case.before.shape[2] == case.record["channels"]
    mse = np.mean(
        [np.square(on(at, case.before) - on(at, case.after)).sum(axis=2).mean() for at in GROUNDS]
    )
    assert case.record["mse"] == pytest.approx(mse, rel=1e-9)
    assert case.record["psnr"] == pytest.approx(10 * np.log10(255**2 * 3 / mse), rel=1e-9)
    if case.record["channels"] == 3:
        psnr = peak_signal_noise_ratio(case.before, case.after, data_range=255)
        assert case.record["psnr"] == pytest.approx(psnr, rel=1e-9)
    assert case.record["lossless"] is False


def test_ssim(case: Case) -> None:
    found = []
    for pair in seen(case):
        lumas = [image @ np.array([0.299, 0.587, 0.114]) for image in pair]
        found.append(
            structural_similarity(
                *lumas,
                data_range=255,
                gaussian_weights=True,
                sigma=1.5,
                use_sample_covariance=False,
            )
        )
    assert case.record["ssim"] == pytest.approx(np.mean(found), abs=1e-9)


def test_delta_e(case: Case) -> None:
    figures = []
    for pair in seen(case):
        differences = deltaE_ciede2000(*(rgb2lab(image) for image in pair))
        p95 = np.percentile(differences, 95, method="inverted_cdf")
        figures.append((differences.mean(), p95, differences.max()))
    found = [case.record[f"delta_e_{name}"] for name in ("mean", "p95", "max")]
    assert found == pytest.approx(np.mean(figures, axis=0), rel=1e-6)


def test_errors_of_a_dithered_picture_with_alpha_are_the_same_figures(tmp_path: Path) -> None:
    wishes = ("-k", 6, "--metrics", "full", "--dither", "bayer-4")
    case = quantized(SAMPLES / "logo.png", tmp_path, *wishes)
    for same in (test_mse_and_psnr, test_ssim, test_delta_e):
        same(case)


# Inertia, of the centroids before they are rounded to a palette


@pytest.mark.parametrize(
    "name", [name for name in MAKERS if name not in ("as it comes", "alpha as GIF")]
)
def test_inertia_is_a_little_below_the_error_of_the_rounded_palette(
    name: str, cases: Callable[[str], Case]
) -> None:
    record = cases(name).record
    mean = record["inertia"] / (record["width"] * record["height"])
    # rounding moves a mean of d channels by a squared distance of d/4 at most, and mapping each
    # pixel to the nearest of the moved ones makes good for some of it; a sample's are no means
    slack = 0.02 * record["mse"] if name in {"sample", "photo", "alpha"} else 1e-3 * record["mse"]
    assert mean <= record["mse"] + slack
    assert record["mse"] <= mean + record["channels"] / 4 + slack


def test_inertia_of_one_colour_is_the_variance_of_the_picture(tmp_path: Path) -> None:
    case = noise(tmp_path, "-k", 1, *PLAIN)
    spread = case.before.astype(np.float64).reshape(-1, 3).var(axis=0).sum()
    assert case.record["inertia"] == pytest.approx(spread * 48 * 32, rel=1e-9)


def test_inertia_of_clear_clusters_is_that_of_their_means(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    centers = np.array([[20, 30, 40], [200, 40, 60], [60, 200, 90], [220, 210, 200]])
    blobs = centers[rng.integers(0, 4, (24, 24))] + rng.integers(-9, 10, (24, 24, 3))
    Image.fromarray(blobs.astype(np.uint8)).save(tmp_path / "blobs.png")
    case = quantized(tmp_path / "blobs.png", tmp_path, "-k", 4, "--tol", 0, *PLAIN)
    with Image.open(case.written) as image:
        labels = np.asarray(image).ravel()
    points = case.before.reshape(-1, 3).astype(np.float64)
    inertia = sum(
        np.square(points[labels == label] - points[labels == label].mean(axis=0)).sum()
        for label in range(4)
    )
    assert case.record["inertia"] == pytest.approx(inertia, rel=1e-6)  # float32 distances
    assert case.record["converged"] is True


@pytest.mark.parametrize("name", ["plain", 'a "quoted" one', "}, {", "x}, {y", "\u202eturned"])
def test_each_row_of_a_list_has_a_line_whatever_its_texts_say(name: str) -> None:
    rows = [{"name": name, "text": {"a": 1}}, {"name": "b", "text": {"a": 2}}]
    text = report_record.line_of("palette", rows)
    assert json.loads(f"{{{text}}}") == {"palette": rows}
    assert [line.strip().rstrip(",") for line in text.splitlines()[1:-1]] == [
        report_record.line(row) for row in rows
    ]
