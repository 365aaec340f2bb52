"""Running commands and measuring what they cost.

The commands are started by a small process of its own: the kernel counts what a process occupied
before it became the command, so a large parent would show in everybody's peak memory.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import median

_RUNNER = """
import json, os, sys, time
for line in sys.stdin:
    command, environment = json.loads(line)
    start = time.perf_counter()
    process = os.posix_spawnp(command[0], command, {**os.environ, **environment},
                              file_actions=[(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)])
    _, status, usage = os.wait4(process, 0)
    wall = time.perf_counter() - start
    print(json.dumps([wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, status]),
          flush=True)
"""


@dataclass(frozen=True)
class Cost:
    """Of one run: wall and CPU seconds (user and system, all threads), peak memory in MB."""

    wall: float
    cpu: float
    peak: float


@cache
def _runner() -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", _RUNNER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def run(command: Sequence[str | Path], environment: dict[str, str] | None = None) -> Cost:
    """Run a command to its end; it must succeed."""
    runner = _runner()
    assert runner.stdin is not None
    assert runner.stdout is not None
    words = [os.fspath(part) for part in command]
    runner.stdin.write(json.dumps([words, environment or {}]) + "\n")
    runner.stdin.flush()
    wall, cpu, peak, status = json.loads(runner.stdout.readline())
    if status:
        raise subprocess.CalledProcessError(os.waitstatus_to_exitcode(status), words)
    return Cost(wall, cpu, peak)


def middle(costs: Sequence[Cost]) -> Cost:
    """The median of wall and CPU time, the largest memory."""
    return Cost(
        median(cost.wall for cost in costs),
        median(cost.cpu for cost in costs),
        max(cost.peak for cost in costs),
    )
