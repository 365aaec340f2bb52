"""Guards `--cluster`: the bytes of a local run, and every job done though workers are lost.

A real scheduler and two workers on TCP serve the whole file; a nanny replaces a worker that is
killed.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
from distributed import Client

from helpers import cluster_jobs
from helpers.command import PATIENCE, Run, child_command, command, environment, start
from helpers.folders import names
from helpers.paths import TESTS
from helpers.pictures import picture
from quantize import kernels
from quantize.errors import ClusterError, WorkerLostError
from quantize.jobs import job as jobs_job
from quantize.jobs.cluster import connect
from quantize.jobs.cluster.scheduling import Scheduler
from quantize.jobs.job import Outcome
from quantize.jobs.request import Job, Request
from quantize.jobs.run import Executor

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="workers are killed by signals"),
    pytest.mark.slow,
]


def wait_for(condition: Callable[[], Any]) -> Any:
    """What the condition gives, as soon as it is true."""
    deadline = time.monotonic() + PATIENCE
    while not (found := condition()):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return found


QUICK_WORKERS = {"DASK_DISTRIBUTED__WORKER__MULTIPROCESSING_METHOD": "forkserver"}
"""Fork a worker that replaces one from a process that has Dask loaded; a new one takes seconds."""


@contextmanager
def served(folder: Path, workers: int = 2) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Of a scheduler with workers: its address, and its process."""
    file = folder / "scheduler.json"
    path = os.pathsep.join(filter(None, (str(TESTS), os.environ.get("PYTHONPATH"))))
    common = ("--scheduler-file", str(file), "--host", "127.0.0.1", "--no-dashboard")
    worker = ("--nthreads", "1", "--nworkers", str(workers), "--local-directory", str(folder))
    with (folder / "log").open("wb") as log:

        def serve(module: str, *words: str) -> subprocess.Popen[bytes]:
            return subprocess.Popen(
                [sys.executable, "-m", f"distributed.cli.{module}", *common, *words],
                cwd=folder,
                env=environment(PYTHONPATH=path, **QUICK_WORKERS),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

        servants = [
            serve("dask_scheduler", "--port", "0", "--dashboard-address", "127.0.0.1:0"),
            serve("dask_worker", *worker),
        ]
        try:
            found = wait_for(lambda: file.exists() and file.read_text())
            yield str(json.loads(found)["address"]), servants[0]
        finally:
            for servant in servants:
                with suppress(ProcessLookupError):
                    os.killpg(servant.pid, signal.SIGKILL)  # the workers that it has started too
                servant.wait()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Of a scheduler with two workers."""
    with served(tmp_path_factory.mktemp("cluster")) as (found, _):
        yield found


@pytest.fixture
def client(address: str) -> Iterator[Client]:
    """A look at the cluster from outside."""
    with Client(address, set_as_default=False) as found:
        found.wait_for_workers(2, timeout=PATIENCE)
        yield found


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder `in` with a tree of pictures and a bad one, and what local runs make of it."""
    folder = tmp_path_factory.mktemp("photos")
    (folder / "in" / "sub").mkdir(parents=True)
    for seed in range(10):
        name = f"sub/{seed}.png" if seed > 7 else f"{seed}.png"
        picture(seed, (90, 60)).save(folder / "in" / name)
    (folder / "in" / "3bad.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    command(*WORDS, "-o", "local", cwd=folder)
    return folder


WORDS = ("in", "-r", "-k", 8, "--save-palette", "in/../{stem}.gpl", "--force")
SHARED = ("--shared-palette",)


def same_images(one: Path, other: Path) -> None:
    found = {name for name in names(one) if name.endswith(".png")}
    assert found == {name for name in names(other) if name.endswith(".png")}
    for name in found:
        assert (one / name).read_bytes() == (other / name).read_bytes()


def without_times(path: Path) -> dict[str, Any]:
    record = json.loads(path.read_text("utf-8"))
    return {**record, "seconds": None, "output": Path(record["output"]).name}


# ------------------------------------------------------------------------------ like a local run


def test_bytes_names_and_failures_are_those_of_a_local_run(address: str, photos: Path) -> None:
    palettes = {path: path.read_bytes() for path in photos.glob("*.gpl")}
    assert len(palettes) == 10
    answer = child_command(*WORDS, "-o", "far", "--cluster", address, "--json", cwd=photos)
    assert answer.code == 1
    assert len(answer.errors) == 1
    assert answer.errors[0].startswith("quantize: in/3bad.png: truncated")
    *records, totals = map(json.loads, answer.text.splitlines())
    local = command(*WORDS, "-o", "again", "--json", cwd=photos).text.splitlines()
    assert [row["input"] for row in records] == [json.loads(row)["input"] for row in local[:-1]]
    assert (totals["done"], totals["failed"], totals["left"]) == (10, 1, 0)
    assert totals["errors"][0]["input"] == "in/3bad.png"
    same_images(photos / "local", photos / "far")
    assert {path: path.read_bytes() for path in palettes} == palettes
    for path in (photos / "local").rglob("*.json"):
        theirs = without_times(photos / "far" / path.relative_to(photos / "local"))
        assert theirs == without_times(path)


@pytest.mark.parametrize("weight", ["image", "pixels"])
def test_a_shared_palette_is_that_of_a_local_run(weight: str, address: str, photos: Path) -> None:
    words = (*WORDS[:4], *SHARED, "--shared-weight", weight, "--force", "--no-sidecar")
    outputs = []
    for name, more in (("here", ()), ("there", ("--cluster", address))):
        answer = command(
            *(*words, "-o", f"{name}-{weight}", "--save-palette", f"{name}.hex", *more), cwd=photos
        )
        outputs.append((answer.code, answer.errors, (photos / f"{name}.hex").read_bytes()))
        assert "shared palette: 8 colours from 10 images" in answer.text
    assert outputs[0] == outputs[1]
    same_images(photos / f"here-{weight}", photos / f"there-{weight}")


def test_a_tree_of_sums_is_the_sum(address: str, photos: Path) -> None:
    from quantize.jobs.cluster import reduction
    from quantize.pipeline.histogram import Merger

    jobs = jobs_for(sorted((photos / "in").rglob("[0-9].png")) * 7, shared="image")
    merger = Merger("image")
    for job in jobs:
        merger.add(jobs_job.count_one(job).counted)
    with connected(address) as cluster:
        tree = cluster.merger()
        for outcome in Executor(cluster=cluster).run(jobs_job.count_one, jobs, in_order=False):
            tree.add(outcome.counted)
        assert tree.images == 70 > reduction.FAN**2
        total = tree.total()
    assert (total.colors == merger.total().colors).all()
    assert (total.counts == merger.total().counts).all()


def test_images_are_read_from_and_written_to_urls(address: str, photos: Path) -> None:
    url = f"file://{photos}"
    answer = command(
        *(f"{url}/in/sub/", "-k", 8, "-o", f"{url}/by-url/", "--cluster", address), cwd=Path.home()
    )
    assert (answer.code, answer.errors) == (0, [])
    for path in (photos / "local" / "sub").glob("*.png"):
        assert (photos / "by-url" / path.name).read_bytes() == path.read_bytes()


def test_standard_input_is_read_here(address: str, run: Run, photos: Path, tmp_path: Path) -> None:
    data = (photos / "in" / "0.png").read_bytes()
    answer = run(
        "-", photos / "in" / "1.png", "-k", 8, "-o", "o/", "--cluster", address, stdin=data
    )
    assert answer.code == 0
    local = (photos / "local" / "0-8.png").read_bytes()
    assert (tmp_path / "o" / "stdin-8.png").read_bytes() == local


def test_a_local_cluster_is_started_and_ended(photos: Path) -> None:
    answer = child_command(*WORDS, "-o", "started", "--cluster", "local", "-q", cwd=photos)
    assert (answer.code, len(answer.errors)) == (1, 1)
    same_images(photos / "local", photos / "started")


def test_fail_fast_begins_no_other(address: str, photos: Path) -> None:
    many = [photos / "in" / "3bad.png"] + [photos / "in" / "1.png"] * 200
    jobs = jobs_for(many, image=False)
    with connected(address) as cluster:
        outcomes = list(Executor(cluster=cluster, fail_fast=True).run(jobs_job.run_one, jobs))
    assert outcomes[0].failure is not None
    assert len(outcomes) < 100


# ------------------------------------------------------------------------------------ what is lost


def jobs_for(paths: list[Path], **options: Any) -> list[Job]:
    request = Request(sidecar=False, **options)
    return [
        Job(
            input=str(path),
            output=f"{path.parent}/out/{path.stem}.png" if request.image else None,
            format="png",
            sidecar=None,
            palettes=(),
            swatches=(),
            request=request,
        )
        for path in paths
    ]


def connected(address: str, said: list[str] | None = None) -> Any:
    return connect.connect(address, warn=(said if said is not None else []).append, cores=1)


def inputs(folder: Path, *more: str) -> list[Job]:
    (folder / "out").mkdir()
    for seed, name in enumerate((*more, *map(str, range(12)))):
        picture(seed, (90, 60)).save(folder / f"{name}.png")
    return jobs_for([folder / f"{name}.png" for name in (*more, *map(str, range(12)))])


def all_on(address: str, function: Callable[..., Outcome], jobs: list[Job]) -> list[Outcome]:
    with connected(address) as cluster:
        return list(Executor(cluster=cluster).run(function, jobs))


def test_a_worker_is_killed_in_mid_run_and_all_is_done(
    address: str, client: Client, tmp_path: Path
) -> None:
    (tmp_path / "in").mkdir()
    for seed in range(16):
        picture(seed, (240, 180)).save(tmp_path / "in" / f"{seed}.png")
    processes = client.run(os.getpid)
    words = ("in", "-k", "32", "-o", "far", "--cluster", address, "--json")
    running = start(*words, cwd=tmp_path)
    victim = wait_for(lambda: next((at for at, held in client.processing().items() if held), None))
    os.kill(processes[victim], signal.SIGKILL)
    out, err = running.communicate(timeout=PATIENCE)
    assert (running.returncode, err) == (0, b"")
    assert json.loads(out.splitlines()[-1])["done"] == 16
    command("in", "-k", 32, "-o", "local", cwd=tmp_path)
    same_images(tmp_path / "local", tmp_path / "far")
    assert names(tmp_path / "local") == names(tmp_path / "far")  # no litter either


@pytest.mark.parametrize(
    "function", [cluster_jobs.ends_its_worker, cluster_jobs.ends_its_worker_at_once]
)
def test_what_ends_its_worker_three_times_has_failed_and_nothing_else(
    function: Callable[..., Outcome], address: str, client: Client, tmp_path: Path
) -> None:
    outcomes = all_on(address, function, inputs(tmp_path, "poison"))
    assert outcomes[0].failure is not None
    assert outcomes[0].failure.kind is WorkerLostError
    assert outcomes[0].failure.problem.startswith("lost 3 times with the worker that had it")
    assert [outcome.failure for outcome in outcomes[1:]] == [None] * 12
    assert names(tmp_path / "out") == {f"{number}.png" for number in range(12)}


def test_what_was_written_by_a_lost_worker_is_no_obstacle(
    address: str, client: Client, tmp_path: Path
) -> None:
    outcomes = all_on(address, cluster_jobs.is_lost_when_done, inputs(tmp_path, "unlucky"))
    assert (tmp_path / "unlucky.lost").exists()
    assert [outcome.failure for outcome in outcomes] == [None] * 13


def test_a_task_of_several_jobs_is_divided_when_its_worker_is_lost(
    address: str, client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Scheduler, "_bundle_size", lambda self: 5)
    jobs = inputs(tmp_path, "before", "mine", "unlucky", "poison")
    (tmp_path / "out" / "mine.png").write_bytes(b"mine")
    outcomes = all_on(address, cluster_jobs.both, jobs)
    failed = [Path(found.job.input).stem for found in outcomes if found.failure is not None]
    assert failed == ["mine", "poison"]
    assert (tmp_path / "out" / "mine.png").read_bytes() == b"mine"
    expected = {"before.png", "mine.png", "unlucky.png", *(f"{each}.png" for each in range(12))}
    assert names(tmp_path / "out") == expected


def test_what_was_there_before_stays_though_a_worker_is_lost(
    address: str, client: Client, tmp_path: Path
) -> None:
    jobs = inputs(tmp_path, "poison")
    (tmp_path / "out" / "1.png").write_bytes(b"mine")
    outcomes = all_on(address, cluster_jobs.ends_its_worker_at_once, jobs)
    assert [outcome.job.input for outcome in outcomes if outcome.failure] == [
        *(str(tmp_path / "poison.png"), str(tmp_path / "1.png")),
    ]
    assert (tmp_path / "out" / "1.png").read_bytes() == b"mine"


def test_a_scheduler_that_goes_is_one_line(tmp_path: Path, photos: Path) -> None:
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=1,
        threads_per_worker=1,
        processes=False,
        protocol="tcp://",
        dashboard_address="127.0.0.1:0",
    ) as there:
        cluster = connected(there.scheduler_address)
        with cluster:
            outcomes = Executor(cluster=cluster).run(
                jobs_job.run_one, jobs_for([photos / "in" / "0.png"] * 500, image=False)
            )
            next(outcomes)
            there.close()
            with pytest.raises(ClusterError, match="the scheduler is gone") as caught:
                list(outcomes)
            assert "go on with skip_existing" in str(caught.value)


def test_a_killed_scheduler_is_one_line_and_update_goes_on(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for seed in range(40):
        picture(seed, (240, 180)).save(tmp_path / "in" / f"{seed:02}.png")
    words = ("in", "-k", "32", "-o", "out", "--update")
    place = tmp_path / "cluster"
    place.mkdir()
    with served(place) as (address, scheduler):
        running = start(*words, "--cluster", address, "--json", cwd=tmp_path)
        wait_for(lambda: len(list((tmp_path / "out").glob("*.json"))) > 3)
        os.kill(scheduler.pid, signal.SIGKILL)
        out, err = running.communicate(timeout=PATIENCE)
    said = err.decode().splitlines()
    assert (running.returncode, len(said)) == (1, 1)
    assert said[0].startswith(f"quantize: {address}: the scheduler is gone; start it again")
    totals = json.loads(out.splitlines()[-1])
    assert 0 < totals["done"] < 40
    assert totals["done"] + totals["left"] == 40
    answer = command(*words, "--json", cwd=tmp_path)
    assert (answer.code, answer.errors) == (0, [])
    done = json.loads(answer.text.splitlines()[-1])
    assert done["done"] + done["skipped"] == 40
    assert done["skipped"] >= totals["done"]
    assert names(tmp_path / "out") == {f"{seed:02}-32.{end}" for seed in range(40) for end in ENDS}


ENDS = ("png", "json")

# ----------------------------------------------------------------------------------- interruptions


@pytest.mark.parametrize(
    ("where", "number"),
    [("scheduler", signal.SIGINT), ("scheduler", signal.SIGTERM), ("local", signal.SIGHUP)],
)
def test_a_signal_ends_it_at_once_and_leaves_whole_files(
    where: str, number: signal.Signals, address: str, client: Client, tmp_path: Path
) -> None:
    (tmp_path / "in").mkdir()
    first = tmp_path / "in" / "0000.png"
    picture(1, (300, 200)).save(first)
    for other in range(1, 400):
        (tmp_path / "in" / f"{other:04}.png").symlink_to(first)
    jobs = [f"in/{name}" for name in sorted(os.listdir(tmp_path / "in"))]
    words = (*jobs, "-k", "8", "-o", "out", "--cluster", address if where == "scheduler" else where)
    running = start(*words, cwd=tmp_path, stdout=subprocess.DEVNULL, start_new_session=True)
    out = tmp_path / "out"
    wait_for(lambda: out.exists() and len(list(out.glob("*.json"))) > 5)
    family = psutil.Process(running.pid).children(recursive=True)
    begin = time.monotonic()
    os.killpg(running.pid, number)  # as a terminal does
    _, err = running.communicate(timeout=PATIENCE)
    seconds = time.monotonic() - begin
    assert running.returncode == 128 + number
    lines = err.decode().splitlines()
    assert len(lines) == 1
    by = "" if number == signal.SIGINT else f" by {number.name}"
    assert lines[0].startswith(f"quantize: interrupted{by}; ")
    assert lines[0].endswith(" of 400 done; --skip-existing goes on from here")
    assert seconds < 8  # one on a quiet machine; Dask alone would wait 10 for its workers
    wait_for(lambda: not any(client.processing().values()))
    wait_for(lambda: not any(process.is_running() for process in family))
    wait_for(lambda: not [name for name in names(out) if name.endswith(".tmp")])  # one in hand
    contents = {path.read_bytes() for path in out.glob("*.png")}
    assert len(contents) == 1
    assert 5 < len(list(out.glob("*.png"))) < 400


# ------------------------------------------------------------------------------ words and refusals


@pytest.mark.skipif(kernels.ACTIVE == "reference", reason="the kernels are the same then")
def test_other_versions_are_a_warning_each(address: str, client: Client, photos: Path) -> None:
    words = ("in/0.png", "-k", 8, "--no-image", "--no-sidecar", "--cluster", address)
    answer = child_command(*words, cwd=photos, env={"QUANTIZE_KERNELS": "reference"})
    assert answer.code == 0
    assert len(answer.errors) == 2
    for line in answer.errors:
        assert line.startswith("quantize: warning: worker tcp://127.0.0.1:")
        assert "has kernels compiled (here reference); its results may differ" in line
    quiet = child_command(*words, "-q", cwd=photos, env={"QUANTIZE_KERNELS": "reference"})
    assert quiet.errors == []


def test_a_folder_that_a_worker_lacks_is_said(address: str, client: Client, photos: Path) -> None:
    jobs = [job._replace(input="0.png") for job in jobs_for([photos / "in/0.png"], image=False)]
    with connected(address) as cluster:
        cluster.folder = "/nowhere"
        (outcome,) = Executor(cluster=cluster).run(jobs_job.run_one, jobs)
    assert outcome.failure is not None
    assert "has no folder /nowhere" in outcome.failure.problem
    assert "share it with the workers" in outcome.failure.advice


def test_a_cluster_without_workers_is_said(photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from distributed import LocalCluster

    from quantize.jobs.cluster import client as connection

    monkeypatch.setattr(connection, "PATIENCE_SECONDS", 0.1)
    monkeypatch.setattr(connection, "TICK_SECONDS", 0.05)
    said: list[str] = []
    with LocalCluster(
        n_workers=0, processes=False, protocol="tcp://", dashboard_address="127.0.0.1:0"
    ) as empty:

        def warn(text: str) -> None:
            said.append(text)
            empty.scale(1)

        with connect.connect(empty.scheduler_address, warn=warn, cores=1) as cluster:
            jobs = jobs_for([photos / "in/0.png"], image=False)
            (outcome,) = Executor(cluster=cluster).run(jobs_job.run_one, jobs)
    assert outcome.failure is None
    assert said == [f"{empty.scheduler_address} has no workers; the jobs wait until one joins"]
