"""Guards how the command ends that a signal ends: at once, with nothing half done, and told why."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from helpers.command import COMMAND, PATIENCE, Answer, environment, start
from helpers.folders import names
from helpers.paths import SAMPLES
from helpers.pictures import picture

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")

ENDINGS = {signal.SIGINT: "", signal.SIGTERM: " by SIGTERM", signal.SIGHUP: " by SIGHUP"}

SLEEPER = """
import time
from quantize.storage import local
real = local.open_for_reading
def sleeping(path, error):
    if "sleep" in path:
        open("asleep", "w").close()
        time.sleep(60)
    return real(path, error)
local.open_for_reading = sleeping
"""


@pytest.fixture
def sleeper(tmp_path: Path) -> dict[str, str]:
    """An environment in which whoever reads `sleep.png` falls asleep; and two pictures."""
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "sitecustomize.py").write_text(SLEEPER)
    for name in ("a.png", "sleep.png"):
        picture(size=(12, 8)).save(tmp_path / name)
    return {"PYTHONPATH": str(tmp_path / "lib")}


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def ended(job: subprocess.Popen[bytes], send: Callable[[], object], ready: Path) -> Answer:
    """Send a signal as soon as a file is there; return what the command said."""
    try:
        wait_for(ready.exists)
        begin = time.monotonic()
        send()
        out, err = job.communicate(timeout=PATIENCE)
        assert time.monotonic() - begin < 20  # the sleeper would take a minute
    finally:
        job.kill()
    return Answer(job.returncode, out, err)


@pytest.mark.parametrize("number", ENDINGS)
@pytest.mark.parametrize("jobs", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_a_signal_ends_all_at_once_with_its_own_code(
    number: signal.Signals, jobs: int, tmp_path: Path, sleeper: dict[str, str]
) -> None:
    words = ("a.png", "sleep.png", "-o", "out", "-j", jobs, "--json")
    job = start(*words, cwd=tmp_path, env=sleeper, start_new_session=True)
    if jobs == 2:
        wait_for((tmp_path / "out" / "a-64.png").exists)
    # as a terminal and a service manager do: to the command and its workers
    answer = ended(job, lambda: os.killpg(job.pid, number), tmp_path / "asleep")
    assert answer.code == 128 + number
    totals = json.loads(answer.text.splitlines()[-1])
    assert totals["interrupted"]
    (line,) = answer.errors
    assert line.startswith(f"quantize: interrupted{ENDINGS[number]}; ")
    assert names(tmp_path / "out") == {"a-64.png", "a-64.json"}


def test_a_signal_while_options_are_read_has_the_same_code(tmp_path: Path) -> None:
    fifo = tmp_path / "palette.hex"
    os.mkfifo(fifo)
    job = start("a.png", "--use-palette", fifo, cwd=tmp_path)
    with open(fifo, "wb"):  # once the command reads, it waits
        answer = ended(job, lambda: job.send_signal(signal.SIGTERM), fifo)
    assert answer.code == 143
    assert answer.errors[-1] == "quantize: interrupted by SIGTERM"


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM, signal.SIGINT])
def test_a_signal_that_is_ignored_at_the_start_stays_ignored(
    number: signal.Signals, tmp_path: Path, sleeper: dict[str, str]
) -> None:
    before = signal.signal(number, signal.SIG_IGN)
    try:
        job = subprocess.Popen(
            [*COMMAND, "a.png", "sleep.png", "-o", "out", "-j", "2", "-q"],
            cwd=tmp_path,
            env=environment(**sleeper),
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    finally:
        signal.signal(number, before)
    wait_for((tmp_path / "asleep").exists)
    os.killpg(job.pid, number)
    with pytest.raises(subprocess.TimeoutExpired):
        job.communicate(timeout=0.5)
    other = signal.SIGINT if number == signal.SIGTERM else signal.SIGTERM
    answer = ended(job, lambda: os.killpg(job.pid, other), tmp_path / "asleep")
    assert answer.code == 128 + other
    assert names(tmp_path / "out") == {"a-64.png", "a-64.json"}


@pytest.mark.slow
@pytest.mark.parametrize(
    "numbers", [(signal.SIGKILL,), (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)]
)
def test_fifteen_kills_leave_all_files_of_an_input_or_none(
    numbers: tuple[signal.Signals, ...], tmp_path: Path
) -> None:
    """Twice fifteen; `benchmarks/kills.py` does five hundred."""
    done = subprocess.run(
        [sys.executable, SAMPLES.parent / "benchmarks" / "kills.py", "15", *map(str, numbers)],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE * 5,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
