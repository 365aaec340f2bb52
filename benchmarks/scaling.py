"""What a folder costs on one machine and on a cluster, and a model of many machines.

    python benchmarks/scaling.py --write photographs/*.png

The photographs are linked as often as it takes into a folder of their own; each figure is the
median of `--rounds` runs of the whole command. Rates are of what 96 images take longer than 12, so
that start-up is apart. With --write the tables of docs/scaling.md are made anew.
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

from processes import middle, run

from quantize import kernels
from quantize.jobs import job as jobs_job
from quantize.jobs.cluster import connect, scheduling
from quantize.jobs.feed import Feed
from quantize.jobs.job import Outcome
from quantize.jobs.request import Job, Request
from quantize.jobs.run import Executor

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "scaling.md"

FEW, MANY = 12, 96
COLORS = 64
PHOTOGRAPHS = 1_000_000
CORES = 16
NETWORK = 1.25e9  # bytes a second of a storage behind 10 Gbit/s
TRIVIAL = 3000
ALONE = "-j 1 --threads 1"


def nothing(job: Job, progress: Any = None) -> Outcome:  # noqa: ARG001 - as all have it
    """A job that costs nothing but its way."""
    return Outcome(job, {"input": job.input})


_memory: list[Outcome] = []


def remembered(job: Job, progress: Any = None) -> Outcome:
    """A job whose result is there already, of the size that results have."""
    if not _memory:
        _memory.append(jobs_job.run_one(job))
    if progress is not None:
        progress(job, "read", 0)  # so it is announced, as every job is
    return _memory[0]


def with_memory(job: Job, progress: Any = None) -> Outcome:
    """A job that tells the most memory that its worker has occupied."""
    outcome = jobs_job.run_one(job, progress)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return outcome._replace(record={**outcome.record, "peak": peak})


def link(photographs: list[Path], count: int, folder: Path) -> list[Path]:
    folder.mkdir(parents=True)
    names = []
    for number in range(count):
        source = photographs[number % len(photographs)].resolve()
        names.append(folder / f"{number:04}{source.suffix}")
        names[-1].symlink_to(source)
    return names


class Rate(NamedTuple):
    """Of a command: seconds before the first image, then wall and CPU seconds of each."""

    start: float
    wall: float
    cpu: float


def rate(folders: tuple[Path, Path], rounds: int, words: str) -> Rate:
    command = [sys.executable, "-m", "quantize", "-k", str(COLORS), "-q", "--force", *words.split()]
    few, many = (
        middle([run([*command, folder, "-o", folder.parent / "out"]) for _ in range(rounds)])
        for folder in folders
    )
    images = MANY - FEW
    wall, cpu = (many.wall - few.wall) / images, (many.cpu - few.cpu) / images
    return Rate(max(few.wall - FEW * wall, 0.0), wall, cpu)


def jobs_of(names: list[Path], *, image: bool) -> list[Job]:
    request = Request(image=image, sidecar=False, force=True)
    output = str(names[0].parent.parent / "out.png") if image else None
    return [Job(str(name), output, "png", None, (), (), request) for name in names]


def tasks_a_second(name: Path) -> tuple[float, float]:
    """How many tasks, and how many trivial jobs in bundles, a scheduler hands out a second."""
    rates = []
    with connect.connect("local", warn=print, cores=kernels.available_cores()) as cluster:
        for count, in_bundles in ((TRIVIAL, False), (5 * TRIVIAL, True)):
            begin = time.perf_counter()
            for _ in cluster.run(
                nothing,
                Feed(jobs_of([name] * count, image=False)),
                lambda: True,
                in_bundles=in_bundles,
            ):
                pass
            rates.append(count / (time.perf_counter() - begin))
    return rates[0], rates[1]


def way_and_memory(names: list[Path], bundle: int) -> tuple[float, float]:
    """CPU seconds an image of client and scheduler together, peak MB of a worker.

    The first is of jobs that come back at once, in bundles as they would be: while jobs take their
    time, an idle scheduler costs some percent of a core, whatever their number.
    """
    most, scheduling.MOST_IN_BUNDLE = scheduling.MOST_IN_BUNDLE, bundle
    with connect.connect("local", warn=print, cores=kernels.available_cores()) as cluster:
        outcomes = list(Executor(cluster=cluster).run(with_memory, jobs_of(names, image=False)))
        jobs = jobs_of(names[:1] * TRIVIAL, image=False)
        begin = time.process_time()
        for _ in Executor(cluster=cluster).run(remembered, jobs):
            pass
        busy = time.process_time() - begin
    scheduling.MOST_IN_BUNDLE = most
    return busy / len(jobs), max(outcome.record["peak"] for outcome in outcomes)


def measured(folders: tuple[Path, Path], rounds: int) -> tuple[str, dict[str, float]]:
    cores = kernels.available_cores()
    commands = (
        *(ALONE, f"-j {cores}", "--cluster local"),
        *(f"-j {cores} --shared-palette", "--cluster local --shared-palette"),
    )
    rates = {words: rate(folders, rounds, words) for words in commands}
    names = sorted(folders[1].iterdir())
    tasks, bundled = tasks_a_second(names[0])
    bundle = max(int(scheduling.BUNDLE_SECONDS / rates["--cluster local"].cpu), 1)
    way, memory = way_and_memory(names[: 2 * FEW], bundle)
    lines = [
        "| command | start-up, s | images a second | CPU seconds an image |",
        "|---|---|---|---|",
    ]
    for words, (start, wall, cpu) in rates.items():
        lines.append(f"| `{words}` | {start:.2f} | {1 / wall:.1f} | {cpu:.4f} |")
    far = rates["--cluster local"]
    more = 1000 * (far.cpu - rates[f"-j {cores}"].cpu)
    text = f"""
A job on the cluster costs {more:.1f} ms of a core more than in a process of `-j`, of which
{1000 * way:.2f} ms are the client's and the scheduler's, here one process. They hand out
{tasks:,.0f} tasks a second, and {bundled:,.0f} trivial jobs in bundles of up to
{scheduling.MOST_IN_BUNDLE}. A worker occupies {memory:.0f} MB at its most."""
    figures = {"cpu": far.cpu, "start": far.start, "way": way}
    return "\n".join(lines) + "\n" + text, figures


def model(figures: dict[str, float], bytes_each: float) -> str:
    """Seconds of a million photographs: the slowest of cores, scheduler and storage."""
    lines = [
        "| machines | cores | cores take | command takes | storage takes | in all | a second |",
        "|---|---|---|---|---|---|---|",
    ]
    for machines in (1, 10, 100):
        parts = (
            PHOTOGRAPHS * figures["cpu"] / (machines * CORES),
            PHOTOGRAPHS * figures["way"],
            PHOTOGRAPHS * bytes_each / NETWORK,
        )
        whole = figures["start"] + max(parts)
        shown = " | ".join(_span(part) for part in parts)
        pace = PHOTOGRAPHS / whole
        lines.append(
            f"| {machines} | {machines * CORES} | {shown} | **{_span(whole)}** | {pace:,.0f} |"
        )
    work_ms, way_ms = 1000 * figures["cpu"], 1000 * figures["way"]
    text = f"""
s = {work_ms:.1f} ms, q = {way_ms:.2f} ms, v = {bytes_each / 1000:.0f} kB,
w = {NETWORK / 1e9:.2f} GB a second (10 Gbit/s), c = {CORES} cores."""
    return "\n".join(lines) + "\n" + text


def _span(value: float) -> str:
    if value < 120:
        return f"{value:.0f} s"
    return f"{value / 60:.0f} min" if value < 2 * 3600 else f"{value / 3600:.1f} h"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photographs", nargs="+", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folders = (Path(place) / "few" / "in", Path(place) / "many" / "in")
        link(options.photographs, FEW, folders[0])
        names = link(options.photographs, MANY, folders[1])
        table, figures = measured(folders, options.rounds)
        read = sum(name.stat().st_size for name in names) / MANY
        written = sum(path.stat().st_size for path in (folders[1].parent / "out").iterdir()) / MANY
    about = (
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}; "
        f"{len(options.photographs)} photographs, k = {COLORS}, medians of {options.rounds} rounds."
    )
    parts = {"measured": f"{about}\n\n{table}", "model": model(figures, read + written)}
    if not options.write:
        print(*parts.values(), sep="\n\n")
        return
    page = PAGE.read_text("utf-8")
    for name, text in parts.items():
        pattern = rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)"
        page = re.sub(
            pattern, lambda found, text=text: f"{found[1]}{text}\n{found[2]}", page, flags=re.DOTALL
        )
    PAGE.write_text(page, "utf-8")


if __name__ == "__main__":
    main()
