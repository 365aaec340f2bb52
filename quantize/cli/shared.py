"""`--shared-palette`: the palette of all inputs, found before they are mapped to it.

Loaded where that option is given.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantize.cli.streams import Results, say

if TYPE_CHECKING:
    from quantize.cli.progress import Bar
    from quantize.jobs.job import Outcome
    from quantize.jobs.request import Job, Request
    from quantize.jobs.run import Executor, Report


def find(
    jobs: list[Job],
    request: Request,
    report: Report,
    show: Results,
    *,
    bar: Bar,
    executor: Executor,
) -> list[Job]:
    """Find the palette that all jobs share, and return the jobs with it.

    Args:
        jobs: of the command.
        request: what was asked for.
        report: counts examples that fail.
        show: prints what was found.
        bar: shows how far it is.
        executor: where images are counted.
    """
    from quantize.jobs import shared_palette  # with NumPy

    examples = shared_palette.example_jobs(request)

    def on_outcome(outcome: Outcome) -> None:
        bar.finish_one(report)
        if outcome.failure is not None and examples:
            report.inputs += 1
            report.add(outcome)
            show.error(outcome)
            show.result(outcome)

    with bar:
        found = shared_palette.find_shared(jobs, request, executor, on_outcome, examples=examples)
    if found.palette is not None:
        report.palette = found.palette.hex
        if found.missed and not show.options["quiet"]:
            say(f"warning: shared palette: {found.missed}")
        show.shared(found.palette, found.images, found.written)
    return found.jobs
