"""Guards the promise on bad input: one clear line, the right exit code, nothing written or harmed.

Through the real command, but for the files cut at every byte, which are read in this process.
Pictures that are unusual but good stand here too: they are read right, not refused.
"""

from __future__ import annotations

import io
import json
import os
import re
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from helpers.command import COMMAND, PATIENCE, Answer, Run, environment, start
from helpers.examples import sizes_to_try
from helpers.folders import names, snapshot
from helpers.image_files import chunk, cursor, icns, png, png16, psd, saved, tiff_of
from helpers.paths import SAMPLES
from helpers.pictures import picture, pixels
from quantize.checks import DEFAULT_MAX_PIXELS
from quantize.errors import FileError
from quantize.images import load as loading

POSIX = pytest.mark.skipif(os.name != "posix", reason="asks the shell or the kernel of a Unix")


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.png"
    picture().save(path)
    return path


@pytest.fixture
def refused(run: Run, tmp_path: Path) -> Any:
    """Run what must fail with 1; the one line that it says, without `quantize: NAME: `."""

    def check(*arguments: object, name: str = "photo.png", **options: Any) -> str:
        before = snapshot(tmp_path)
        answer = run(*arguments, **options)
        assert snapshot(tmp_path) == before
        return complaint(answer, name)

    return check


@pytest.fixture
def misused(run: Run, tmp_path: Path) -> Any:
    """Run what must fail with 2; the error in Click's words."""

    def check(*arguments: object, **options: Any) -> str:
        before = snapshot(tmp_path)
        answer = run(*arguments, **options)
        assert snapshot(tmp_path) == before
        assert (answer.code, answer.out) == (2, b"")
        assert answer.errors[0] == "Usage: quantize [OPTIONS] INPUTS..."
        assert answer.errors[-1].startswith("Error: ")
        assert len(answer.errors) == 4  # usage, the hint at --help, a blank one
        return answer.errors[-1]

    return check


def complaint(answer: Answer, name: str) -> str:
    """Of a command that failed over a file: what it says of it."""
    assert (answer.code, answer.out) == (1, b"")
    (line,) = answer.errors
    assert line.startswith(f"quantize: {name}: ")
    return line.removeprefix(f"quantize: {name}: ")


# Inputs that are not there, or not images


def test_a_missing_file(refused: Any) -> None:
    assert "no such file" in refused("missing.jpg", name="missing.jpg")


def test_a_folder_without_images(refused: Any, tmp_path: Path) -> None:
    (tmp_path / "album" / "2019").mkdir(parents=True)
    (tmp_path / "album" / "notes.txt").touch()
    picture().save(tmp_path / "album" / "2019" / "a.png")
    said = refused("album", name="album")
    assert "is a folder without images that can be read; -r looks into its subfolders" in said


def test_a_style_without_a_swatch(misused: Any, photo: Path) -> None:
    assert "--swatch-style is for --swatch" in misused("photo.png", "--swatch-style", "wheel")


def test_a_pattern_that_nothing_matches(refused: Any) -> None:
    assert "no file matches this pattern" in refused("*.jpg", name="*.jpg")


def test_a_text_file_named_png(refused: Any, tmp_path: Path) -> None:
    (tmp_path / "notes.png").write_text("not an image at all\n" * 9)
    assert "is not an image" in refused("notes.png", name="notes.png")


def test_an_empty_file_and_an_empty_stream(refused: Any, tmp_path: Path) -> None:
    (tmp_path / "empty.png").touch()
    assert "empty" in refused("empty.png", name="empty.png")
    assert "empty" in refused("-", name="-", stdin=b"")


@POSIX
def test_a_standard_input_that_is_closed(tmp_path: Path) -> None:
    answer = in_shell('exec "$@" - <&-', tmp_path)
    assert "standard input" in complaint(answer, "-")


def test_no_input_at_all(misused: Any) -> None:
    assert "image" in misused()
    assert "once" in misused("-", "-", "-o", "out/", stdin=b"")
    assert "-o" in misused("-", "photo.png", stdin=b"")


# Damaged files


@pytest.mark.parametrize("name", ["china.jpg", "chelsea.png"])
@pytest.mark.parametrize("part", [0.02, 0.5])
def test_a_truncated_file_is_never_a_picture(
    name: str, part: float, refused: Any, tmp_path: Path
) -> None:
    data = (SAMPLES / name).read_bytes()
    size = int(part * len(data))
    (tmp_path / name).write_bytes(data[:size])
    said = refused(name, name=name)
    assert said == f"truncated after {size:,} bytes; nothing was written"


def interlaced(image: NDArray[np.uint8]) -> bytes:
    """As an interlaced PNG (Adam7), which comes in seven passes."""
    passes = [
        *((0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4)),
        *((2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1)),
    ]
    rows = (
        b"\0" + row.tobytes()
        for top, left, down, right in passes
        for row in image[top::down, left::right]
    )
    size = (image.shape[1], image.shape[0])
    return png(size, 8, 2, b"".join(rows), interlaced=True)


def whole_files() -> Iterator[tuple[str, bytes]]:
    image, other = picture(size=(24, 16)), picture(1, size=(24, 16))
    rows = b"".join(b"\0" + row.tobytes() for row in np.asarray(image))
    few, small = image.quantize(16), image.resize((12, 8))
    yield "jpeg", saved(image, "JPEG")
    yield "jpeg-progressive", saved(image, "JPEG", progressive=True)
    yield "jpeg-restarts", saved(image, "JPEG", restart_marker_blocks=1)
    yield "jpeg-cmyk", saved(image.convert("CMYK"), "JPEG")
    yield "png", saved(image, "PNG")
    yield "png-indexed", saved(few, "PNG", transparency=3)
    yield "png-one-colour", saved(Image.new("RGB", (64, 64), "tan"), "PNG")
    yield "png-in-parts", png((24, 16), 8, 2, rows, step=100)
    yield "png-interlaced", interlaced(np.asarray(image))
    yield "png-animated", saved(image, "PNG", save_all=True, append_images=[other])
    yield "gif", saved(few, "GIF")
    yield "gif-animated", saved(few, "GIF", save_all=True, append_images=[other.quantize(8)])
    yield "webp", saved(image, "WEBP")
    yield "webp-lossless", saved(image, "WEBP", lossless=True)
    yield "tiff", saved(image, "TIFF")
    yield "tiff-deflated", saved(image, "TIFF", compression="tiff_adobe_deflate")
    yield "tiff-pages", saved(image, "TIFF", save_all=True, append_images=[other])
    yield "bmp", saved(image, "BMP")
    yield "ppm", saved(image, "PPM")
    yield "tga", saved(image, "TGA")
    yield "tga-packed", saved(image, "TGA", compression="tga_rle")
    yield "ico", saved(image.resize((16, 16)), "ICO", sizes=[(16, 16)])
    yield "avif", saved(image, "AVIF")
    yield "jpeg-2000", saved(image, "JPEG2000")
    yield "jpeg-2000-bare", saved(image, "JPEG2000", no_jp2=True)
    yield "qoi", saved(small, "QOI")
    yield "psd", psd(np.asarray(image))
    yield "psd-packed", psd(np.asarray(image), packed=True)
    yield "psd-16-bits", psd(np.asarray(image, np.uint16) * 257 + 90)
    yield "dds", saved(small, "DDS")
    yield "dds-dxt1", saved(image, "DDS", pixel_format="DXT1")
    yield "icns", icns(saved(Image.new("RGB", (128, 128), "tan"), "PNG"))
    yield "cur", cursor(saved(image.resize((16, 16)), "ICO", bitmap_format="bmp", sizes=[(16, 16)]))
    yield "pcx", saved(image, "PCX")
    yield "pcx-indexed", saved(few, "PCX")
    yield "sgi", saved(image, "SGI")
    yield "sgi-16-bits", saved(image, "SGI", bpc=2)
    deep = np.asarray(image, np.uint16) * 257 + 90
    yield "png-16-bits", png16(deep)
    yield "tiff-16-bits", tiff_of(deep)
    yield "tiff-16-bits-in-layers", tiff_of(deep, order=">", planar=True)


WHOLE_FILES = dict(whole_files())


def seen(data: bytes) -> NDArray[np.uint8] | None:
    """The picture that is read, or None where the file is refused as it should be."""
    try:
        return loading.load_stream(io.BytesIO(data), "cut").pixels
    except FileError:
        return None


@pytest.mark.parametrize("kind", WHOLE_FILES)
def test_a_file_cut_anywhere_is_an_error_or_the_whole_picture(kind: str) -> None:
    data = WHOLE_FILES[kind]
    whole = seen(data)
    assert whole is not None
    found = {size: seen(data[:size]) for size in sizes_to_try(len(data))}
    partly = [size for size, image in found.items() if not none_or_equal(image, whole)]
    assert partly == []
    assert sum(image is None for image in found.values()) > len(found) / 4


def none_or_equal(image: NDArray[np.uint8] | None, whole: NDArray[np.uint8]) -> bool:
    return image is None or np.array_equal(image, whole)


@pytest.mark.slow
@pytest.mark.parametrize("kind", WHOLE_FILES)
def test_bytes_that_are_changed_are_an_error_or_a_picture(kind: str) -> None:
    # of the same size and no other: a decoder may not tell a wrong colour, but nothing else breaks
    data = WHOLE_FILES[kind]
    rng, said = np.random.default_rng(8), []
    for _ in range(60):
        changed = bytearray(data)
        for place in rng.integers(0, min(len(data), int(rng.choice([64, 600, 1 << 20]))), 4):
            changed[place] = rng.integers(0, 256)
        try:
            loading.load_stream(io.BytesIO(changed), "changed", max_pixels=1 << 20)
        except FileError as error:
            said.append(str(error))
    assert all(line.startswith("changed: ") and "\n" not in line for line in said)


@pytest.mark.parametrize("kind", [kind for kind in WHOLE_FILES if kind.startswith("png")])
def test_a_png_whose_end_is_zeros_is_an_error_or_the_whole_picture(kind: str) -> None:
    # a download that was broken off in a file of full size; the checksums of PNG tell
    data = WHOLE_FILES[kind]
    whole = seen(data)
    assert whole is not None
    found = {size: seen(data[:size].ljust(len(data), b"\0")) for size in sizes_to_try(len(data))}
    partly = [size for size, image in found.items() if not none_or_equal(image, whole)]
    assert partly == []
    assert any(image is None for image in found.values())


@POSIX
@pytest.mark.parametrize("compression", ["tiff_lzw", "jpeg"])
def test_a_decoder_says_nothing_of_its_own(
    compression: str, run_child: Run, tmp_path: Path
) -> None:
    data = bytearray(saved(picture(), "TIFF", compression=compression))
    start = Image.open(io.BytesIO(data)).tag_v2[273][0]  # StripOffsets
    data[start : start + 200] = b"\xff" * 200
    (tmp_path / "bad.tif").write_bytes(data)
    script = "from PIL import Image\ntry: Image.open('bad.tif').load()\nexcept OSError: pass"
    pillow = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, check=True
    )
    assert pillow.stderr  # libtiff's own line, which we do not want to see
    assert complaint(run_child("bad.tif"), "bad.tif").startswith("damaged: ")


HEADERS = {
    "no columns": (png((0, 5), 8, 2, b""), "has no pixels, or its header is damaged"),
    "no rows": (b"P6 5 0 255\n", "is not an image of a kind that can be read, or its header is"),
    "no screen": (b"GIF89a" + bytes(7) + b";", "is not an image of a kind that can be read"),
    "the largest of all": (
        png(((1 << 31) - 1, (1 << 31) - 1), 8, 2, b""),
        "2,147,483,647 × 2,147,483,647 = 4,611,686,014,132,420,609 pixels are more than the limit",
    ),
    "a long line": (b"P6 4294967295 1 255\n", "4,294,967,295 × 1 = 4,294,967,295 pixels"),
    "an unknown compression": (
        tiff_of(np.zeros((4, 4), np.uint8), compression=34567),
        "is a TIFF of compression 34567, which is not read; save it with LZW",
    ),
    "an unknown depth": (
        tiff_of(np.zeros((4, 4, 3), np.uint32)),
        "is a TIFF of 3 channels of 32/32/32 bits, which are not read; save it as RGB of 8 or 16",
    ),
    "a torn header": (b"II*\0\xff\xff\xff\xff", "is a damaged TIFF: Missing dimensions"),
    "no palette": (png((4, 1), 8, 3, bytes(5)), "is indexed, and has no palette"),
    "no number": (
        tiff_of(np.array([[0.5, np.nan]], np.float32)),
        "holds values that are no finite numbers (NaN or infinity)",
    ),
}


@pytest.mark.parametrize("kind", HEADERS)
def test_a_header_that_is_wrong_is_told_in_one_line(
    kind: str, refused: Any, tmp_path: Path
) -> None:
    data, said = HEADERS[kind]
    (tmp_path / "odd.img").write_bytes(data)
    assert refused("odd.img", name="odd.img").startswith(said)


def test_more_memory_than_there_is_is_told_in_one_line(refused: Any, tmp_path: Path) -> None:
    (tmp_path / "vast.ppm").write_bytes(b"P6 2000000000 1000000000 255\n")
    said = refused("vast.ppm", "--max-pixels", 10**19, name="vast.ppm")
    assert "memory" in said or "truncated" in said


def test_an_icon_that_holds_a_bomb_is_refused(refused: Any, tmp_path: Path) -> None:
    bomb = png((40_000, 40_000), 8, 6, b"")
    entry = struct.pack("<BBBBHHII", 16, 16, 0, 0, 1, 32, len(bomb), 22)
    (tmp_path / "icon.ico").write_bytes(struct.pack("<HHH", 0, 1, 1) + entry + bomb)
    assert "more pixels than the limit" in refused("icon.ico", name="icon.ico")


def test_what_pillow_logs_is_not_heard(refused: Any, tmp_path: Path) -> None:
    data = bytearray(tiff_of(np.zeros((4, 4), np.uint8)))
    place = data.index(struct.pack("<HHIH", 277, 3, 1, 1)) + 8  # SamplesPerPixel
    data[place : place + 2] = b"\xff\xff"
    (tmp_path / "many.tif").write_bytes(data)
    said = refused("many.tif", name="many.tif")
    assert said.startswith("is a damaged TIFF: Invalid value for samples per pixel")


# Decompression bombs


def test_a_bomb_is_refused_by_its_header(refused: Any, tmp_path: Path) -> None:
    bomb = png((20_000, 20_000), 8, 2, bytes(100_000))
    assert len(bomb) < 500
    (tmp_path / "bomb.png").write_bytes(bomb)
    said = refused("bomb.png", name="bomb.png")
    assert f"{DEFAULT_MAX_PIXELS:,}" in said
    assert "400,000,000" in said
    assert "--max-pixels 400000000" in said


def test_the_limit_can_be_lowered_and_raised(refused: Any, run: Run, photo: Path) -> None:
    said = refused("photo.png", "--max-pixels", 1535)
    assert "limit of 1,535" in said
    (advice,) = re.findall("--max-pixels [0-9]+", said)
    answer = run("photo.png", *advice.split())
    assert (answer.code, answer.err) == (0, b"")


# The command line alone


@pytest.mark.parametrize("k", ["0", "257", "-3", "abc", "1.5", "many", "AUTO"])
def test_a_number_of_colours_that_is_none(k: str, misused: Any, photo: Path) -> None:
    said = misused("photo.png", "-k", k)
    assert "'--colors'" in said
    assert k in said


@pytest.mark.parametrize(
    ("wishes", "said"),
    [
        ("-k 9 --auto-criterion knee", "'--auto-criterion': is for an automatic number"),
        ("-k auto --max-error 2 --auto-criterion knee", "no say where max_error decides"),
        ("-k auto --max-error -1", "'--max-error'"),
        ("-k auto --max-error nan", "'--max-error': nan is not a finite number"),
        ("-k auto --max-error inf", "'--max-error': inf is not a finite number"),
        ("-k auto --auto-criterion elbow", "'knee', 'silhouette'"),
    ],
)
def test_an_automatic_number_that_is_misasked(
    wishes: str, said: str, misused: Any, photo: Path
) -> None:
    assert said in misused("photo.png", *wishes.split())


@pytest.mark.parametrize(
    ("wishes", "said"),
    [
        ("-k 1 --keep-color #fff --keep-color #000", "2 colours to keep are more than"),
        ("--keep-color #12345", "'#12345' is no colour; write it as '#rrggbb'"),
        ("--keep-color reddest", "'reddest' is no colour"),
        ("--keep-color #fff --engine scikit-learn", "scikit-learn cannot keep a colour"),
    ],
)
def test_colours_that_cannot_be_kept(wishes: str, said: str, misused: Any, photo: Path) -> None:
    assert f"'--keep-color': {said}" in misused("photo.png", *wishes.split())


def test_a_misspelt_option_suggests_the_nearest(misused: Any, photo: Path) -> None:
    assert "--colors" in misused("photo.png", "--colrs", 4)
    assert "--algorithm" in misused("photo.png", "--algoritm", "full")
    assert "k-means++" in misused("photo.png", "--init", "kmeans++")


@pytest.mark.parametrize(
    "wish",
    [
        *("--n-init 0", "--sample 0", "--tol -1", "--tol nan", "--seed -1", "--max-pixels 0"),
    ],
)
def test_a_number_out_of_its_range(wish: str, misused: Any, photo: Path) -> None:
    option, value = wish.split()
    assert f"'{option}'" in misused("photo.png", option, value)


@pytest.mark.parametrize(
    ("wishes", "word"),
    [
        ("-o out.jpg", "cannot hold a palette"),
        ("-o out.xyz", "'.xyz'"),
        ("--save-palette colors.xyz", "colors.xyz"),
        ("--swatch colors.jpg", ".png"),
        ("--force --skip-existing", "--skip-existing"),
        ("other.png -o out.png", "out.png"),
        ("other.png -o -", "-o -"),
    ],
)
def test_wishes_that_contradict_themselves(
    wishes: str, word: str, misused: Any, photo: Path
) -> None:
    assert word in misused("photo.png", *wishes.split())


# An input is never an output


def test_the_output_is_the_input_by_whatever_name(refused: Any, photo: Path) -> None:
    folder = photo.parent
    (folder / "soft.png").symlink_to("photo.png")
    os.link(photo, folder / "hard.png")
    assert "is the input itself" in refused("photo.png", "-o", "photo.png")
    for output in ("photo.png", "./photo.png", f"../{folder.name}/photo.png", str(photo)):
        assert "input" in refused("photo.png", "-o", output, "--force", name=output)
    for output in ("soft.png", "hard.png"):
        assert "input" in refused("photo.png", "-o", output, "--force", name=output)
        assert "input" in refused(output, "-o", "photo.png", "--force")


def test_that_the_output_is_the_input_is_said_before_its_ending_is_blamed(
    refused: Any, tmp_path: Path
) -> None:
    picture().save(tmp_path / "photo.jpg")
    assert "is the input itself" in refused("photo.jpg", "-o", "photo.jpg", name="photo.jpg")


def test_an_output_is_another_input(refused: Any, photo: Path) -> None:
    picture(1).save(photo.parent / "photo-4.png")
    said = refused("photo.png", "photo-4.png", "-k", 4, "--force", name="photo-4.png")
    assert "input" in said


@pytest.mark.parametrize(
    ("arguments", "target"),
    [
        (("a/x.png", "b/x.png", "-o", "out"), "out/x-64.json"),
        (("a/x.png", "a/x.bmp"), "a/x-64.json"),
        (("a/x.png", "b/x.png", "--no-sidecar", "--save-palette", "one.gpl"), "one.gpl"),
        (("a/x.png", "a/x.png"), "a/x-64.json"),
        (("a/x.png", "-o", "y.png", "--save-palette", "y.json"), "y.json"),
    ],
    ids=["folder", "stem", "palette", "twice", "sidecar"],
)
def test_two_results_of_one_name(
    arguments: tuple[str, ...], target: str, refused: Any, tmp_path: Path
) -> None:
    for name in ("a/x.png", "a/x.bmp", "b/x.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        picture().save(tmp_path / name)
    assert "would be written for" in refused(*arguments, name=target)
    assert refused(*arguments, "--force", name=target)


# Outputs that cannot be written


@pytest.mark.parametrize("name", ["photo-4.png", "photo-4.json", "colors.gpl", "colors.png"])
def test_an_output_that_exists_is_refused_and_nothing_else_is_written(
    name: str, refused: Any, photo: Path
) -> None:
    (photo.parent / name).write_bytes(b"precious")
    wishes = ("--save-palette", "colors.gpl", "--swatch", "colors.png")
    said = refused("photo.png", "-k", 4, *wishes)
    assert said.startswith(f"{name}: exists already")
    assert "--force" in said


def test_a_link_to_nowhere_exists_too(refused: Any, photo: Path) -> None:
    (photo.parent / "photo-64.png").symlink_to("nowhere.png")
    assert "photo-64.png: exists already" in refused("photo.png")


@pytest.mark.parametrize("wish", ["-o", "--save-palette", "--swatch"])
def test_a_missing_parent_folder(wish: str, refused: Any, photo: Path) -> None:
    name = "missing/out.gpl" if wish == "--save-palette" else "missing/out.png"
    said = refused("photo.png", wish, name, "--no-sidecar")
    assert said.startswith(f"{name}: the folder missing does not exist")


def test_a_parent_that_is_a_file(refused: Any, photo: Path) -> None:
    (photo.parent / "file").write_bytes(b"precious")
    assert "is not a folder" in refused("photo.png", "-o", "file/out.png")
    assert "folder" in refused("photo.png", "-o", "file/", name="file/")


@pytest.mark.parametrize("force", [(), ("--force",)], ids=["plain", "force"])
def test_an_output_that_is_a_folder(force: tuple[str, ...], refused: Any, photo: Path) -> None:
    (photo.parent / "photo-64.png").mkdir()
    (photo.parent / "photo-64.png" / "precious").write_bytes(b"precious")
    assert "photo-64.png: is a folder" in refused("photo.png", *force)


@pytest.mark.parametrize("force", [(), ("--force",)], ids=["plain", "force"])
def test_an_empty_name_of_an_output(
    force: tuple[str, ...], run: Run, photo: Path, tmp_path: Path
) -> None:
    before = snapshot(tmp_path)
    answer = run("photo.png", "-o", "", *force)
    assert answer.code in {1, 2}
    assert b"Traceback" not in answer.err
    assert snapshot(tmp_path) == before


@POSIX
def test_a_folder_that_cannot_be_written(refused: Any, photo: Path) -> None:
    if os.geteuid() == 0:  # to whom permissions do not apply
        folder = Path("/sys")
        if not folder.is_dir():
            pytest.skip("root, and no folder that root cannot write")
    else:
        folder = photo.parent / "closed"
        folder.mkdir(mode=0o555)
    said = refused("photo.png", "-o", folder / "out.png")
    assert said.startswith(f"{folder}/out.")
    assert re.search("not writable|permission denied|read-only", said)


def in_shell(script: str, folder: Path, *arguments: object) -> Answer:
    """Run a line of shell in which `"$@"` is the command with its arguments."""
    done = subprocess.run(
        ["/bin/sh", "-c", script, "sh", *COMMAND, *map(str, arguments)],
        cwd=folder,
        env=environment(),
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )
    return Answer(done.returncode, done.stdout, done.stderr)


@POSIX
def test_a_full_disk_leaves_neither_halves_nor_litter(tmp_path: Path) -> None:
    picture(size=(120, 80)).save(tmp_path / "photo.png")
    full = 'ulimit -f 1; exec "$@"'  # no file grows beyond 512 or 1024 bytes
    arguments = ["photo.png", "-k", 16, "--no-sidecar", "--save-palette", "small.hex"]
    before = snapshot(tmp_path)
    said = complaint(in_shell(full, tmp_path, *arguments), "photo.png")
    assert said.startswith("photo-16.png: the file would be larger")
    assert snapshot(tmp_path) == before
    for name in ("photo-16.png", "small.hex"):
        (tmp_path / name).write_bytes(b"precious")
    before = snapshot(tmp_path)
    assert complaint(in_shell(full, tmp_path, *arguments, "--force"), "photo.png") == said
    assert snapshot(tmp_path) == before


@POSIX
@pytest.mark.parametrize("wishes", ["", "-o -", "--help"])
def test_a_standard_output_that_is_full(wishes: str, photo: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full")
    answer = in_shell('exec "$@" > /dev/full', photo.parent, "photo.png", *wishes.split())
    assert "space" in complaint(answer, "standard output").lower()


# Standard output is closed


@POSIX
@pytest.mark.parametrize("wishes", ["--json", "-v", "--json -j 2"])
def test_work_goes_on_without_a_reader(wishes: str, tmp_path: Path) -> None:
    for name in ("a.png", "b.png", "c.png"):
        picture().save(tmp_path / name)
    arguments = ["a.png", "b.png", "c.png", "-k", "4", "-o", "out", *wishes.split()]
    code, said = left_by_its_reader(arguments, tmp_path)
    assert (code, said.decode().splitlines()) == (0, [])
    assert names(tmp_path / "out") == {f"{stem}-4.{kind}" for stem in "abc" for kind in PAIR}


PAIR = ("png", "json")


@POSIX
def test_without_a_reader_the_exit_code_is_that_of_the_work(tmp_path: Path) -> None:
    picture().save(tmp_path / "a.png")
    (tmp_path / "b.png").write_bytes(b"no picture")
    code, said = left_by_its_reader(["b.png", "a.png", "-k", "4", "-o", "out"], tmp_path)
    assert code == 1
    assert [line.split(":")[1] for line in said.decode().splitlines()] == [" b.png"]
    assert names(tmp_path / "out") == {"a-4.png", "a-4.json"}


@POSIX
def test_work_goes_on_without_anybody_who_reads_errors(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"no picture")
    picture().save(tmp_path / "b.png")
    script = '{ "$@" 2>&1; echo $? > code; } | true'
    in_shell(script, tmp_path, "a.png", "b.png", "-k", 4, "-o", "out")
    assert (tmp_path / "code").read_text() == "1\n"
    assert names(tmp_path / "out") == {"b-4.png", "b-4.json"}


@POSIX
@pytest.mark.parametrize(
    ("wishes", "code"), [(["photo.png", "-o", "-"], 141), (["--help"], 0), (["--version"], 0)]
)
def test_nobody_reads_the_image_or_the_help(wishes: list[str], code: int, photo: Path) -> None:
    assert left_by_its_reader(wishes, photo.parent) == (code, b"")


@POSIX
def test_on_a_full_disk_the_work_goes_on_and_the_text_is_missed(tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full")
    for name in ("a.png", "b.png"):
        picture().save(tmp_path / name)
    answer = in_shell('exec "$@" > /dev/full', tmp_path, "a.png", "b.png", "-k", 4, "-o", "out")
    assert "space" in complaint(answer, "standard output").lower()
    assert len(names(tmp_path / "out")) == 4


def left_by_its_reader(arguments: list[str], folder: Path) -> tuple[int, bytes]:
    """Exit code and standard error of a command whose standard output nobody reads any more."""
    ours, theirs = os.pipe()
    os.close(ours)
    done = subprocess.run(
        [*COMMAND, *arguments],
        cwd=folder,
        env=environment(),
        stdout=theirs,
        stderr=subprocess.PIPE,
        timeout=PATIENCE,
        check=False,
    )
    os.close(theirs)
    return done.returncode, done.stderr


@POSIX
def test_head_takes_one_byte_of_many_lines(tmp_path: Path) -> None:
    for name in ("a.png", "b.png", "c.png"):
        picture().save(tmp_path / name)
    script = '{ "$@"; echo $? > code; } | head -c 1'
    answer = in_shell(script, tmp_path, "a.png", "b.png", "c.png", "-k", 4, "--json")
    assert (answer.out, answer.err) == (b"{", b"")
    assert (tmp_path / "code").read_text() == "0\n"


@POSIX
def test_a_standard_output_that_is_closed_from_the_start_is_no_failure(photo: Path) -> None:
    answer = in_shell('exec "$@" >&-', photo.parent, "photo.png")
    assert (answer.code, answer.err) == (0, b"")
    assert "photo-64.png" in names(photo.parent)


# Interruption


@POSIX
def test_ctrl_c_ends_a_long_job_at_once_and_leaves_no_litter(tmp_path: Path) -> None:
    picture(size=(12, 8)).save(tmp_path / "photo.png")
    slow = str(SAMPLES / "china.jpg")
    arguments = ("photo.png", slow, "-k", 256, "--n-init", 500, "-o", "out", "--json")
    job = start(*arguments, cwd=tmp_path)
    try:
        assert job.stdout is not None
        assert json.loads(job.stdout.readline())["input"] == "photo.png"
        time.sleep(0.3)  # now it is in the middle of the second
        begin = time.monotonic()
        job.send_signal(signal.SIGINT)
        out, err = job.communicate(timeout=PATIENCE)
    finally:
        job.kill()
    assert time.monotonic() - begin < 20  # of minutes that it would take
    assert job.returncode == 130
    totals = json.loads(out)
    assert (totals["done"], totals["left"], totals["interrupted"]) == (1, 1, True)
    assert err == b"quantize: interrupted; 1 of 2 done; --skip-existing goes on from here\n"
    assert names(tmp_path) == {
        *("photo.png", "out", "out/photo-256.png", "out/photo-256.json"),
    }


# Names of files


STEMS = (
    *(b"two  words", "Übergröße 🎨".encode(), b"\xff\xfe", b"new\nline", b"'quotes\""),
    *(b"{stem}", b"{k}", b"%s", b"back\\slash", b"tail."),
)


@POSIX
def test_any_name_of_a_file_is_a_name(run: Run, tmp_path: Path) -> None:
    stems = [os.fsdecode(stem) for stem in STEMS]
    sources = [f"{stem}.png" for stem in stems]
    try:
        for source in sources:
            picture(size=(12, 8)).save(tmp_path / source)
    except OSError:
        pytest.skip("this file system has no such names")
    wishes = ("--save-palette", "out/{stem}.hex", "--save-palette", "out/{stem}.gpl")
    answer = run(*sources, "-k", 4, "-o", "out", "--json", *wishes)
    assert (answer.code, answer.err) == (0, b"")
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert [line["input"] for line in lines[:-1]] == sources
    endings = ("-4.png", "-4.json", ".hex", ".gpl")
    assert names(tmp_path / "out") == {stem + ending for stem in stems for ending in endings}
    for stem, source in zip(stems, sources, strict=True):
        assert json.loads((tmp_path / "out" / f"{stem}-4.json").read_bytes())["input"] == source
    again = run(*sources, "-k", 4, "-o", "out")
    assert again.code == 1
    assert len(again.errors) == len(sources)  # a line each, whatever is in the name
    assert all(line.startswith("quantize: ") for line in again.errors)


# Unusual pictures that are good


def grey16(*values: int) -> bytes:
    return b"\0" + struct.pack(f">{len(values)}H", *values)


GREYS = Image.fromarray(np.array([[0, 100, 255]], np.uint8))
TWO = Image.new("P", (2, 1))
TWO.putpalette([10, 20, 30, 40, 50, 60])
TWO.putpixel((1, 0), 1)

UNUSUAL: dict[str, tuple[bytes, list[tuple[int, ...]]]] = {
    "1-bit": (
        saved(GREYS.convert("1", dither=Image.Dither.NONE), "PNG"),
        [(0, 0, 0), (0, 0, 0), (255, 255, 255)],
    ),
    "grey": (saved(GREYS, "PNG"), [(0, 0, 0), (100, 100, 100), (255, 255, 255)]),
    "grey with alpha": (
        saved(Image.merge("LA", (GREYS, Image.new("L", (3, 1), 128))), "PNG"),
        [(0, 0, 0, 128), (100, 100, 100, 128), (255, 255, 255, 128)],
    ),
    "grey with a transparent value": (
        saved(GREYS, "PNG", transparency=100),
        [(0, 0, 0, 255), (0, 0, 0, 0), (255, 255, 255, 255)],
    ),
    "16 bits grey": (
        png((3, 1), 16, 0, grey16(0, 32768, 65535)),
        [(0, 0, 0), (128, 128, 128), (255, 255, 255)],
    ),
    "16 bits grey with a transparent value": (
        png((3, 1), 16, 0, grey16(0, 32768, 65535), chunk(b"tRNS", struct.pack(">H", 32768))),
        [(0, 0, 0, 255), (0, 0, 0, 0), (255, 255, 255, 255)],
    ),
    "16 bits colour": (
        png((2, 1), 16, 2, grey16(0, 32896, 65535, 257, 514, 771)),
        [(0, 128, 255), (1, 2, 3)],
    ),
    "palette": (saved(TWO, "PNG"), [(10, 20, 30), (40, 50, 60)]),
    "palette with a transparent entry": (
        saved(TWO, "PNG", transparency=0),
        [(0, 0, 0, 0), (40, 50, 60, 255)],
    ),
    "palette with translucent entries": (
        saved(TWO, "PNG", transparency=bytes([128, 255])),
        [(10, 20, 30, 128), (40, 50, 60, 255)],
    ),
    "alpha that is opaque everywhere": (
        saved(Image.new("RGBA", (2, 1), (1, 2, 3, 255)), "PNG"),
        [(1, 2, 3), (1, 2, 3)],
    ),
    "colour that nobody sees": (
        saved(Image.new("RGBA", (1, 1), (1, 2, 3, 0)), "PNG"),
        [(0, 0, 0, 0)],
    ),
}


@pytest.mark.parametrize("kind", UNUSUAL)
def test_a_picture_of_an_unusual_kind_is_read_right(kind: str) -> None:
    data, wanted = UNUSUAL[kind]
    found = loading.load_stream(io.BytesIO(data), kind).pixels
    assert [tuple(color) for color in found[0].tolist()] == wanted


def test_unusual_pictures_go_through_the_command_unchanged(run: Run, tmp_path: Path) -> None:
    sources = [f"{kind}.png" for kind in UNUSUAL if kind != "16 bits grey with a transparent value"]
    for source in sources:
        (tmp_path / source).write_bytes(UNUSUAL[source.removesuffix(".png")][0])
    answer = run(*sources, "-k", 256, "-o", "out")
    assert (answer.code, answer.err) == (0, b"")
    for source in sources:
        kind = source.removesuffix(".png")
        image = pixels(tmp_path / "out" / f"{kind}-256.png")
        if image.shape[2] == 4:  # a table keeps the colour under a transparent entry
            image = image * (image[..., 3:] > 0)
        assert [tuple(color) for color in image[0].tolist()] == UNUSUAL[kind][1]


def test_a_cmyk_jpeg_has_the_colours_that_it_shows(run: Run, tmp_path: Path) -> None:
    cyan = Image.new("CMYK", (16, 16), (255, 0, 0, 0))
    cyan.save(tmp_path / "cyan.jpg", quality=100)
    answer = run("cyan.jpg", "-o", "out.png")
    assert answer.code == 0
    red, green, blue = pixels(tmp_path / "out.png")[8, 8].tolist()
    assert red < 5
    assert min(green, blue) > 250


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_rotated_photo_is_upright(orientation: int) -> None:
    stored = np.asarray(picture(size=(5, 3)))
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = saved(Image.fromarray(stored), "PNG", exif=exif)
    shown = {  # by where the first row and the first column are to be seen (EXIF 2.32, 4.6.4 A)
        1: stored,  # top, left
        2: stored[:, ::-1],  # top, right
        3: stored[::-1, ::-1],  # bottom, right
        4: stored[::-1],  # bottom, left
        5: stored.swapaxes(0, 1),  # left, top
        6: stored.swapaxes(0, 1)[:, ::-1],  # right, top
        7: stored.swapaxes(0, 1)[::-1, ::-1],  # right, bottom
        8: stored.swapaxes(0, 1)[::-1],  # left, bottom
    }
    found = loading.load_stream(io.BytesIO(data), "rotated").pixels
    assert np.array_equal(found, shown[orientation])


def test_a_rotated_jpeg_comes_out_upright(run: Run, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: the first row is seen at the right
    halves = np.zeros((16, 32, 3), np.uint8)
    halves[:8] = 255
    Image.fromarray(halves).save(tmp_path / "turned.jpg", exif=exif, quality=95)
    assert run("turned.jpg", "-k", 2, "-o", "out.png").code == 0
    image = pixels(tmp_path / "out.png")
    assert image.shape == (32, 16, 3)
    assert image[:, 12:].min() > 200
    assert image[:, :4].max() < 50


# Formats that are not read


def test_a_program_that_draws_is_not_run(refused: Any, tmp_path: Path) -> None:
    """Pillow would hand PostScript to Ghostscript where that is installed."""
    (tmp_path / "photo.png").write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n")
    assert "not an image of a kind" in refused("photo.png", name="photo.png")


def test_a_folder_that_was_made_for_nothing_is_gone_again(refused: Any, tmp_path: Path) -> None:
    assert "no such file" in refused("missing.png", "-o", "new/", name="missing.png")
