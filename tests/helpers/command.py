"""The command: in this process, or in a process of its own where that matters.

`command` calls the entry point with arguments and streams of its own. It shows whatever depends on
the arguments and the files alone, and saves the quarter of a second that a process takes to start.
`child_command` and `start` are for the rest: signals, closed streams, terminals, workers, and
what is decided while the package is imported.
"""

from __future__ import annotations

import gc
import io
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, chdir, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO
from unittest import mock

from quantize import cli

COMMAND = (sys.executable, "-m", "quantize")
"""The real command, as a user starts it."""

PATIENCE = 120
"""Seconds after which a process that is waited for will not end. On a busy machine a start takes
ten times as long as on a quiet one."""

IMPORTED = {"PYTHONPATH", "PYTHONHASHSEED", "QUANTIZE_KERNELS"}
"""Variables that are read once, when Python or the package starts."""


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
"""The type of the fixtures `run` and `run_child`."""


def environment(**extra: str) -> dict[str, str]:
    """Return our environment without what would change the words or the width of an answer."""
    dropped = ("COLUMNS", "_QUANTIZE_COMPLETE")
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    return kept | extra


def command(
    *arguments: object,
    cwd: Path,
    stdin: bytes = b"",
    env: Mapping[str, str] | None = None,
    stdout: TextIO | None = None,
    stderr: TextIO | None = None,
) -> Answer:
    """Run `quantize` with these arguments in this process.

    Args:
        arguments: of the command.
        cwd: the folder in which it runs.
        stdin: what it reads from standard input.
        env: variables in addition to ours.
        stdout: the stream to use as standard output, a terminal for instance.
        stderr: the stream to use as standard error.
    """
    assert not IMPORTED & {*(env or ())}, "too late for this process; use child_command"
    given, out, err = (io.TextIOWrapper(io.BytesIO(data), "utf-8") for data in (stdin, b"", b""))
    words = ["quantize", *map(str, arguments)]
    with ExitStack() as stack:
        stack.enter_context(chdir(cwd))
        variables = environment(COLUMNS="80", **(env or {}))
        stack.enter_context(mock.patch.dict(os.environ, variables, clear=True))
        stack.enter_context(
            mock.patch.multiple(
                sys, argv=words, stdin=given, stdout=stdout or out, stderr=stderr or err
            )
        )
        stack.enter_context(_collector_as_it_was())
        code = cli.main()
    return Answer(code, _bytes_of(out), _bytes_of(err))


def _bytes_of(stream: io.TextIOWrapper) -> bytes:
    stream.flush()
    assert isinstance(stream.buffer, io.BytesIO)
    return stream.buffer.getvalue()


@contextmanager
def _collector_as_it_was() -> Iterator[None]:
    """Undo what the command does to the garbage collector for the life of a process."""
    try:
        yield
    finally:
        gc.unfreeze()
        gc.enable()


def child_command(
    *arguments: object, cwd: Path, stdin: bytes = b"", env: Mapping[str, str] | None = None
) -> Answer:
    """Run `quantize` with these arguments in a process of its own."""
    done = subprocess.run(
        [*COMMAND, *map(str, arguments)],
        cwd=cwd,
        input=stdin,
        env=environment(**(env or {})),
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )
    return Answer(done.returncode, done.stdout, done.stderr)


def modules_loaded_by(*arguments: object, cwd: Path | None = None) -> set[str]:
    """Return the modules that are loaded at the end of a run of `quantize` in its own process."""
    code = (
        "import sys; from quantize.cli import main; code = main();"
        "print(*sys.modules, sep='\\n', file=sys.stderr); sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=cwd,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stderr.split())


def start(
    *arguments: object, cwd: Path, env: Mapping[str, str] | None = None, **options: Any
) -> subprocess.Popen[bytes]:
    """Start `quantize` in a process that Ctrl-C ends, and return that process.

    Args:
        arguments: of the command.
        cwd: the folder in which it runs.
        env: variables in addition to ours.
        options: of `Popen`; standard output and standard error are pipes unless these say
            otherwise.
    """
    with _interruptible_children():
        return subprocess.Popen(
            [*COMMAND, *map(str, arguments)],
            cwd=cwd,
            env=environment(**(env or {})),
            **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options,
        )


@contextmanager
def _interruptible_children() -> Iterator[None]:
    """Let children hear SIGINT though this process, started by `nohup` or CI, ignores it.

    A child inherits that a signal is ignored, but no handler.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
