"""Dithering against pngquant's, as the eye sees it: run by hand.

    python benchmarks/dithering.py [-k 16 64 256] [--methods floyd-steinberg ...] FOLDER
    python benchmarks/dithering.py --quick --docs FOLDER     # the table of docs/dithering.md

FOLDER has PNGs without alpha. Each is quantized by `pngquant K`, whose dithering is on, and by
ours with each method at its default strength (or `--strengths`); palettes are ours. The table has
geometric means over the images of our figure divided by pngquant's, so below 1 is better, and the
largest quotient with its image; SSIMULACRA 2 is a mean difference, above 0 is better, and the least
one. The figures are those of `benchmarks/perception.py`, and the bytes of the files. It needs
pngquant, and what that file needs; `--quick` leaves out what other programs measure. No time is
measured here: `python -m benchmarks` does that.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from perception import Bytes, blurred, delta_e, geometric_mean, perceived, pixels_of

from quantize import quantize
from quantize.dither.table import DITHERS
from quantize.images import png
from quantize.model.palette import Palette
from quantize.pipeline import similarity
from quantize.pipeline.mappers import DitherMapper
from quantize.pipeline.target import Target

Figures = dict[str, float]
PAGE = Path(__file__).parent.parent / "docs" / "dithering.md"


def figures(before: Bytes, after: Bytes, size: int, quick: bool) -> Figures:
    if not quick:
        return {**perceived(before, after)._asdict(), "bytes": size}
    return {
        "1 - SSIM": 1 - similarity.ssim(before, after),
        "CIEDE2000": delta_e(before, after),
        "blurred": blurred(before, after),
        "MSE": similarity.squared_error(before, after) / (before.size / 3),
        "bytes": size,
    }


def of_pngquant(source: Path, k: int, quick: bool) -> Figures:
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, "result.png")
        subprocess.run(["pngquant", str(k), "-o", target, source], check=True)
        return figures(pixels_of(source), pixels_of(target), target.stat().st_size, quick)


def of_ours(source: Path, plain: Any, method: str, strength: float | None, quick: bool) -> Figures:
    pixels, colors = pixels_of(source), plain.palette.colors
    indices = plain.indices
    if method != "none":
        settings = plain.settings.replaced(dither=method, dither_strength=strength)
        indices = DitherMapper(colors, pixels.shape[2], settings, Target()).map(pixels)
    return figures(pixels, colors[indices], len(png.encode(Palette(colors), indices)), quick)


def cell(pairs: dict[str, tuple[float, float]], name: str) -> str:
    """The mean and the worst picture of one figure, of ours and theirs by picture."""
    if name == "ssimulacra2":
        apart = {stem: ours - theirs for stem, (ours, theirs) in pairs.items()}
        worst = min(apart, key=apart.__getitem__)
        return f"{sum(apart.values()) / len(apart):+.2f} ({apart[worst]:+.1f} {worst})"
    ratios = {stem: ours / theirs for stem, (ours, theirs) in pairs.items()}
    worst = max(ratios, key=ratios.__getitem__)
    return f"{geometric_mean(list(ratios.values())):.3f} ({ratios[worst]:.2f} {worst})"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("-k", type=int, nargs="+", default=[16, 64, 256])
    parser.add_argument("--methods", nargs="+", default=list(DITHERS), choices=list(DITHERS))
    parser.add_argument("--strengths", type=float, nargs="+", default=[None])
    parser.add_argument("--set", nargs="+", default=[], metavar="NAME=VALUE", help="settings")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--docs", action="store_true", help="put the table into docs/dithering.md")
    told = parser.parse_args()
    settings = dict(item.split("=", 1) for item in told.set)
    sources = sorted(told.folder.glob("*.png"))
    theirs = {(path, k): of_pngquant(path, k, told.quick) for path in sources for k in told.k}
    plain = {(path, k): quantize(path, k, **settings) for path in sources for k in told.k}
    names = list(next(iter(theirs.values())))
    lines = [f"| method | strength | k | {' | '.join(names)} |", f"|{'---|' * (3 + len(names))}"]
    print(*lines, sep="\n")
    for method in told.methods:
        for strength in told.strengths:
            for k in told.k:
                ours = {
                    path: of_ours(path, plain[path, k], method, strength, told.quick)
                    for path in sources
                }
                cells = [
                    cell(
                        {path.stem: (ours[path][name], theirs[path, k][name]) for path in sources},
                        name,
                    )
                    for name in names
                ]
                said = "default" if strength is None else f"{strength:g}"
                lines.append(f"| `{method}` | {said} | {k} | {' | '.join(cells)} |")
                print(lines[-1], flush=True)
    if told.docs:
        before, mark, rest = PAGE.read_text(encoding="utf-8").partition("<!-- measured -->\n")
        _, end, after = rest.partition("<!-- end -->")
        table = "\n".join([*lines, ""])
        PAGE.write_text(f"{before}{mark}{table}{end}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
