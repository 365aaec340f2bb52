"""The pages to look at, one for each picture; loaded where they are asked for."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Collection, Sequence
from urllib.parse import quote

from quantize.errors import UsageError, wishes
from quantize.jobs.inputs import STREAM, Source
from quantize.jobs.request import Job, as_usage_error
from quantize.model.frames import FrameSource
from quantize.model.palette import Palette
from quantize.model.result import Quantized
from quantize.pipeline.settings import Settings
from quantize.report.page import evidence, html
from quantize.report.page.evidence import Evidence
from quantize.report.record import Record
from quantize.storage import files


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
        UsageError: the page has another ending, or the only input is a palette.
    """
    files.check_name(page)
    with as_usage_error(), wishes({page: "report"}):
        html.check_name(page)
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
    """Return what a page shows of the first frame, before its pixels are released."""
    first = found.frames[0]
    return evidence.gather(source.first.pixels, first.indices, first.palette, settings)


def page(job: Job, built: Record, palette: Palette, shown: Evidence) -> tuple[str, bytes]:
    """Return path and content of the page of a job."""
    request, path = job.request, str(job.report)
    back = "" if path == request.report else address(str(request.report), path)
    return path, html.build(built, palette, shown, command=request.command, back=back)


def address(target: str, page: str) -> str:
    """Return the address of a file in a link of a page."""
    if files.is_url(target):
        return quote(posixpath.relpath(target, files.split(page)[0]))
    relative = os.path.relpath(target, files.split(page)[0] or os.curdir)
    return quote(os.fsencode(relative.replace(os.sep, "/")))
