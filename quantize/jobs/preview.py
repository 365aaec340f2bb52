"""What would become of a job, without doing it: the files, or why none are written, or the error.

Loaded for a dry run.
"""

from __future__ import annotations

import os
from collections.abc import Collection
from typing import NamedTuple

from quantize.errors import Failure, InputMissingError, QuantizeError, with_wish
from quantize.jobs import job as jobs_job
from quantize.jobs.inputs import STREAM
from quantize.jobs.request import Job
from quantize.storage import files


class Preview(NamedTuple):
    """What would become of a job.

    Attributes:
        action: `write` or `skip`.
        reason: of skipping, as `report.record.skipped` has it.
        failure: what would be wrong, or None.
    """

    action: str = "write"
    reason: str = ""
    failure: Failure | None = None


def foresee(job: Job, made: Collection[str]) -> Preview:
    """Return what would become of a job; whether its image can be read is not tried.

    Args:
        job: the job.
        made: folders that the command would make where they are missing.
    """
    if job.problem is not None:
        return Preview(failure=job.problem)
    if job.passed_over:
        return Preview("skip", job.passed_over)
    try:
        if job.input != STREAM and not files.exists(job.input):
            raise InputMissingError(job.input)
        wanted, reason = jobs_job.wanted(job)
        if not wanted and job.targets and job.output != STREAM:
            return Preview("skip", reason)
        for path in (path for path in job.targets if path in wanted):
            folder = files.split(path)[0]
            if folder not in made or files.exists(folder or os.curdir):
                files.check_target(path, force=job.replaces(path))
    except QuantizeError as error:
        return Preview(failure=Failure.of(with_wish(error, job.wishes), job.input))
    return Preview()
