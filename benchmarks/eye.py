"""Results to look at: spaces, weights of pixels and dithering, each against pngquant's.

    python benchmarks/eye.py DIR             # photographs of a folder, and what drawn.py draws
    python benchmarks/eye.py DIR --docs      # and put the tables into docs/eye.md
    python benchmarks/eye.py --samples       # of sample_images/: to docs/eye.md and the README
    python benchmarks/eye.py DIR --default   # our default and the peers alone
    python benchmarks/eye.py --round-trip    # that all 16.7 million colours come back

Options: `-k 16 -k 64` for sizes, `--plain` or `--dithered` for one of the two, `--only imagequant`
for fewer peers, `--ours eye` for fewer spaces of ours, `--no-drawn`, `--jobs N`.

Needs pngquant, and for all columns Debian's libjxl-devtools and the package ssimulacra2; what is
missing is left empty. The other peers are those of `peers.py` that are installed. Each measure is
an error or a size, divided by that of pngquant at its default for the same pixels (`--nofs` without
dithering): below 1 is better. The tables have the geometric mean over the pictures, and the worst
of them in brackets. SSIMULACRA 2 is a difference: above 0 is better; the mean, and the worst. The
measures are those of `perception.py`; `region` is the largest CIEDE2000 of a coherent region of at
least 0.05 % of the pixels, in pictures of at most two megapixels and without dithering; of scenes
that are drawn for it (tests/helpers/scenes.py) the numbers themselves are given.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from multiprocessing import get_context
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import perception
from drawn import DRAWN
from pages import DOCS, README, ROOT, put
from peers import PEERS, PNGQUANT, PNGQUANT_ONE, Peer
from PIL import Image
from processes import run

from quantize import quantize
from quantize.color import spaces
from quantize.color.table import SPACES
from quantize.images import load as loading
from quantize.pipeline import settings

sys.path.insert(0, str(ROOT / "tests"))
from helpers import scenes

SIZES: Final = (16, 64, 256)
CHOSEN: Final = settings.Settings().space, settings.Settings().weights
DITHER: Final = "floyd-steinberg"
REGIONS_UP_TO: Final = 2_000_000
"""Pixels of a picture whose worst region is looked for."""

COLUMNS: Final = {
    "mse": "MSE",
    "delta_e": "CIEDE2000",
    "dssim": "1 - SSIM",
    "ssimulacra": "SSIMULACRA",
    "butteraugli_max": "butteraugli, max",
    "butteraugli": "butteraugli, 3-norm",
    "blurred": "blurred",
    "bytes": "bytes",
    "region": "region",
    "ssimulacra2": "SSIMULACRA 2",
}
SHORT: Final = ("mse", "delta_e", "dssim", "butteraugli", "bytes", "ssimulacra2")
"""Columns of the tables of sample_images."""

FRONT: Final = ("ssimulacra2", "butteraugli", "bytes", "mse")
"""Columns of the README."""

Figures = dict[str, float]


class Candidate(NamedTuple):
    """A space and weights of ours."""

    space: str
    weights: str

    @property
    def label(self) -> str:
        """Its name in a table; the default is bold."""
        name = f"`{self.space}`, `{self.weights}`"
        return f"**{name}**" if self == CHOSEN else name


CANDIDATES: Final = tuple(
    dict.fromkeys(
        (
            Candidate(*CHOSEN),
            Candidate(CHOSEN[0], "uniform"),
            Candidate("oklab", "contrast"),
            Candidate("weighted", "contrast"),
            Candidate("srgb", "uniform"),
            Candidate("lab", "contrast"),
        )
    )
)


class Task(NamedTuple):
    """What one process measures: all candidates on one picture.

    Attributes:
        name: of a file, a drawn picture or a scene.
        k: colours.
        dithered: with dithering.
        candidates: of ours.
        peers: whose names are those of `PEERS`.
    """

    name: str
    k: int
    dithered: bool
    candidates: tuple[Candidate, ...]
    peers: tuple[str, ...]


class Measured(NamedTuple):
    """What a table is made of.

    Attributes:
        k: colours.
        dithered: with dithering.
        results: of each peer and candidate, by its label: the measures of each picture.
    """

    k: int
    dithered: bool
    results: dict[str, list[Figures]]


def judged(before: perception.Bytes, after: perception.Bytes, size: int, region: bool) -> Figures:
    """The measures of one result."""
    found: Figures = {**perception.perceived(before, after)._asdict(), "bytes": size}
    small = before.shape[0] * before.shape[1] <= REGIONS_UP_TO
    found["region"] = scenes.worst_region(before, after) if region and small else float("nan")
    return found


def pixels_of(name: str) -> perception.Bytes:
    """The picture of a task."""
    drawn = {**DRAWN, **scenes.SCENES}
    if name in drawn:
        return drawn[name]()
    return np.asarray(loading.load(name).pixels)[..., :3]


def job(task: Task) -> list[Figures]:
    """The measures of the peers, then those of ours."""
    before, found = pixels_of(task.name), []
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "before.png"), Path(folder, "after.png")
        Image.fromarray(before).save(source, compress_level=1)
        named = {peer.name: peer for peer in PEERS}
        for name in task.peers:
            command = named[name].dithered if task.dithered else named[name].command
            assert command is not None
            run(command(source, target, task.k), named[name].environment)
            after = perception.pixels_of(target)
            found.append(judged(before, after, target.stat().st_size, not task.dithered))
        for space, weights in task.candidates:
            dither = DITHER if task.dithered else "none"
            result = quantize(before, task.k, space=space, weights=weights, dither=dither)
            result.save(target, force=True)
            after = result.to_array()
            found.append(judged(before, after, target.stat().st_size, not task.dithered))
    return found


def peers_of(dithered: bool, told: argparse.Namespace) -> list[Peer]:
    """The peers that can be asked; pngquant comes first."""
    others = [
        peer
        for peer in PEERS
        if not peer.name.startswith("quantize")
        and peer not in (PNGQUANT, PNGQUANT_ONE)
        and peer.largest > REGIONS_UP_TO // 2 - 1
        and (told.only is None or any(part in peer.name for part in told.only))
        and peer.available()
        and (not dithered or peer.dithered is not None)
    ]
    return [PNGQUANT, *others]


def ours_of(told: argparse.Namespace) -> tuple[Candidate, ...]:
    """The spaces and weights of ours that are asked for."""
    if told.default:
        return CANDIDATES[:1]
    return tuple(c for c in CANDIDATES if told.ours is None or c.space in told.ours)


def cells(rows: Sequence[Figures], base: Sequence[Figures], columns: Sequence[str]) -> list[str]:
    """What a table says of some results beside pngquant's: mean and worst."""
    found = []
    for column in columns:
        own = np.array([row[column] for row in rows])
        theirs = np.array([row[column] for row in base])
        if column == "ssimulacra2":
            found.append(f"{(own - theirs).mean():+.1f} ({(own - theirs).min():+.1f})")
            continue
        ratios = own / np.maximum(theirs, 1e-9)
        mean = np.exp(np.nanmean(np.log(np.maximum(ratios, 1e-9))))
        found.append(f"{mean:.3f} ({np.nanmax(ratios):.2f})")
    return found


def measured(
    names: Sequence[str], told: argparse.Namespace, *, k: int, dithered: bool, short: bool = False
) -> Measured:
    """Measure peers and ours on some pictures; of ours only two where the table is short."""
    peers = peers_of(dithered, told)
    candidates = ours_of(told)
    if dithered:
        candidates = tuple(c for c in candidates if c in (CHOSEN, ("weighted", "contrast")))
    if short:
        candidates = (CANDIDATES[0], Candidate("srgb", "uniform"))
    of_peers = tuple(peer.name for peer in peers)
    tasks = [Task(name, k, dithered, candidates, of_peers) for name in names]
    with get_context("spawn").Pool(told.jobs) as pool:
        found = pool.map(job, tasks, chunksize=1)
    labels = [*of_peers, *(candidate.label for candidate in candidates)]
    return Measured(k, dithered, {label: [f[at] for f in found] for at, label in enumerate(labels)})


def table(found: Measured, columns: Sequence[str]) -> Iterator[str]:
    """The lines of one table."""
    columns = [c for c in columns if c != ("region" if found.dithered else "blurred")]
    yield f"| k = {found.k} | {' | '.join(COLUMNS[c] for c in columns)} |"
    yield "|---" * (1 + len(columns)) + "|"
    base = found.results[PNGQUANT.name]
    for label, results in found.results.items():
        if results is not base:
            yield f"| {label} | {' | '.join(cells(results, base, columns))} |"
    yield ""


def regions(told: argparse.Namespace) -> Iterator[str]:
    """The table of scenes with a small region of its own colour."""
    candidates = ours_of(told)
    yield "### Regions of their own colour, CIEDE2000\n"
    yield f"| scene | k | pngquant | {' | '.join(c.label for c in candidates)} |"
    yield "|---|---|---" + "|---" * len(candidates) + "|"
    for scene in scenes.SCENES:
        for k in told.k:
            seen = job(Task(scene, k, False, candidates, (PNGQUANT.name,)))
            values = [f"{figures['region']:.1f}" for figures in seen]
            yield f"| {scene} | {k} | {' | '.join(values)} |"
    yield ""


def page(told: argparse.Namespace) -> Iterator[str]:
    """The tables of docs/eye.md."""
    files = [str(path) for path in sorted(told.folder.iterdir()) if path.suffix in ENDINGS]
    groups = {f"{len(files)} photographs": files}
    if not told.no_drawn:
        groups[f"drawn: {', '.join(DRAWN)}"] = list(DRAWN)
    for dithered in told.modes:
        for title, names in groups.items():
            yield f"### {'Dithered' if dithered else 'Without dithering'}, {title}\n"
            for k in told.k:
                yield from table(measured(names, told, k=k, dithered=dithered), list(COLUMNS))
    if False in told.modes:
        yield from regions(told)


ENDINGS: Final = (".png", ".jpg")


def samples(told: argparse.Namespace) -> tuple[str, str]:
    """The tables of the photographs in sample_images: for docs/eye.md, and for the README."""
    folder = ROOT / "sample_images"
    names = [
        str(path)
        for path in sorted(folder.iterdir())
        if path.suffix in ENDINGS and Image.open(path).convert("RGB").getcolors(1 << 12) is None
    ]
    lines = []
    front = [f"| dithering | colours | {' | '.join(COLUMNS[c] for c in FRONT)} |"]
    front.append("|---" * (2 + len(FRONT)) + "|")
    for dithered in (False, True):
        lines += [f"#### {'Dithered' if dithered else 'Without dithering'}", ""]
        for k in told.k:
            found = measured(names, told, k=k, dithered=dithered, short=True)
            lines += table(found, SHORT)
            ours = found.results[CANDIDATES[0].label]
            means = (cell.split()[0] for cell in cells(ours, found.results[PNGQUANT.name], FRONT))
            front.append(f"| {'yes' if dithered else 'no'} | {k} | {' | '.join(means)} |")
    return "\n".join(lines), "\n".join(front)


def round_trip() -> None:
    """Decode what was encoded, of every 8-bit colour."""
    levels = np.arange(256, dtype=np.uint8)
    for name in SPACES:
        wrong, space = 0, SPACES.load(name)
        for red in levels:
            grid = np.stack(np.meshgrid(red, levels, levels, indexing="ij"), axis=-1)
            colors = grid.reshape(-1, 3)
            back = spaces.decode(spaces.encode(colors, space).astype(np.float64), space)
            wrong += int((back != colors).any(axis=1).sum())
        print(f"{name}: {wrong} of {1 << 24:,} colours come back changed")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("-k", type=int, action="append")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--only", action="append", metavar="NAME", help="part of a peer's name")
    parser.add_argument("--ours", action="append", metavar="SPACE", choices=list(SPACES))
    for name in ("docs", "samples", "default", "no-drawn", "round-trip"):
        parser.add_argument(f"--{name}", action="store_true")
    modes = parser.add_mutually_exclusive_group()
    modes.add_argument("--plain", dest="modes", action="store_const", const=[False])
    modes.add_argument("--dithered", dest="modes", action="store_const", const=[True])
    parser.set_defaults(modes=[False, True])
    told = parser.parse_args()
    told.k = told.k or SIZES
    if told.round_trip:
        round_trip()
        return
    if told.samples:
        text, front = samples(told)
        print(text)
        put(README, "eye", front)
        put(DOCS / "eye.md", "samples", text)
        return
    if told.folder is None:
        parser.error("a folder of photographs is missing")
    text = "".join(f"{line}\n" for line in page(told))
    print(text)
    if told.docs:
        put(DOCS / "eye.md", "tables", text)


if __name__ == "__main__":
    main()
