"""The pages to look at: one for each picture, and of several one that leads to them.

Loaded where they are asked for.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Collection, Sequence
from time import monotonic
from typing import Final
from urllib.parse import quote

from quantize.errors import UsageError
from quantize.jobs.inputs import STREAM, Source
from quantize.jobs.job import Outcome
from quantize.jobs.request import Job
from quantize.model.frames import FrameSource
from quantize.model.palette import Palette
from quantize.model.result import Quantized
from quantize.pipeline.settings import Settings
from quantize.report.page import evidence, folder, html
from quantize.report.page.evidence import Evidence
from quantize.report.record import Record
from quantize.storage import files, safe_write

PAUSE_SECONDS: Final = 5.0
"""Time between two writings of the page of all, which has a row for each picture that is done."""


def planned(
    jobs: Sequence[Job],
    sources: Sequence[Source],
    page: str,
    *,
    palettes: Collection[str],
    several: bool,
) -> list[Job]:
    """Return jobs with their pages; those of several lie beside the page of all, in a tree.

    Args:
        jobs: one for each source.
        sources: where they come from.
        page: the page that was asked for.
        palettes: inputs that are no pictures, and have no page.
        several: whether there may be several inputs.

    Raises:
        UsageError: the only input is a palette.
    """
    if not several:
        if palettes:
            raise UsageError("a report shows a picture, and a palette is none")
        return [job._replace(report=page) for job in jobs]
    root = f"{os.path.splitext(page)[0]}_files"
    return [
        job if job.input in palettes else job._replace(report=_page_of(source, root))
        for job, source in zip(jobs, sources, strict=True)
    ]


def _page_of(source: Source, root: str) -> str:
    name = "stdin" if source.path == STREAM else files.split(source.path)[1]
    return files.join(files.join(root, source.folder) if source.folder else root, f"{name}.html")


def gather(source: FrameSource, found: Quantized, settings: Settings) -> Evidence:
    """Return what a page shows of the first frame."""
    first = found.frames[0]
    return evidence.gather(source.first.pixels, first.indices, first.palette, settings)


def page(job: Job, built: Record, palette: Palette, shown: Evidence) -> tuple[str, bytes]:
    """Return path and content of the page of a job."""
    request, path = job.request, str(job.report)
    back = "" if path == request.report else _address(str(request.report), path)
    return path, html.build(built, palette, shown, command=request.command, back=back)


def _address(target: str, page: str) -> str:
    """Return the address of a file in a link of a page."""
    if files.is_url(target):
        return quote(posixpath.relpath(target, files.split(page)[0]))
    relative = os.path.relpath(target, files.split(page)[0] or os.curdir)
    return quote(os.fsencode(relative.replace(os.sep, "/")))


class FolderPage:
    """The page of several pictures: it is written anew as they are done.

    Args:
        path: the page.
        command: the words that made it.
        force: replace a file that exists; what this has written itself it does replace.
    """

    def __init__(self, path: str, command: str, *, force: bool) -> None:
        self.path, self.command, self.force = path, command, force
        self.rows: list[folder.Row] = []
        self._written = monotonic()

    def add(self, outcome: Outcome, record: Record) -> None:
        """Add a row for an outcome; its record has the field `error` where it has failed."""
        link = ""
        if outcome.job.report is not None and outcome.failure is None:
            link = _address(outcome.job.report, self.path)
        self.rows.append(folder.Row(record, link, outcome.thumbnails))
        if monotonic() - self._written > PAUSE_SECONDS:
            self.write()

    def write(self) -> None:
        """Write the page with the rows so far.

        Raises:
            OutputError: it cannot be written.
            OutputExistsError: it exists and may not be replaced.
        """
        data = folder.build(self.rows, os.path.basename(self.path), self.command)
        safe_write.write_all([(self.path, data)], force=self.force)
        self.force, self._written = True, monotonic()
