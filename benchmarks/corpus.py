"""Every image of Pillow's own test suite through the command: converted, or refused in one line.

    python benchmarks/corpus.py [--folder FOLDER] [--jobs N] [--timeout SECONDS]

The suite is a museum of odd and of hostile files. It is taken from Pillow's source distribution, of
the version that is installed, by `pip download`, into a temporary folder or one that is kept. Each
file gets a process and an empty folder of its own. Standard output has the counts and, a line each,
whatever is not as promised:

- converted: exit code 0, and a file that another reader takes for an image of at most 16 colours;
- refused: exit code 1, one line on standard error that names the file, nothing written;
- traceback, crash (killed by a signal), hang (no end within the time), unclear (anything else).

The exit code is 1 if there is any of the last. `--list` shows what was said of each refused file.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

from PIL import Image

NOT_IMAGES = (".gpl", ".txt")
"""Palettes and texts among them, which the command takes for palettes."""

BROKEN = ("traceback", "crash", "hang", "unclear")


class Fate(NamedTuple):
    """What became of a file, and what was said of it."""

    kind: str
    said: str


def fetched(folder: Path) -> Path:
    """Pillow's `Tests/images`."""
    name = f"pillow-{version('pillow')}"
    source = folder / f"{name}.tar.gz"
    if not source.exists():
        wanted = ["--no-binary", ":all:", "--no-deps", f"pillow=={version('pillow')}"]
        subprocess.run(
            [sys.executable, "-m", "pip", "download", *wanted, "--dest", folder],
            check=True,
            stdout=sys.stderr,
        )
    with tarfile.open(source) as archive:
        inside = [member for member in archive if member.name.startswith(f"{name}/Tests/images/")]
        archive.extractall(folder, inside, filter="data")
    return folder / name / "Tests" / "images"


def fate_of(source: Path, timeout: float) -> Fate:
    """Run the command on one file."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "out.png"
        arguments = [source.name, "-k", "16", "-o", output, "--no-sidecar", "--threads", "1"]
        try:
            done = subprocess.run(
                [sys.executable, "-m", "quantize", *map(str, arguments)],
                cwd=source.parent,
                capture_output=True,
                timeout=timeout,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return Fate("hang", f"no end after {timeout:g} s")
        written = list(Path(folder).iterdir())
        said = done.stderr.decode(errors="replace")
        if done.returncode < 0:
            return Fate("crash", f"signal {-done.returncode}: {said[-200:]}")
        if "Traceback" in said or "an error in this program" in said:
            return Fate("traceback", said)
        if done.returncode == 0:
            return _converted(output, said)
        one_line = said.startswith(f"quantize: {source.name}: ") and said.count("\n") == 1
        if done.returncode == 1 and one_line and not written:
            return Fate("refused", said.removeprefix(f"quantize: {source.name}: ").strip())
        return Fate("unclear", f"exit code {done.returncode}, {len(written)} files: {said}")


def _converted(output: Path, said: str) -> Fate:
    warnings = said.splitlines()
    if not all(line.startswith("quantize: warning: ") for line in warnings):
        return Fate("unclear", said)
    with Image.open(output) as image:
        colors = image.convert("RGBA").getcolors(1 << 24)
    if colors is None or len(colors) > 16:
        return Fate("unclear", "converted to more than 16 colours")
    return Fate("converted", "; ".join(warnings))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--folder", type=Path, help="keep the download here")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--timeout", type=float, default=60)
    parser.add_argument("--list", action="store_true", help="show what was said of each file")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = fetched(options.folder or Path(temporary))
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        sources = [path for path in files if path.suffix not in NOT_IMAGES]
        with ThreadPoolExecutor(options.jobs) as pool:
            fates = list(pool.map(lambda source: fate_of(source, options.timeout), sources))
    counts = Counter(fate.kind for fate in fates)
    warned = sum(fate.kind == "converted" and fate.said != "" for fate in fates)
    for source, fate in zip(sources, fates, strict=True):
        if fate.kind in BROKEN or (options.list and fate.said):
            said = " ".join(fate.said.split())[-300:]
            print(f"{fate.kind}  {source.relative_to(folder)}  {said}")
    print(f"Pillow {version('pillow')}: {len(sources)} files")
    for kind in ("converted", "refused", *BROKEN):
        print(f"{kind:>10} {counts[kind]}{f' ({warned} warned)' * (kind == 'converted')}")
    return 1 if any(counts[kind] for kind in BROKEN) else 0


if __name__ == "__main__":
    sys.exit(main())
