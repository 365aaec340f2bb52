"""Peak memory of the command on very large pictures, in bytes a pixel.

    python benchmarks/memory.py [PHOTO ...] [--megapixels 100] [-k 256]

Each photograph is enlarged and saved as a baseline JPEG and as a PNG in a temporary folder, where
the installed command then works on it. What is reported is the largest resident set of that process
(`ru_maxrss`), everything included: interpreter, libraries, picture, result.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

SAMPLE = Path(__file__).parent.parent / "sample_images" / "flower.jpg"


def enlarge(photo: Path, folder: Path, pixels: int) -> list[Path]:
    """The photograph with so many pixels, as JPEG and as PNG."""
    Image.MAX_IMAGE_PIXELS = None
    with Image.open(photo) as image:
        scale = (pixels / (image.width * image.height)) ** 0.5
        size = (round(image.width * scale), round(image.height * scale))
        large = image.convert("RGB").resize(size, Image.Resampling.LANCZOS)
    targets = [folder / f"{photo.stem}.jpg", folder / f"{photo.stem}.png"]
    large.save(targets[0], quality=90)
    large.save(targets[1], compress_level=1)
    return targets


def peak(command: list[str]) -> int:
    """The largest resident set of a command, in bytes."""
    process = subprocess.Popen(command)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{' '.join(command)}: failed")
    return usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def main() -> None:
    """Print a row a picture."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("photos", nargs="*", type=Path, default=[SAMPLE])
    parser.add_argument("--megapixels", type=float, default=100)
    parser.add_argument("-k", type=int, default=256)
    wanted = parser.parse_args()
    quantize = os.environ.get("QUANTIZE") or shutil.which("quantize") or "quantize"
    print("| picture | pixels | peak, MB | bytes a pixel |\n|---|---|---|---|")
    for photo in wanted.photos:
        with tempfile.TemporaryDirectory() as folder:
            for large in enlarge(photo, Path(folder), round(wanted.megapixels * 1e6)):
                with Image.open(large) as image:
                    pixels = image.width * image.height
                out = str(Path(folder) / "out.png")
                most = ["--max-pixels", str(pixels), "--no-sidecar", "--force", "-q"]
                used = peak([quantize, str(large), "-k", str(wanted.k), "-o", out, *most])
                each = used / pixels
                print(f"| {large.name} | {pixels:,} | {used / 1e6:.0f} | {each:.2f} |", flush=True)


if __name__ == "__main__":
    main()
