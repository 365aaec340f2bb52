"""The command `quantize`: a thin shell over the library, and the only user of Click and tqdm.

    options/     the options in groups, from the tables of the library
    help.py      the text of `--help`
    run.py       the command: from the options to the exit code
    streams.py   results on standard output, errors on standard error
    progress.py  a bar on a terminal, if the work takes longer than a second

Exit codes: 0 done, 1 about a file, 2 the command line alone, 98 and 99 no result is good enough,
130, 143 and 129 ended by SIGINT (Ctrl-C), SIGTERM and SIGHUP, 141 nobody reads the image.
"""

from __future__ import annotations

import gc
import os
import warnings

from quantize.storage import interruption


def main() -> int:
    """Run the command on `sys.argv` and return the exit code."""
    # BLAS would start threads on import, which takes 40 ms; the kernels have their own threads
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    with warnings.catch_warnings(), interruption.listening():
        # said in a line of the command's own, see `run`
        warnings.filterwarnings("ignore", "the compiled kernels", RuntimeWarning)
        warnings.showwarning = _show_warning
        return _run()


def _show_warning(message: Warning | str, *_about: object, **_more: object) -> None:
    """Print a warning of Python's as one of ours; `-q` ignores them all, see `run`."""
    from quantize.cli.streams import say

    say(f"warning: {message}")


def _run() -> int:
    gc.disable()  # imports make many objects and no garbage: 8 ms of a run of 150
    try:
        from quantize.cli.run import command_line

        return command_line()
    except KeyboardInterrupt as error:
        from quantize.cli import streams

        return streams.say_interrupted(error)
