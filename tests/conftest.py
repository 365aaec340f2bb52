"""What the tests share: the real command in a process of its own, small pictures, snapshots."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hypothesis
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

# the same examples on every submission; at a desk new ones each time
hypothesis.settings.register_profile("quantize", deadline=None, derandomize="CI" in os.environ)
hypothesis.settings.load_profile("quantize")

SAMPLES = Path(__file__).parent.parent / "sample_images"

COMMAND = (sys.executable, "-m", "quantize")
"""The real command, as a user starts it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command said: its exit code, standard output and standard error."""

    code: int
    out: bytes
    err: bytes

    @property
    def text(self) -> str:
        """Standard output."""
        return self.out.decode()

    @property
    def errors(self) -> list[str]:
        """The lines on standard error."""
        return self.err.decode().splitlines()


Run = Callable[..., Answer]
"""The type of the fixture `run`."""


def environment(**extra: str) -> dict[str, str]:
    """Of a child: ours, without what would change the words or the width of an answer."""
    dropped = ("COLUMNS", "_QUANTIZE_COMPLETE")
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    return kept | extra


def command(
    *arguments: object, cwd: Path, stdin: bytes = b"", env: Mapping[str, str] | None = None
) -> Answer:
    """Run `quantize` with these arguments in a process of its own."""
    done = subprocess.run(
        [*COMMAND, *map(str, arguments)],
        cwd=cwd,
        input=stdin,
        env=environment(**(env or {})),
        capture_output=True,
        timeout=120,
        check=False,
    )
    return Answer(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """`command` in `tmp_path`."""

    def in_folder(*arguments: object, **options: Any) -> Answer:
        return command(*arguments, cwd=options.pop("cwd", tmp_path), **options)

    return in_folder


def picture(seed: int = 0, size: tuple[int, int] = (48, 32)) -> Image.Image:
    """A gradient under noise: structure to find, and nearly every pixel a colour of its own."""
    width, height = size
    y, x = np.mgrid[0:height, 0:width]
    ramps = np.stack([x / width, y / height, (x + y) / (width + height)], axis=-1)
    noise = np.random.default_rng(seed).integers(0, 64, ramps.shape)
    return Image.fromarray((ramps * 191 + noise).astype(np.uint8))


def pixels(path: Path) -> NDArray[np.uint8]:
    """What another program sees in a file: (height, width, 3) or, with alpha, 4."""
    with Image.open(path) as image:
        alpha = "A" in image.mode or "transparency" in image.info
        return np.asarray(image.convert("RGBA" if alpha else "RGB"))


def distinct(image: NDArray[np.uint8]) -> set[tuple[int, ...]]:
    """The colours of a picture."""
    found = Image.fromarray(image).getcolors(1 << 24)
    assert found is not None
    return {color for _, color in found if isinstance(color, tuple)}


def names(folder: Path) -> set[str]:
    """Everything in a folder and below, hidden files too."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


def snapshot(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Name, content and time of everything in a folder and below; links as links."""
    return {str(path.relative_to(folder)): _state(path) for path in folder.rglob("*")}


def _state(path: Path) -> tuple[bytes, int]:
    found = path.lstat()
    if stat.S_ISLNK(found.st_mode):
        return os.fsencode(path.readlink()), found.st_mtime_ns
    if stat.S_ISDIR(found.st_mode):  # its time changes with temporary files, which is no harm
        return b"", 0
    return path.read_bytes(), found.st_mtime_ns


def but_for_slow_kernels(lines: list[str]) -> list[str]:
    """Without the one warning that -v gives where the kernels are not compiled."""
    return [line for line in lines if "the compiled kernels are not in use" not in line]
