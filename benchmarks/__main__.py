"""The whole command against its peers, and our kernels by stage.

    python benchmarks                                   # on sample_images
    python benchmarks --images DIR -k 64 -k 256         # on other pictures
    python benchmarks --only pngquant --rounds 9        # fewer peers, more rounds
    python benchmarks --docs                            # tables into the README and docs

Nothing else should run meanwhile. Peers that are not installed are left out.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

import numpy as np
import stages
from pages import DOCS, README, ROOT, put
from peers import OURS, PEERS, PNGQUANT, PNGQUANT_ONE, Peer
from PIL import Image
from processes import Cost, middle, run

METHOD = """\
Whole commands, PNG in and PNG out, no dithering; ours writes its sidecar and its statistics as a
user has them. Every round runs every program once on every picture ({rounds} rounds); wall and CPU
seconds (all threads) are medians over the rounds, memory the largest. Ratios are ours divided by
theirs: geometric means over the pictures, so below 1 is better for us. MSE is of the written file,
in 8-bit sRGB, summed over the channels. {machine}; {pictures}."""


def main() -> None:
    options = _arguments()
    with tempfile.TemporaryDirectory() as folder:
        pictures = _as_png(options.images, Path(folder), options.rgb_only)
        peers = [peer for peer in PEERS if peer.available() and _wanted(peer, options.only)]
        lines = [
            METHOD.format(
                rounds=options.rounds,
                machine=f"{platform.machine()}, {os.cpu_count()} cores, "
                f"Python {platform.python_version()}",
                pictures=", ".join(path.stem for path in pictures),
            )
        ]
        tables = {}
        for k in options.colors or [64, 256]:
            tables[k] = _table(pictures, peers, k, options.rounds)
            lines += ["", f"### k = {k}", "", *tables[k]]
        ours = []
        if not options.no_stages:
            ours = stages.table(pictures, options.colors or [64, 256])
    print("\n".join([*lines, "", *ours]))
    if options.docs:
        put(README, "benchmarks", "\n".join(_short(tables)))
        put(DOCS / "benchmarks.md", "benchmarks", "\n".join(lines))
        if ours:
            put(DOCS / "benchmarks.md", "stages", "\n".join(ours))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--images", type=Path, default=ROOT / "sample_images", metavar="DIR")
    parser.add_argument("-k", dest="colors", type=int, action="append", metavar="N")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", action="append", metavar="NAME", help="part of a peer's name")
    parser.add_argument("--rgb-only", action="store_true", help="leave out pictures with alpha")
    parser.add_argument("--no-stages", action="store_true")
    parser.add_argument("--docs", action="store_true")
    return parser.parse_args()


def _wanted(peer: Peer, only: list[str] | None) -> bool:
    ours = peer.name.startswith(OURS.name)
    return only is None or ours or any(part in peer.name for part in only)


def _as_png(source: Path, folder: Path, rgb_only: bool) -> list[Path]:
    """Every picture of a folder that has more colours than 256, as an RGB PNG."""
    pictures = []
    for path in sorted(source.iterdir()):
        if path.suffix.lower() not in {".png", ".jpg", ".jpeg"}:
            continue
        with Image.open(path) as picture:
            if rgb_only and "A" in picture.mode:
                continue
            rgb = picture.convert("RGB")
        if rgb.getcolors(256) is None:
            rgb.save(folder / f"{path.stem}.png")
            pictures.append(folder / f"{path.stem}.png")
    return pictures


def _table(pictures: list[Path], peers: list[Peer], k: int, rounds: int) -> list[str]:
    costs: dict[tuple[str, Path], list[Cost]] = defaultdict(list)
    errors, sizes = {}, {}
    target = pictures[0].parent / "out.png"
    for _ in range(rounds):
        for path in pictures:
            with Image.open(path) as picture:
                pixels = picture.width * picture.height
            for peer in peers:
                if pixels <= peer.largest:
                    command = peer.command(path, target, k)
                    costs[peer.name, path].append(run(command, peer.environment))
                    if (peer.name, path) not in errors:
                        errors[peer.name, path] = _mse(path, target)
                        sizes[peer.name, path] = target.stat().st_size
    columns = ("program", "wall, s", "CPU, s", "peak, MB", "MSE", "bytes")
    ratios = ("wall ratio", "CPU ratio", "MSE ratio", "bytes ratio", "worst MSE ratio")
    lines = [f"| {' | '.join(columns + ratios)} |", "|---" * len(columns + ratios) + "|"]
    for peer in peers:
        shared = [path for path in pictures if (peer.name, path) in costs]
        if shared:
            lines.append(_row(peer.name, shared, costs, errors, sizes))
    return lines


def _row(name, shared, costs, errors, sizes) -> str:  # type: ignore[no-untyped-def]
    theirs = [middle(costs[name, path]) for path in shared]
    mine = [middle(costs[OURS.name, path]) for path in shared]
    worse = [errors[OURS.name, path] / max(errors[name, path], 1e-9) for path in shared]
    ratios = [
        _geometric(a.wall / b.wall for a, b in zip(mine, theirs, strict=True)),
        _geometric(a.cpu / b.cpu for a, b in zip(mine, theirs, strict=True)),
        _geometric(worse),
        _geometric(sizes[OURS.name, path] / sizes[name, path] for path in shared),
        max(worse),
    ]
    figures = [
        f"{_geometric(cost.wall for cost in theirs):.3f}",
        f"{_geometric(cost.cpu for cost in theirs):.3f}",
        f"{max(cost.peak for cost in theirs):.0f}",
        f"{_geometric(errors[name, path] for path in shared):.1f}",
        f"{_geometric(sizes[name, path] for path in shared):.0f}",
        *(f"{ratio:.3f}" for ratio in ratios),
    ]
    note = "" if len(shared) == len({path for _, path in costs}) else f" ({len(shared)} pictures)"
    return f"| {name}{note} | {' | '.join(figures)} |"


def _mse(path: Path, target: Path) -> float:
    with Image.open(path) as wanted, Image.open(target) as got:
        difference = np.asarray(wanted.convert("RGB"), np.int16) - np.asarray(got.convert("RGB"))
    return float(np.square(difference, dtype=np.int32).sum(axis=2).mean())


def _geometric(values) -> float:  # type: ignore[no-untyped-def]
    return float(np.exp(np.mean(np.log(list(values)))))


def _short(tables: dict[int, list[str]]) -> list[str]:
    """The table of the README: pngquant alone, without the worst picture."""
    columns = ("colours", "beside", "squared error", "bytes", "wall time", "CPU time")
    lines = [f"| {' | '.join(columns)} |", "|---" * len(columns) + "|"]
    for k, table in tables.items():
        for line in table:
            name, *figures = line.strip("| ").split(" | ")
            if name in (PNGQUANT.name, PNGQUANT_ONE.name):
                wall, cpu, error, size, _ = figures[-5:]
                lines.append(f"| {k} | {name} | {error} | {size} | {wall} | {cpu} |")
    return lines


if __name__ == "__main__":
    sys.exit(main())
