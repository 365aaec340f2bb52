"""Guards the page of a picture: what it holds, that it loads nothing, that names are text.

How it behaves in a browser is the subject of `test_browser.py`.
"""

from __future__ import annotations

import base64
import hashlib
import html
import io
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from helpers.paths import ROOT
from helpers.pictures import picture
from quantize import Palette, Result, quantize
from quantize.color.conversions import lab
from quantize.color.difference import ciede2000
from quantize.errors import OutputError, OutputExistsError
from quantize.model.pixels import Bytes
from quantize.report.page import curve, evidence
from quantize.report.page import html as page_html
from quantize.report.page.meanings import MEANINGS

FIELDS_ELSEWHERE = {
    *("schema", "settings_digest", "notes", "seconds", "palette", "roles", "contrast", "auto"),
    *("palettes", "suits_file", "copied"),
}
"""Fields of the record that are no row of the table of figures."""


def page_of(result: Result, folder: Path) -> str:
    result.report(folder / "page.html", force=True)
    return (folder / "page.html").read_text(encoding="utf-8")


def data_of(page: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


def pixels_at(address: str) -> Bytes:
    _, _, data = address.partition("base64,")
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(data))).convert("RGBA"))


@pytest.fixture(scope="module")
def result() -> Result:
    return quantize(picture(0, (40, 24)), 6)


def test_before_and_after_are_the_pixels(result: Result, tmp_path: Path) -> None:
    data = data_of(page_of(result, tmp_path))
    before = pixels_at(data["before"])
    assert (before[..., :3] == np.asarray(picture(0, (40, 24)))).all()
    entries = np.array([entry["rgb"] for entry in data["palette"]], np.uint8)
    places = pixels_at(data["indices"])[..., 0]
    assert (entries[places] == result.to_array()).all()


def test_the_map_has_the_error_of_each_pixel(result: Result, tmp_path: Path) -> None:
    levels = pixels_at(data_of(page_of(result, tmp_path))["errors"])[..., 0]
    before, after = np.asarray(picture(0, (40, 24))), result.to_array()
    errors = ciede2000(lab(before.reshape(-1, 3)), lab(after.reshape(-1, 3)))
    expected = np.minimum(np.rint(errors * 25.5), 255).reshape(levels.shape)
    assert (levels == expected).all()


def test_a_pixel_that_is_seen_through_has_the_mean_error_on_two_grounds() -> None:
    before, after = (
        np.array([[255, 255, 255, 0]], np.uint8),
        np.array([[255, 255, 255, 255]], np.uint8),
    )
    on_black = ciede2000(lab(before[:, :3] * 0), lab(after[:, :3]))
    assert evidence._differences(before, after) == pytest.approx(on_black / 2)


def test_of_a_large_picture_each_nth_pixel_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "MOST_PIXELS", 30)
    image = np.asarray(picture(0, (11, 7)))
    found = quantize(image, 4)
    shown = evidence.gather(image, found.indices, found.palette, found.settings)
    assert (shown.width, shown.height, shown.every) == (6, 4, 2)
    assert (pixels_at(shown.before)[..., :3] == image[::2, ::2]).all()


def test_the_cloud_has_every_colour_of_a_small_picture(result: Result, tmp_path: Path) -> None:
    cloud = data_of(page_of(result, tmp_path))["cloud"]
    colors = np.frombuffer(base64.b64decode(cloud["colors"]), np.uint8).reshape(-1, 3)
    assert {*map(tuple, colors)} == {*map(tuple, np.asarray(picture(0, (40, 24))).reshape(-1, 3))}


def test_the_steps_end_where_k_means_rests(result: Result, tmp_path: Path) -> None:
    steps = data_of(page_of(result, tmp_path))["steps"]
    points = np.frombuffer(base64.b64decode(steps["points"]), "<f4").reshape(-1, 3)
    assert [run["name"].partition(":")[0] for run in steps["runs"]] == ["random", "k-means++", "wu"]
    for run in steps["runs"]:
        assert run["inertia"] == sorted(run["inertia"], reverse=True)
        last = np.frombuffer(base64.b64decode(run["centroids"][-1]), "<f4").reshape(-1, 3)
        labels = np.square(points[:, None] - last).sum(axis=2).argmin(axis=1)
        means = [points[labels == label].mean(axis=0) for label in range(len(last))]
        assert last == pytest.approx(np.array(means), abs=0.02)


def test_a_picture_of_few_colours_has_no_steps(tmp_path: Path) -> None:
    page = page_of(quantize(np.zeros((3, 3, 3), np.uint8), 4), tmp_path)
    assert data_of(page)["steps"] is None
    assert '<section aria-labelledby="h-steps" hidden>' in page


def test_every_field_of_a_record_has_its_meaning(tmp_path: Path) -> None:
    from quantize.report import record

    found = quantize(
        picture(0, (40, 24)), 6, metrics="full", dither="bayer-4", keep_color=["#123456"]
    )
    built = record.build(
        found.source, found, found.settings, output="x", bytes_after=1, seconds={}, bytes_lossless=2
    )
    assert not built.keys() - MEANINGS.keys() - FIELDS_ELSEWHERE
    page = page_of(found, tmp_path)
    for field in ("mse", "psnr", "ssim", "delta_e_mean"):
        assert f'<th scope="row">{field}</th>' in page


def test_every_field_that_the_docs_name_has_its_meaning() -> None:
    text = (ROOT / "docs" / "sidecar.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`[^|]*`) \|", text, re.MULTILINE)
    named = {field for row in rows for field in re.findall(r"`([a-z_0-9]+)`", row)}
    assert len(named) > 40
    assert not named - MEANINGS.keys() - FIELDS_ELSEWHERE


def test_a_size_that_was_found_has_its_curve(tmp_path: Path) -> None:
    page = page_of(quantize(picture(0, (40, 24)), "auto"), tmp_path)
    assert page.count("<polyline") == 2
    assert "mean squared error" in page
    assert curve.section(None) == ""


def test_the_call_makes_it_again(tmp_path: Path) -> None:
    picture(0, (40, 24)).save(tmp_path / "a'b.png")
    result = quantize(tmp_path / "a'b.png", 6, space="lab", dither="atkinson")
    code = re.search(r"<pre><code>(.*?)</code>", page_of(result, tmp_path), re.DOTALL)
    assert code is not None
    lines = html.unescape(code[1]).splitlines()
    made: dict[str, Any] = {}
    exec("\n".join(lines[:-1]), made)
    assert made["result"].palette == result.palette
    assert (made["result"].indices == result.indices).all()


HOSTILE = "</script><img src=x onerror=alert(1)>\u202e&{title}"


def test_hostile_names_are_text(tmp_path: Path) -> None:
    folder = tmp_path / "x"
    folder.mkdir()
    path = folder / HOSTILE.replace("/", "\u2215")
    picture(0, (40, 24)).save(path, "PNG")
    result = quantize(path, 6)
    named = Palette(result.palette.colors, result.palette.counts, (HOSTILE,) * 6)
    result.__dict__["palette"] = named
    result.__dict__["frames"] = (result.frames[0]._replace(palette=named),)
    page = page_of(result, tmp_path)
    assert "<img" not in page
    assert "\u202e" not in page
    assert page.count("</script>") == 2
    assert data_of(page)["palette"][0]["name"] == HOSTILE.replace("\u202e", "")


def test_the_page_loads_nothing_and_runs_its_script_alone(result: Result, tmp_path: Path) -> None:
    page = page_of(result, tmp_path)
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy is not None
    assert "default-src 'none'" in policy[1]
    for name in ("style", "script"):
        text = re.search(f"<{name}>(.*?)</{name}>", page, re.DOTALL)
        assert text is not None
        digest = base64.b64encode(hashlib.sha256(text[1].encode()).digest()).decode()
        assert f"{name}-src 'sha256-{digest}'" in policy[1]
    assert not re.findall(r'(?:src|href)="(?!data:)[^"]*"|url\(|@import|https?://', page)
    assert "style=" not in page


def test_the_page_is_small_beside_its_pictures(result: Result, tmp_path: Path) -> None:
    page = page_of(result, tmp_path)
    data = re.search(r'id="data">(.*?)</script>', page, re.DOTALL)
    assert data is not None
    assert len(page) - len(data[1]) < 150_000


def test_the_same_result_has_the_same_page(tmp_path: Path) -> None:
    def page(threads: int) -> str:
        result = quantize(picture(0, (40, 24)), 6, threads=threads)
        return re.sub(r"seconds: .*|time<b>.*?</b>|, threads=\d", "", page_of(result, tmp_path))

    assert page(1) == page(2)


def test_a_report_is_a_page_and_replaces_nothing(result: Result, tmp_path: Path) -> None:
    with pytest.raises(
        OutputError, match=r"page\.png: is not the name of a page; let it end in \.html"
    ):
        result.report(tmp_path / "page.png")
    result.report(tmp_path / "page.html")
    with pytest.raises(OutputExistsError):
        result.report(tmp_path / "page.html")


def test_assets_are_part_of_the_package() -> None:
    for name in (
        "head.html",
        "page.html",
        "steps.html",
        "folder.html",
        "page.css",
        "tools.js",
        "steps.js",
        "page.js",
    ):
        assert page_html.asset(name)
