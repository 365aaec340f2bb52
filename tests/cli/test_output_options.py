"""Guards `--compress`, `--strip`, `--skip-if-larger` and the comparison with a lossless PNG."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageOps
from PIL.PngImagePlugin import PngInfo

from helpers import pngs
from helpers.command import Answer, Run
from helpers.folders import names
from helpers.paths import SAMPLES
from helpers.pictures import picture
from quantize.model.picture import Picture
from quantize.pipeline import lossless_size

Bytes = NDArray[np.uint8]

SMALL, LARGE = SAMPLES / "single.png", SAMPLES / "china.jpg"
"""As a BMP, one is larger than it is, the other smaller."""


def lines(answer: Answer) -> list[dict[str, Any]]:
    return [json.loads(line) for line in answer.text.splitlines()]


# --compress


@pytest.mark.slow
def test_efforts_differ_in_bytes_and_in_nothing_else(run: Run) -> None:
    photo = SAMPLES / "chelsea.png"
    files = [run(photo, "-k", 16, "-o", "-", "--compress", effort).out for effort in EFFORTS]
    assert len(files[2]) < len(files[1]) < len(files[0])
    pixels = {Image.open(io.BytesIO(file)).convert("RGB").tobytes() for file in files}
    assert len(pixels) == 1
    assert len({pngs.one(file, b"PLTE") for file in files}) == 1
    assert run(photo, "-k", 16, "-o", "-").out == files[1]


EFFORTS = ("fast", "default", "best")


def test_an_effort_that_means_nothing_to_a_format_is_refused(run: Run, tmp_path: Path) -> None:
    answer = run(LARGE, "-o", "x.bmp", "--compress", "fast")
    assert (answer.code, names(tmp_path)) == (2, set())
    assert answer.errors[-1] == "Error: --compress has no effect on bmp"


def test_more_effort_makes_a_gif_smaller_and_changes_no_pixel(run: Run, tmp_path: Path) -> None:
    for effort in EFFORTS:
        run(LARGE, "-k", 64, "-o", f"{effort}.gif", "--compress", effort, "--no-sidecar")
    fast, default, best = (tmp_path / f"{effort}.gif" for effort in EFFORTS)
    assert best.stat().st_size <= default.stat().st_size < fast.stat().st_size
    files = [path.read_bytes() for path in (fast, default, best)]
    assert len({Image.open(io.BytesIO(file)).convert("RGB").tobytes() for file in files}) == 1


@pytest.mark.parametrize("wish", [("--compress", "fast"), ("--strip",), ("--skip-if-larger",)])
def test_what_is_for_the_image_is_refused_where_there_is_none(
    wish: tuple[str, ...], run: Run
) -> None:
    answer = run(LARGE, "--no-image", *wish)
    assert answer.code == 2
    assert f"{wish[0]} is for the image" in answer.errors[-1]


# --skip-if-larger


def test_an_image_that_would_be_larger_is_not_written_and_the_code_is_98(
    run: Run, tmp_path: Path
) -> None:
    wishes = ("--format", "bmp", "--skip-if-larger", "--save-palette", "{stem}.hex")
    answer = run(SMALL, "-o", "x.bmp", *wishes)
    assert (answer.code, answer.errors, names(tmp_path)) == (98, [], set())
    assert "x.bmp: 186 bytes would be more than the 100 bytes of the input; skipped" in answer.text
    (record,) = lines(run(SMALL, "-o", "x.bmp", "--json", *wishes))
    skipped = {"schema": 2, "input": str(SMALL), "output": "x.bmp", "skipped": True}
    assert record == skipped | {"reason": "larger", "bytes_before": 100, "bytes_after": 186}


def test_an_image_that_is_smaller_or_as_large_is_written(run: Run, tmp_path: Path) -> None:
    assert run(LARGE, "-o", "x.png", "--skip-if-larger").code == 0
    assert run("x.png", "-o", "y.png", "--strip").code == 0
    assert run("y.png", "-o", "z.png", "--skip-if-larger").code == 0
    assert (tmp_path / "y.png").read_bytes() == (tmp_path / "z.png").read_bytes()


def test_other_inputs_go_on_and_the_totals_count_those_that_were_larger(
    run: Run, tmp_path: Path
) -> None:
    wishes = ("-k", 4, "--format", "bmp", "--skip-if-larger", "--json", "-o", "out")
    answer = run(SMALL, LARGE, *wishes)
    assert (answer.code, names(tmp_path / "out")) == (0, {"china-4.bmp", "china-4.json"})
    *_, totals = lines(answer)
    assert (totals["done"], totals["skipped"], totals["larger"]) == (1, 1, 1)
    assert totals["bytes_after"] == (tmp_path / "out" / "china-4.bmp").stat().st_size


def test_several_inputs_all_of_which_are_larger_end_with_98(run: Run, tmp_path: Path) -> None:
    (tmp_path / "tiny.png").write_bytes(SMALL.read_bytes())
    wishes = ("--format", "bmp", "--skip-if-larger", "-o", "out")
    assert run(SMALL, "tiny.png", *wishes).code == 98
    assert names(tmp_path) == {"tiny.png"}
    answer = run(SMALL, "missing.png", *wishes)  # a file is graver
    assert answer.code == 1


def test_what_was_there_already_counts_as_done(run: Run, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    for name in ("china-64.bmp", "china-64.json"):
        (tmp_path / "out" / name).write_bytes(b"old")
    wishes = ("--format", "bmp", "--skip-if-larger", "--skip-existing", "-o", "out")
    assert run(SMALL, LARGE, *wishes).code == 0


def test_standard_output_stays_empty_where_the_image_would_be_larger(run: Run) -> None:
    answer = run(SMALL, "-o", "-", "--format", "bmp", "--skip-if-larger")
    assert (answer.code, answer.out) == (98, b"")
    assert answer.errors[0].endswith("skipped")
    answer = run("-", "--format", "bmp", "--skip-if-larger", stdin=SMALL.read_bytes())
    assert (answer.code, answer.out) == (98, b"")


# Metadata, from file to file


XMP = b"<x:xmpmeta xmlns:x='adobe:ns:meta/' tiff:Orientation='6'/>"


@pytest.fixture
def camera(tmp_path: Path) -> Path:
    """A JPEG as a camera that was held upright writes it, 48 wide on the sensor."""
    exif = Image.Exif()
    exif[271] = "Maker"
    exif[274] = 6
    exif.get_ifd(34665)[33434] = 0.01
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    path = tmp_path / "camera.jpg"
    picture().save(path, exif=exif, dpi=(300, 300), xmp=XMP, comment=b"a day", icc_profile=profile)
    return path


@pytest.mark.parametrize("name", ["png", "gif", "webp", "tiff", "bmp"])
def test_what_a_photograph_says_is_said_again(name: str, run: Run, camera: Path) -> None:
    answer = run("camera.jpg", "-k", 8, "-o", f"out.{name}")
    assert (answer.code, answer.errors) == (0, [])
    with Image.open(camera.parent / f"out.{name}") as image:
        image.load()
        assert image.size == (32, 48)
        info, exif = image.info, image.getexif()
    holds = HOLDS[name]
    if "exif" in holds:
        assert (exif[271], exif[274]) == ("Maker", 1)
        assert exif.get_ifd(34665)[33434] == pytest.approx(0.01)
    if "xmp" in holds:
        file = (camera.parent / f"out.{name}").read_bytes()
        assert XMP.replace(b"'6'", b"'1'") in file
    if "dpi" in holds:
        assert info["dpi"] == pytest.approx((300, 300), abs=0.02)
    if "text" in holds:
        assert b"a day" in (camera.parent / f"out.{name}").read_bytes()
    assert ("icc_profile" in info) == ("profile" in holds)
    assert ("srgb" in info) == (name == "png")


HOLDS = {
    "png": {"exif", "xmp", "dpi", "text"},
    "gif": {"xmp", "text"},
    "webp": {"exif", "xmp", "profile"},
    "tiff": {"exif", "xmp", "dpi", "profile"},
    "bmp": {"dpi"},
}


@pytest.mark.parametrize("name", HOLDS)
def test_stripped_it_is_the_file_of_bare_pixels(name: str, run: Run, camera: Path) -> None:
    with Image.open(camera) as image:
        bare = ImageOps.exif_transpose(image).copy()
    Image.fromarray(np.asarray(bare)).save(camera.parent / "bare.png")
    for source in ("camera.jpg", "bare.png"):
        assert run(source, "-k", 8, "-o", f"{source}.{name}", "--strip").code == 0
    one, other = (camera.parent / f"{source}.{name}" for source in ("camera.jpg", "bare.png"))
    assert one.read_bytes() == other.read_bytes()


def test_what_a_png_says_survives_two_runs_unchanged(run: Run, tmp_path: Path) -> None:
    source = Image.new("RGB", (3, 2), "#123456")
    about = PngInfo()
    about.add_text("Title", "A sea")
    about.add_itxt("Author", "Zoë ☃")
    source.save(tmp_path / "a.png", pnginfo=about, dpi=(72, 72))
    assert run("a.png", "-o", "b.png").code == 0
    assert run("b.png", "-o", "c.png").code == 0
    assert (tmp_path / "b.png").read_bytes() == (tmp_path / "c.png").read_bytes()
    with Image.open(tmp_path / "c.png") as image:
        assert (image.info["Title"], image.info["Author"]) == ("A sea", "Zoë ☃")


# Animations


@pytest.fixture
def moving(tmp_path: Path) -> Path:
    """A GIF with a comment, of which half of each frame is not there."""
    frames = []
    for seed in (0, 1):
        frame = np.asarray(picture(seed).convert("RGBA")).copy()
        frame[:, 24:, 3] = 0
        frames.append(Image.fromarray(frame))
    path = tmp_path / "moving.gif"
    frames[0].save(path, save_all=True, append_images=frames[1:], comment=b"a day", duration=40)
    return path


@pytest.mark.parametrize("name", ["png", "gif", "webp", "tiff"])
def test_animations_stand_on_a_background_too(name: str, run: Run, moving: Path) -> None:
    answer = run("moving.gif", "-k", 8, "-o", f"out.{name}", "--background", "#00ff00")
    assert answer.code == 0
    with Image.open(moving.parent / f"out.{name}") as image:
        for number in (0, 1):
            image.seek(number)
            corner = image.convert("RGBA").getpixel((40, 5))
            assert isinstance(corner, tuple)
            if name == "gif":  # it keeps its transparency, which the background does not need
                assert corner[3] == 0
            else:  # a centroid: a few pixels of the picture are nearly as green
                assert np.abs(np.subtract(corner, (0, 255, 0, 255))).max() <= 1


@pytest.mark.parametrize("name", ["png", "gif"])
def test_animations_keep_their_texts_unless_stripped(name: str, run: Run, moving: Path) -> None:
    for wish, kept in (((), True), (("--strip",), False)):
        answer = run("moving.gif", "-k", 8, "-o", f"out.{name}", "--force", *wish)
        assert answer.code == 0
        assert (b"a day" in (moving.parent / f"out.{name}").read_bytes()) == kept


def test_an_animation_that_would_be_larger_is_not_written(run: Run, moving: Path) -> None:
    before = names(moving.parent)
    answer = run("moving.gif", "-o", "x.tiff", "--skip-if-larger", "--background", "#fff")
    assert (answer.code, names(moving.parent)) == (98, before)


@pytest.mark.slow
def test_efforts_hold_for_animations(run: Run, moving: Path) -> None:
    sizes = []
    for effort in EFFORTS:
        wishes = ("-k", 16, "-o", "out.png", "--force", "--compress", effort)
        assert run("moving.gif", *wishes).code == 0
        with Image.open(moving.parent / "out.png") as image:
            assert getattr(image, "n_frames", 1) == 2
        sizes.append((moving.parent / "out.png").stat().st_size)
    assert sizes[2] <= sizes[1] < sizes[0]


# Against a lossless PNG


def test_the_size_as_a_lossless_png_is_in_the_record_and_the_summary(
    run: Run, tmp_path: Path
) -> None:
    answer = run(LARGE, "-k", 16, "-o", "x.png", "--metrics", "full")
    record = json.loads((tmp_path / "x.json").read_text())
    stream = io.BytesIO()
    with Image.open(LARGE) as image:
        image.save(stream, "PNG", optimize=True)
    assert 0.9 < record["bytes_lossless"] / len(stream.getvalue()) < 1.02
    times = record["bytes_lossless"] / record["bytes_after"]
    assert f"{times:.2f} × smaller than {record['bytes_lossless'] / 1000:.1f} kB" in answer.text


@pytest.mark.parametrize("name", ["astronaut.png", "chelsea.png", "logo.png", "pixelart.png"])
def test_it_is_about_what_pillow_makes_of_the_picture_at_its_best(name: str) -> None:
    stream = io.BytesIO()
    with Image.open(SAMPLES / name) as image:
        pixels = np.asarray(image.convert("RGBA" if "A" in image.mode else "RGB"))
        colors = image.convert("RGBA").getcolors(256)
        small = Image.fromarray(pixels)
        if colors is not None:
            small = small.quantize(256)
        small.save(stream, "PNG", optimize=True)
    theirs = len(stream.getvalue())
    assert 0.8 * theirs <= lossless_size.size(Picture(pixels.copy())) <= 1.02 * theirs


def test_grey_is_taken_for_grey() -> None:
    ramp = np.random.default_rng(0).integers(0, 256, (64, 64, 1)).astype(np.uint8)
    grey = Picture(np.repeat(ramp, 3, axis=2))
    assert 64 * 64 < lossless_size.size(grey) < 1.1 * 64 * 64
    veil = Picture(np.concatenate([ramp, ramp, ramp, ramp], axis=2))
    assert lossless_size.size(veil) < 2.1 * 64 * 64


@given(image=arrays(np.uint8, st.tuples(*[st.integers(1, 6)] * 2, st.sampled_from([1, 2, 3, 4]))))
def test_rows_are_filtered_so_that_they_can_be_restored(image: Bytes) -> None:
    height, width, channels = image.shape
    data = np.frombuffer(lossless_size._filtered(image), np.uint8).reshape(height, -1)
    restored = np.zeros((height + 1, (width + 1) * channels), np.uint8)  # with zeros around
    for y in range(height):
        kind = data[y, 0]
        for x in range(width * channels):
            a = int(restored[y + 1, x])
            b = int(restored[y, x + channels])
            c = int(restored[y, x])
            nearest = min((abs(b - c), 0, a), (abs(a - c), 1, b), (abs(a + b - 2 * c), 2, c))[2]
            guess = (0, a, b, (a + b) // 2, nearest)[kind]
            restored[y + 1, x + channels] = (int(data[y, 1 + x]) + guess) % 256
    assert np.array_equal(restored[1:, channels:].reshape(image.shape), image)


def test_bands_change_no_row(monkeypatch: pytest.MonkeyPatch) -> None:
    image = np.random.default_rng(0).integers(0, 9, (30, 8, 3)).astype(np.uint8)
    whole = lossless_size._filtered(image)
    monkeypatch.setattr(lossless_size, "BAND_BYTES", 50)
    assert lossless_size._filtered(image) == whole
