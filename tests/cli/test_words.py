"""Words of other programs, and words that are nearly ours, get the right hint."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from helpers.command import Run
from helpers.pictures import picture
from quantize import quantize
from quantize.cli import foreign
from quantize.cli.run import quantize as command
from quantize.errors import ErrorLimitError, SettingError

OPTIONS = {name for parameter in command.params for name in parameter.opts}


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.png"
    picture().save(path)
    return path


def refused(run: Run, words: str) -> str:
    """The line that a command ends with; it does nothing."""
    answer = run(*shlex.split(words))
    assert (answer.code, answer.out) == (2, b"")
    return answer.errors[-1]


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        ("photo.png --speed 3", "--speed is an option of pngquant; say --effort fast, balanced"),
        ("--speed=3 photo.png", "say --effort"),
        ("--ext .png photo.png", "say -o '{parent}/{stem}-fs8.png' for names of your own"),
        ("--ext=.png --force photo.png", "or --in-place to replace the files"),
        ("--nofs photo.png", "nothing is dithered unless --dither asks for it"),
        ("--floyd photo.png", "say --dither floyd-steinberg"),
        ("--floyd=0.5 photo.png", "--dither-strength"),
        ("photo.png -colors 64", "-colors is an option of ImageMagick; say -k N"),
        ("photo.png -remap x.gif", "say --use-palette FILE"),
        ("photo.png -ordered-dither o8x8", "say --dither bayer-8"),
        ("photo.png +dither", "leave it out"),
        ("-f photo.png", "say --force"),
        ("--zopfli photo.png", "--zopfli is an option of oxipng; say --compress best"),
        ("photo.png --colours 8", "say -k N or --colors N"),
        ("64 photo.png", "there is no file 64; a number of colours is -k 64"),
    ],
)
def test_words_of_other_programs_get_a_hint(run: Run, photo: Path, words: str, hint: str) -> None:
    assert hint in refused(run, words)


def test_hints_name_options_that_exist() -> None:
    for word, (_, advice) in foreign.WORDS.items():
        named = {part.strip(",;:") for part in advice.split() if part.startswith("-")} - {"-"}
        assert named <= OPTIONS, word


def test_a_file_may_be_called_like_a_number_or_a_word(run: Run, photo: Path) -> None:
    for name in ("64", "-f"):
        (photo.parent / name).write_bytes(photo.read_bytes())
    assert run("64", "-k", 4, "-o", "a.png").code == 0
    assert run("-k", 4, "-o", "b.png", "--", "-f").code == 0


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        ("--dither fs", "did you mean 'floyd-steinberg'?"),
        ("--dither floyd", "did you mean 'floyd-steinberg' or 'floyd-steinberg-serpentine'?"),
        ("--dither bayer", "did you mean 'bayer-2', 'bayer-4', 'bayer-8' or 'bayer-16'?"),
        ("--dither stucky", "did you mean 'stucki'?"),
        ("--space okl", "did you mean 'oklab'?"),
        ("--sort luma", "is not one of"),
    ],
)
def test_a_name_of_a_list_is_suggested(run: Run, photo: Path, words: str, hint: str) -> None:
    assert hint in refused(run, f"photo.png {words}")


# --max-error


def test_an_error_that_is_asked_for_leaves_the_size_to_be_found(run: Run, photo: Path) -> None:
    words = ("photo.png", "--max-error", 6, "--no-sidecar", "--json")
    record = json.loads(run(*words).text)
    assert record["output"] == "photo-auto.png"
    assert record["delta_e_mean"] <= 6
    same = json.loads(run(*words, "-k", "auto", "-o", "auto.png").text)
    assert (same["k"], same["palette"]) == (record["k"], record["palette"])


def test_a_number_of_colours_beside_it_is_the_most(run: Run, photo: Path) -> None:
    free = json.loads(run("photo.png", "--max-error", 6, "-o", "a.png", "--json").text)
    most = free["k"] + 5
    words = ("photo.png", "--max-error", 6, "--json", "--force")
    within = json.loads(run(*words, "-k", most).text)
    assert (within["output"], within["k"]) == (f"photo-{most}.png", free["k"])
    answer = run(*words, "-k", free["k"] - 1, "-o", "b.png")
    assert answer.code == 99
    assert f"{free['k'] - 1} colours reach a mean CIEDE2000 of 6." in answer.errors[0]
    assert "not 6; --or-best writes what comes nearest" in answer.errors[0]
    assert not (photo.parent / "b.png").exists()


def test_the_library_takes_both(photo: Path) -> None:
    found = quantize(photo, max_error=6)
    assert found.settings.colors == "auto"
    k = len(found.palette)
    assert quantize(photo, k + 5, max_error=6).palette == found.palette
    with pytest.raises(ErrorLimitError, match=f"{k - 1} colours reach"):
        quantize(photo, k - 1, max_error=6)
    with pytest.raises(SettingError, match="auto_criterion"):
        quantize(photo, 16, auto_criterion="knee")


# Colours by name


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("red", "#ff0000"),
        ("White", "#ffffff"),
        ("rebeccapurple", "#663399"),
        ("LightGrey", "#d3d3d3"),
        ("light gray", "#d3d3d3"),
        ("aqua", "#00ffff"),  # CSS Color 4: the same as cyan; another colour in the survey
        ("fuchsia", "#ff00ff"),
        ("steel blue", "#4682b4"),
        ("robin's egg blue", "#98eff9"),  # of the survey
        ("bed", "#bbeedd"),  # digits go before names
    ],
)
def test_a_colour_may_be_named(photo: Path, name: str, code: str) -> None:
    result = quantize(photo, 4, keep_color=(name,))
    assert result.settings.keep_color == (code,)
    assert code in result.palette.hex


def test_every_name_of_css_is_known() -> None:
    from PIL import ImageColor  # an independent table of CSS

    from quantize.color.parsing import color_of

    for name, code in ImageColor.colormap.items():
        wanted = code if isinstance(code, str) else "#{:02x}{:02x}{:02x}".format(*code)
        assert color_of("keep_color", name) == wanted, name


def test_the_background_may_be_named(run: Run, tmp_path: Path) -> None:
    Image.fromarray(np.zeros((2, 2, 4), np.uint8)).save(tmp_path / "a.png")
    answer = run("a.png", "--background", "Navy", "--json", "-o", "b.bmp")
    assert json.loads(answer.text)["background"] == "#000080"
    clear = quantize(np.zeros((2, 2, 4), np.uint8), background="navy")
    assert clear.palette.hex == ["#000080"]


def test_what_is_no_colour_is_refused_with_the_nearest_name(run: Run, photo: Path) -> None:
    line = refused(run, "photo.png --keep-color redd")
    assert "'redd' is no colour; write it as '#rrggbb' or by a name of CSS" in line
    assert line.endswith("did you mean 'red'?")
    assert "'#12345' is no colour" in refused(run, "photo.png --background '#12345'")
    assert "'transparent' is no colour" in refused(run, "photo.png --background transparent")


# Options that say two things, or nothing


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ("-o x.gif --format png", "-o x.gif ends in .gif, and --format says png; take one"),
        ("-o x.jpg --format png", "-o x.jpg ends in .jpg, and --format says png; take one"),
        ("--batch-size 64", "--batch-size is for --algorithm mini-batch"),
        ("-q -v", "-q says nothing and -v says more; take one of them"),
        ("-qv", "-q says nothing and -v says more; take one of them"),
    ],
)
def test_what_would_be_ignored_is_refused(run: Run, photo: Path, words: str, problem: str) -> None:
    assert problem in refused(run, f"photo.png {words}")


@pytest.mark.parametrize("name", ["x.tif", "x.apng", "x", "x.dat", "-"])
def test_other_endings_go_with_a_format(run: Run, photo: Path, name: str) -> None:
    kind = "tiff" if name == "x.tif" else "png"
    assert run("photo.png", "-k", 4, "-o", name, "--format", kind).code == 0


# Files beside the image


@pytest.mark.parametrize(
    ("words", "option"),
    [
        ("--save-palette x.xyz", "--save-palette x.xyz: no palette format has this ending"),
        (
            "--save-palette no/x.gpl",
            "no/x.gpl: the folder no does not exist; make it first (--save-palette)",
        ),
        ("--swatch no/x.png", "no/x.png: the folder no does not exist; make it first (--swatch)"),
        ("--save-palette photo.png", "nothing was written (--save-palette)"),
        ("--shared-palette --save-palette no/x.gpl", "make it first (--save-palette)"),
        ("--summary no/x.csv", "no/x.csv: the folder no does not exist; make it first (--summary)"),
    ],
)
def test_an_error_about_a_file_beside_the_image_names_its_option(
    run: Run, photo: Path, words: str, option: str
) -> None:
    answer = run("photo.png", "-o", "out.png", *words.split())
    assert answer.code in {1, 2}
    assert option in answer.errors[-1]
    assert " -o" not in answer.errors[-1]
    assert not (photo.parent / "out.png").exists()


def test_a_dry_run_names_the_option_too(run: Run, photo: Path) -> None:
    (photo.parent / "p.gpl").mkdir()
    answer = run("photo.png", "--save-palette", "p.gpl", "--dry-run")
    assert answer.errors == ["quantize: photo.png: p.gpl: is a folder; add a name (--save-palette)"]
