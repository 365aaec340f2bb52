"""Golden results: the palette and the pixels of some sixty runs of the command, as digests.

    python tests/golden.py

writes `golden.json` anew, and says which runs have changed. Do so after a change of results that is
meant, and look at what has changed; `test_golden.py` compares. Digests are of decoded palettes,
indices and frames: the bytes of a file depend on the libraries that compress it as well.
"""

from __future__ import annotations

import hashlib
import io
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from helpers.animations import moving_picture, stored, watch
from helpers.command import command
from helpers.paths import ROOT, SAMPLES

FILE = ROOT / "tests" / "golden.json"

STILLS = """
astronaut.png -k 16
chelsea.png -k 16
china.jpg -k 16
china.jpg -k 64
china.jpg -k 256
coffee.png -k 16
flower.jpg -k 16
gradient.png -k 16
logo.png -k 16
pixel.png -k 16
pixelart.png -k 16
single.png -k 16
deep.png -k 16
""".strip().splitlines()
"""Every sample image. JPEGs are decoded a little differently by different libraries; their runs are
compared only where they are decoded as they were when the digests were written."""

FORMATS = """
part.png -k 16 --format png
part.png -k 16 --format gif
part.png -k 16 --format webp
part.png -k 16 --format tiff
part.png -k 16 --format bmp
logo.png -k 8 --format gif
logo.png -k 8 --format webp
logo.png -k 8 --format tiff --background #ffffff
logo.png -k 8 --format bmp --background #000000
veil.png -k 12 --format png
veil.png -k 12 --format gif
veil.png -k 12 --format webp
veil.png -k 12 --format tiff --background #ffffff
veil.png -k 12 --format bmp --background #204060
veil.png -k 12 --format gif --dither floyd-steinberg
veil.png -k 12 --background #204060
""".strip().splitlines()
"""Opaque, transparent and translucent pictures in every format."""

ANIMATIONS = """
moving.png -k 8 --format png
moving.png -k 8 --format gif
moving.png -k 8 --format webp
moving.png -k 8 --format tiff
moving.png -k 8 --format bmp
moving.png -k 8 --format gif --dither floyd-steinberg
moving.png -k 8 --format webp --dither bayer-4
moving.png -k 8 --format gif --palette-per-frame
moving.png -k 256 --format gif --palette-per-frame
moving.png -k 8 --format webp --palette-per-frame
moving.png -k 8 --format tiff --palette-per-frame
moving.png -k 8 --format gif --palette-per-frame --dither floyd-steinberg
moving.png --format gif --use-palette four.hex
ghost.png -k 8 --format png
ghost.png -k 8 --format gif
ghost.png -k 8 --format webp
ghost.png -k 8 --format gif --palette-per-frame
ghost.png -k 8 --format gif --background #ffffff
pages.tiff -k 8 --format tiff
pages.tiff -k 8 --format tiff --palette-per-frame
""".strip().splitlines()
"""Frames that are opaque, transparent around something, and pages of different sizes."""

SETTINGS = """
part.png -k 8 --space eye
part.png -k 8 --space weighted
part.png -k 8 --space srgb
part.png -k 8 --space linear
part.png -k 8 --space oklab
part.png -k 8 --space lab
veil.png -k 8 --space oklab
part.png -k 8 --weights uniform
part.png -k 8 --weights contrast
part.png -k 8 --dither none
part.png -k 8 --dither floyd-steinberg
part.png -k 8 --dither floyd-steinberg --dither-strength 0.5
part.png -k 8 --dither floyd-steinberg --space oklab
part.png -k 8 --init wu
part.png -k 8 --init random --n-init 3
part.png -k 8 --init k-means++ --seed 5
part.png -k 8 --algorithm full --search 0
part.png -k 8 --algorithm mini-batch --batch-size 500
part.png -k 8 --cells 100 --max-iter 20 --tol 0.01
part.png -k 8 --sample 2000
part.png -k 8 --effort fast
part.png -k 8 --effort balanced
part.png -k 8 --effort best
part.png -k auto --auto-criterion knee
part.png -k auto --auto-criterion silhouette
part.png -k auto --max-error 6
part.png -k auto --max-error 6 --dither floyd-steinberg
part.png -k 8 --keep-color #ff00ff --keep-color #00ff00
part.png -k 24 --merge-distance 8
part.png -k 8 --medoid
part.png -k 8 --palette-for image
part.png -k 8 --palette-for eye
part.png -k 8 --sort hue
part.png -k 8 --sort count
part.png -k 8 --sort luminance
part.png -k 8 --sort input
table.png
table.png -k 9 --sort input
table.png --sort luminance
table.png --format gif
moving.png --use-palette table.png
part.png --use-palette four.hex
part.png --use-palette four.hex --dither atkinson
veil.png --use-palette four.hex
""".strip().splitlines()
"""Every setting that changes a result, but the engine of scikit-learn, which changes with it."""

CASES = (*STILLS, *FORMATS, *ANIMATIONS, *SETTINGS)

ON_REFERENCE_KERNELS = """
pixelart.png -k 16
part.png -k 16 --format gif
veil.png -k 12 --format gif --dither floyd-steinberg
moving.png -k 8 --format gif
moving.png -k 8 --format gif --palette-per-frame --dither floyd-steinberg
part.png -k 8 --weights uniform
part.png -k 8 --algorithm mini-batch --batch-size 500
part.png -k 8 --init k-means++ --seed 5
""".strip().splitlines()
"""Small ones, each of another way through the kernels; the reference takes its time."""


def make_inputs(folder: Path) -> None:
    """Write what the runs read: links to the sample images, and pictures made of numbers."""
    for sample in SAMPLES.iterdir():
        if sample.suffix in {".png", ".jpg"}:
            (folder / sample.name).symlink_to(sample)
    with Image.open(SAMPLES / "astronaut.png") as picture:
        part = picture.crop((190, 40, 290, 110))
    part.save(folder / "part.png")
    height, width = 48, 64
    fade = np.linspace(-40, 295, width).clip(0, 255).astype(np.uint8)  # clear, half, opaque
    veil = np.dstack([part.resize((width, height), Image.Resampling.NEAREST), [fade] * height])
    Image.fromarray(veil).save(folder / "veil.png")
    deep = np.add.outer(np.arange(40), np.arange(60)).astype(np.uint16) * 655
    Image.fromarray(deep).save(folder / "deep.png")  # 16 bits of grey
    for name, clear in (("moving.png", False), ("ghost.png", True)):
        frames = moving_picture(clear=clear)
        (folder / name).write_bytes(stored(frames, [100, 40, 250, 100, 100], plays=3))
    pages = [part, part.resize((50, 30), Image.Resampling.NEAREST), part.transpose(2)]
    pages[0].save(folder / "pages.tiff", save_all=True, append_images=pages[1:])
    table = Image.fromarray(np.indices((20, 30)).sum(axis=0).astype(np.uint8) % 5)
    table.putpalette(bytes.fromhex("ff00ff ff0000 00ff00 0000ff ff0000 ffffff 808080 000000"))
    table.save(folder / "table.png", transparency=0)
    (folder / "four.hex").write_text("000000\n803020\nc0b090\nffffff\n")


def digest(*parts: object) -> str:
    """Return a short hash of arrays, with their shapes, and of anything else by its repr."""
    found = hashlib.sha256()
    for part in parts:
        if isinstance(part, np.ndarray):
            found.update(repr((part.shape, str(part.dtype))).encode() + part.tobytes())
        else:
            found.update(repr(part).encode())
    return found.hexdigest()[:16]


def decoded(path: Path) -> NDArray[np.uint8]:
    """Return the first frame of a picture as its decoder gives it."""
    with Image.open(path) as image:
        return np.asarray(image)


def result_of(case: str, folder: Path) -> dict[str, Any]:
    """Run a case on the files of `make_inputs`, and return its digests and its mean error."""
    words = case.split()
    source = folder / words[0]
    output = folder / "out"
    answer = command(
        *words, "-o", output, "--force", "--no-sidecar", "--json", "--threads", 2, cwd=folder
    )
    assert answer.code == 0, (case, answer.errors)
    record = json.loads(answer.text)
    seen = watch(output)
    return {
        "source": digest(decoded(source)),
        "palette": digest(
            [(*row["rgb"], row.get("alpha"), row["count"]) for row in record["palette"]]
        ),
        "indices": digest(*indices_of(output.read_bytes())),
        "frames": digest(seen.durations, *seen.frames),
        "mse": float(f"{record['mse']:.6g}"),
    }


def indices_of(data: bytes) -> list[NDArray[np.uint8]]:
    """Return the indices of a still, where the file has indices that Pillow shows."""
    with Image.open(io.BytesIO(data)) as image:
        still = getattr(image, "n_frames", 1) == 1
        return [np.asarray(image)] if still and image.mode == "P" else []


def results(cases: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Run cases in a folder of their own."""
    with TemporaryDirectory() as folder:
        make_inputs(Path(folder))
        return {case: result_of(case, Path(folder)) for case in cases}


def main() -> None:
    """Write all digests anew; with cases as arguments print those of these."""
    if sys.argv[1:]:
        print(json.dumps(results(sys.argv[1:])))
        return
    before = json.loads(FILE.read_bytes()) if FILE.exists() else {}
    after = results(CASES)
    lines = (f"{json.dumps(case)}: {json.dumps(found)}" for case, found in after.items())
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    for case in CASES:
        if after[case] != before.get(case):
            print(case)


if __name__ == "__main__":
    main()
