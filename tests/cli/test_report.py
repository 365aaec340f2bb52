"""Guards `--report`: a page for a picture, and for a folder a table that leads to the pages."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path

import pytest

from helpers.command import Run
from helpers.folders import names, snapshot
from helpers.pictures import picture


@pytest.fixture
def album(tmp_path: Path) -> Path:
    """Three pictures in two folders, one of which has a hostile name, and a file that is none."""
    folder = tmp_path / "album"
    (folder / "x").mkdir(parents=True)
    for seed, name in enumerate(("a.png", "b.jpg", "x/<b>&#.png")):
        picture(seed, (40, 24)).save(folder / name)
    (folder / "bad.png").write_bytes(b"none")
    return folder


def links(page: str) -> list[str]:
    return [html.unescape(found) for found in re.findall(r'<a href="([^"]*)"', page)]


def test_a_picture_has_its_page_beside_the_other_outputs(run: Run, tmp_path: Path) -> None:
    picture(0, (40, 24)).save(tmp_path / "a.png")
    answer = run("a.png", "-k", 4, "--report", "a b.html")
    assert (answer.code, answer.errors) == (0, [])
    assert "also     a b.html, a-4.json" in answer.text
    page = (tmp_path / "a b.html").read_text(encoding="utf-8")
    assert "a.png -k 4 --report &#x27;a b.html&#x27;</code>" in page
    assert not links(page)


def test_a_folder_has_a_table_that_leads_to_the_pages(
    run: Run, album: Path, tmp_path: Path
) -> None:
    answer = run(album, "-r", "-k", 4, "-o", "out", "--report", "web/all.html")
    assert answer.code == 1  # of the file that is no picture
    found = {name for name in names(tmp_path / "web") if name.endswith(".html")}
    below = {"a.png.html", "b.jpg.html", "x/<b>&#.png.html"}
    assert found == {"all.html", *(f"all_files/{name}" for name in below)}
    page = (tmp_path / "web" / "all.html").read_text(encoding="utf-8")
    assert len(re.findall("<tr>", page)) == 1 + 4
    assert "<b>" not in page
    assert "&lt;b&gt;&amp;#.png" in page
    assert "failed: is not an image" in page
    assert links(page) == [
        "all_files/a.png.html",
        "all_files/b.jpg.html",
        "all_files/x/%3Cb%3E%26%23.png.html",
    ]
    single = (tmp_path / "web" / "all_files" / "x" / "<b>&#.png.html").read_text(encoding="utf-8")
    assert links(single) == ["../../all.html"]


def test_a_page_that_exists_is_not_replaced_without_force(run: Run, tmp_path: Path) -> None:
    picture(0, (40, 24)).save(tmp_path / "a.png")
    (tmp_path / "a.html").write_text("mine")
    before = snapshot(tmp_path)
    answer = run("a.png", "-k", 4, "--report", "a.html")
    assert answer.code == 1
    assert "a.html" in answer.errors[0]
    assert "--force" in answer.errors[0]
    assert snapshot(tmp_path) == before
    assert run("a.png", "-k", 4, "--report", "a.html", "--force").code == 0


def test_the_table_is_not_replaced_either(run: Run, album: Path, tmp_path: Path) -> None:
    (tmp_path / "all.html").write_text("mine")
    before = snapshot(tmp_path)
    answer = run(album, "-k", 4, "-o", "out/", "--report", "all.html")
    assert answer.code == 1
    assert "all.html" in answer.errors[0]
    assert snapshot(tmp_path) == before


def test_a_page_ends_as_one(run: Run, tmp_path: Path) -> None:
    picture(0, (40, 24)).save(tmp_path / "a.png")
    answer = run("a.png", "--report", "a.pdf")
    assert answer.code == 2
    assert "--report" in answer.errors[-1]
    assert ".html" in answer.errors[-1]


def test_a_palette_has_no_page(run: Run, tmp_path: Path) -> None:
    (tmp_path / "two.hex").write_text("ff0000\n00ff00\n")
    answer = run("two.hex", "--no-image", "--save-palette", "two.gpl", "--report", "two.html")
    assert answer.code == 2
    assert "a palette is none" in answer.errors[-1]


def test_a_dry_run_names_the_page(run: Run, tmp_path: Path) -> None:
    picture(0, (40, 24)).save(tmp_path / "a.png")
    answer = run("a.png", "-k", 4, "--report", "a.html", "--dry-run", "--json")
    assert "a.html" in json.loads(answer.text)["files"]
    assert names(tmp_path) == {"a.png"}


def test_pages_are_the_same_from_several_processes(run: Run, album: Path, tmp_path: Path) -> None:
    pages = []
    figures = r"seconds: .*|time<b>.*?</b>|<pre>.*?</pre>|<td [^>]*>\w+/o.*?</td>"
    for folder, processes in (("one", 1), ("two", 2)):
        (tmp_path / folder).mkdir()
        words = ("-o", f"{folder}/o", "-j", processes, "--report", f"{folder}/p.html")
        run(album, "-r", "-k", 4, *words)
        text = (tmp_path / folder / "p_files" / "a.png.html").read_text(encoding="utf-8")
        pages.append(re.sub(figures, "", text))
    assert pages[0] == pages[1]


def test_what_is_skipped_keeps_its_page(run: Run, album: Path, tmp_path: Path) -> None:
    words = (album / "a.png", album / "b.jpg", "-k", 4, "-o", "out/{stem}-{ext}.png")
    run(*words, "--report", "all.html")
    before = (tmp_path / "all_files" / "a.png.html").read_bytes()
    answer = run(*words, "--report", "all.html", "--update")
    assert answer.code == 0
    page = (tmp_path / "all.html").read_text(encoding="utf-8")
    assert "left: it is as it would be made" in page
    assert links(page) == ["all_files/a.png.html", "all_files/b.jpg.html"]
    assert (tmp_path / "all_files" / "a.png.html").read_bytes() == before
