"""The command `quantize`: a thin shell over the library, and the only user of Click and tqdm.

    options/     the options in groups, from the tables of the library
    help.py      the text of `--help`
    run.py       the command: from the options to the exit code
    streams.py   results on standard output, errors on standard error
    progress.py  a bar on a terminal, if the work takes longer than a second

Exit codes: 0 done, 1 about a file, 2 the command line alone, 130 interrupted.
"""

from __future__ import annotations

import gc
import os
import sys
import warnings


def main() -> int:
    """Run the command on `sys.argv` and return the exit code."""
    # BLAS would start threads on import, which takes 40 ms; the kernels have their own threads
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # said in a line of the command's own, see `run`
    warnings.filterwarnings("ignore", "the compiled kernels", RuntimeWarning)
    gc.disable()  # imports make many objects and no garbage: 8 ms of a run of 150
    try:
        from quantize.cli.run import command_line

        return command_line()
    except KeyboardInterrupt:
        print("quantize: interrupted", file=sys.stderr)  # noqa: T201
        return 130
