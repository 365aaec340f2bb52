"""Measure what a long list costs: seconds and memory a row, with `--files-from`.

    python benchmarks/lists.py [ROWS]

A list of so many names (100,000 unless told) is done twice: names of files that there are none of,
and copies of one picture of a pixel. Memory is what the command holds at its most beyond what a
list of 2,000 rows takes, divided by the rows between; it has 24 bytes of names to remember a row.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

FEW = 2_000
"""Rows after which everything but the rows is in memory."""

MEASURED = (
    "import resource, sys; from quantize.cli import main; code = main();"
    "print(code, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)"
)


def run(names: list[str], folder: Path) -> tuple[float, int]:
    """Return the seconds and the KiB of a command in one process."""
    (folder / "list").write_text("\n".join(names))
    words = ("--files-from", "list", "-o", "out/{parent}/{stem}{ext}", "-k", "2", "-q", "-j", "1")
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, *words],
        cwd=folder,
        stderr=subprocess.PIPE,
        check=True,
    )
    *_, last = done.stderr.splitlines()
    return time.perf_counter() - began, int(last.split()[1])


def main() -> None:
    """Print a line for each kind of row."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    for kind in ("missing", "tiny"):
        with TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "in").mkdir()
            names = [f"in/{number:07}.png" for number in range(rows)]
            if kind == "tiny":
                Image.new("RGB", (1, 1)).save(folder / names[0])
                for other in names[1:]:
                    os.link(folder / names[0], folder / other)
            few, least = run(names[:FEW], folder)
            for made in (folder / "out").rglob("*.*") if (folder / "out").exists() else ():
                made.unlink()
            many, most = run(names, folder)
            between = rows - FEW
            print(
                f"{kind:8} {rows:,} rows: {1000 * (many - few) / between:.2f} ms a row, "
                f"{1024 * (most - least) / between:.1f} bytes a row more in memory "
                f"({least / 1024:.0f} → {most / 1024:.0f} MiB)"
            )


if __name__ == "__main__":
    main()
