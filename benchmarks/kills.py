"""Kill the command at random moments, and look at what it leaves.

    python benchmarks/kills.py                  # 500 kills: SIGKILL, SIGTERM, SIGHUP and SIGINT
    python benchmarks/kills.py 100 9 15         # 100 with SIGKILL and SIGTERM, by turns

Each run quantizes a few small pictures into a folder: image, sidecar and palette of each, with one
process and with two, into an empty folder and over other files. After a kill every file is whole,
each input has all its files or none (old or new ones), and nothing else is there. After SIGKILL
that holds once another run has been in the folder. Ends with 1 where it does not hold.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import numpy as np
from PIL import Image

PICTURES = 6
ENDINGS = (".png", ".json", ".hex")
SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT)


def main() -> int:
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    numbers = [signal.Signals(int(word)) for word in sys.argv[2:]] or list(SIGNALS)
    chance = random.Random(0)
    results: Counter[str] = Counter()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # nohup and CI ignore it
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _draw(folder / "in")
        whole = _seconds(folder)
        for turn in range(kills):
            number = numbers[turn % len(numbers)]
            jobs, over = 1 + turn // len(numbers) % 2, turn // len(numbers) // 2 % 2 == 1
            faults = _kill(folder, number, chance.uniform(0.3, 1.05) * whole, jobs, over=over)
            results[f"{number.name}: {'; '.join(faults) or 'fine'}"] += 1
    for result, count in sorted(results.items()):
        print(f"{count:4} {result}")
    return int(any(not result.endswith(": fine") for result in results))


def _draw(folder: Path) -> None:
    folder.mkdir()
    random_colors = np.random.default_rng(0)
    for number in range(PICTURES):
        pixels = random_colors.integers(0, 256, (40, 60, 3), np.uint8)
        Image.fromarray(pixels).save(folder / f"{number}.png")
    Image.new("RGB", (1, 1)).save(folder.parent / "sweeper.png")


def _command(jobs: int, k: int, *more: str) -> list[str]:
    palettes = ["--save-palette", f"out/{{stem}}-{k}.hex"]
    wishes = ["in", "-k", str(k), "-o", "out/", "-j", str(jobs), "-q", *palettes, *more]
    return [sys.executable, "-m", "quantize", *wishes]


def _seconds(folder: Path) -> float:
    """How long a run takes that is not killed; the shortest of three."""
    found = []
    for _ in range(3):
        begin = time.perf_counter()
        subprocess.run(_command(1, 8), cwd=folder, check=True)
        found.append(time.perf_counter() - begin)
        _empty(folder / "out")
    return min(found)


def _empty(folder: Path) -> None:
    for path in folder.iterdir():
        path.unlink()


def _kill(
    folder: Path, number: signal.Signals, after: float, jobs: int, *, over: bool
) -> list[str]:
    """Kill a run; return what is wrong with what it leaves."""
    out = folder / "out"
    out.mkdir(exist_ok=True)
    _empty(out)
    if over:
        for stem in range(PICTURES):
            for ending in ENDINGS:
                (out / f"{stem}-8{ending}").write_bytes(b"old")
    more = ["--force"] if over else []
    process = subprocess.Popen(
        _command(jobs, 8, *more), cwd=folder, stderr=subprocess.PIPE, start_new_session=True
    )
    time.sleep(after)
    os.killpg(process.pid, number)
    said = process.communicate()[1].decode()
    faults = _faults_of_the_end(process.returncode, number, said)
    if faults:
        print(said)
    if number == signal.SIGKILL:
        sweeper = [sys.executable, "-m", "quantize", "sweeper.png", "-o", "out/s.png", "-q"]
        subprocess.run([*sweeper, "--no-sidecar"], cwd=folder, check=True)
        (out / "s.png").unlink()
    return faults + _faults_of_files(out, over=over, killed=number == signal.SIGKILL)


def _faults_of_the_end(code: int, number: signal.Signals, said: str) -> list[str]:
    early = -number  # before the command was there to hear it
    fine = (0, early) if number == signal.SIGKILL else (0, early, 128 + number)
    faults = [] if code in fine else [f"exit code {code}"]
    return faults + (["a traceback"] if "Traceback" in said and code != early else [])


def _faults_of_files(out: Path, *, over: bool, killed: bool) -> list[str]:
    faults = []
    for stem in range(PICTURES):
        states = {_state(out / f"{stem}-8{ending}") for ending in ENDINGS}
        if "broken" in states:
            faults.append("half a file")
        # no file system replaces several files in one step: there each is old or new
        if len(states) > 1 and not (killed and over and states == {"old", "new"}):
            faults.append(f"some files are {' and some '.join(sorted(states))}")
    expected = {f"{stem}-8{ending}" for stem in range(PICTURES) for ending in ENDINGS}
    litter = {path.name for path in out.iterdir()} - expected
    return sorted({*faults, *(["litter"] if litter else [])})


def _state(path: Path) -> str:
    if not path.exists():
        return "missing"
    data = path.read_bytes()
    if data == b"old":
        return "old"
    try:
        if path.suffix == ".png":
            with Image.open(path) as image:
                image.load()
        elif path.suffix == ".json":
            json.loads(data)
        elif len(data) != 8 * 7:
            return "broken"
    except (OSError, ValueError):
        return "broken"
    return "new"


if __name__ == "__main__":
    sys.exit(main())
