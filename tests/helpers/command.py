"""The real command in a process of its own, and its answer."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

COMMAND = (sys.executable, "-m", "quantize")
"""The real command, as a user starts it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command said: its exit code, standard output and standard error."""

    code: int
    out: bytes
    err: bytes

    @property
    def text(self) -> str:
        """Standard output."""
        return self.out.decode()

    @property
    def errors(self) -> list[str]:
        """The lines on standard error."""
        return self.err.decode().splitlines()


Run = Callable[..., Answer]
"""The type of the fixture `run`."""


def environment(**extra: str) -> dict[str, str]:
    """Of a child: ours, without what would change the words or the width of an answer."""
    dropped = ("COLUMNS", "_QUANTIZE_COMPLETE")
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    return kept | extra


def command(
    *arguments: object, cwd: Path, stdin: bytes = b"", env: Mapping[str, str] | None = None
) -> Answer:
    """Run `quantize` with these arguments in a process of its own."""
    done = subprocess.run(
        [*COMMAND, *map(str, arguments)],
        cwd=cwd,
        input=stdin,
        env=environment(**(env or {})),
        capture_output=True,
        timeout=120,
        check=False,
    )
    return Answer(done.returncode, done.stdout, done.stderr)


def but_for_slow_kernels(lines: list[str]) -> list[str]:
    """Without the one warning that -v gives where the kernels are not compiled."""
    return [line for line in lines if "the compiled kernels are not in use" not in line]
