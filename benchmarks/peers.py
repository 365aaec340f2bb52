"""The programs that we are measured against, each as a command: PNG in, PNG out."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

Command = list[str | Path]


@dataclass(frozen=True)
class Peer:
    """A row of the table.

    Attributes:
        name: of the program, for people.
        command: (input, output, k) → what to run, without dithering.
        available: whether it is installed.
        environment: variables that it runs with.
        largest: most pixels that it is given; some would take minutes.
        dithered: the same with its dithering; None where it has none, or nobody asks.
    """

    name: str
    command: Callable[[Path, Path, int], Command]
    available: Callable[[], bool]
    environment: dict[str, str] = field(default_factory=dict)
    largest: int = 1 << 62
    dithered: Callable[[Path, Path, int], Command] | None = None


def _python(code: str) -> Callable[[Path, Path, int], Command]:
    return lambda source, target, k: [sys.executable, "-c", code, source, target, str(k)]


def _installed(program: str) -> Callable[[], bool]:
    return lambda: shutil.which(program) is not None


def _importable(*packages: str) -> Callable[[], bool]:
    return lambda: all(find_spec(package) is not None for package in packages)


def ours(*options: str) -> Callable[[Path, Path, int], Command]:
    """The whole command, with its statistics and its sidecar as a user has them."""
    program = Path(os.environ.get("QUANTIZE", Path(sys.executable).parent / "quantize"))
    return lambda source, target, k: [
        *(program, source, "-k", str(k), "-o", target, "--force", "--quiet"),
        *options,
    ]


def _pngquant(source: Path, target: Path, k: int) -> Command:
    return ["pngquant", "--nofs", *_pngquant_dithered(source, target, k)[1:]]


def _pngquant_dithered(source: Path, target: Path, k: int) -> Command:
    return ["pngquant", str(k), "--force", "-o", target, source]


def _imagemagick(source: Path, target: Path, k: int) -> Command:
    program = "magick" if shutil.which("magick") else "convert"
    return [program, source, "+dither", "-colors", str(k), f"PNG8:{target}"]


def _imagemagick_dithered(source: Path, target: Path, k: int) -> Command:
    return [word for word in _imagemagick(source, target, k) if word != "+dither"]


_PILLOW = """
import sys
from PIL import Image
picture = Image.open(sys.argv[1]).convert("RGB")
picture.quantize(int(sys.argv[3]), method={}, dither=0).save(sys.argv[2])
"""

_PILLOW_DITHERED = """
import sys
from PIL import Image
picture = Image.open(sys.argv[1]).convert("RGB")
small = picture.quantize(int(sys.argv[3]), method=0)
picture.quantize(palette=small, dither=3).save(sys.argv[2])
"""

_IMAGEQUANT = """
import sys
import imagequant
from PIL import Image
picture = Image.open(sys.argv[1]).convert("RGBA")
small = imagequant.quantize_pil_image(picture, dithering_level={}, max_colors=int(sys.argv[3]))
small.save(sys.argv[2])
"""

_TUTORIAL = """
import sys
import numpy as np
from PIL import Image
from sklearn.cluster import KMeans
image = np.asarray(Image.open(sys.argv[1]).convert("RGB")) / 255
pixels = image.reshape(-1, 3)
kmeans = KMeans(n_clusters=int(sys.argv[3]), random_state=0).fit(pixels)
small = kmeans.cluster_centers_[kmeans.predict(pixels)].reshape(image.shape)
Image.fromarray((small * 255).round().astype(np.uint8)).save(sys.argv[2])
"""

OURS = Peer("quantize", ours(), lambda: True)
PNGQUANT = Peer("pngquant", _pngquant, _installed("pngquant"), dithered=_pngquant_dithered)
PNGQUANT_ONE = Peer(
    "pngquant, one thread", _pngquant, _installed("pngquant"), {"OMP_NUM_THREADS": "1"}
)
PEERS = (
    OURS,
    Peer("quantize --effort fast", ours("--effort", "fast"), lambda: True),
    PNGQUANT,
    PNGQUANT_ONE,  # its idle threads spin: this one shows its CPU time
    Peer(
        "imagequant (Python)",
        _python(_IMAGEQUANT.format(0.0)),
        _importable("imagequant"),
        dithered=_python(_IMAGEQUANT.format(1.0)),
    ),
    Peer(
        "ImageMagick",
        _imagemagick,
        _installed("convert"),
        largest=1_000_000,
        dithered=_imagemagick_dithered,
    ),
    Peer(
        "Pillow, median cut",
        _python(_PILLOW.format(0)),
        _importable("PIL"),
        dithered=_python(_PILLOW_DITHERED),
    ),
    Peer("Pillow, maximum coverage", _python(_PILLOW.format(1)), _importable("PIL")),
    Peer("Pillow, octree", _python(_PILLOW.format(2)), _importable("PIL")),
    Peer(
        "scikit-learn, the tutorials' script",
        _python(_TUTORIAL),
        _importable("sklearn"),
        largest=400_000,
    ),
)
