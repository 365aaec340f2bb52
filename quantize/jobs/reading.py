"""The input of a job: read, put on its background, and refused where no output can hold it."""

from __future__ import annotations

import io
import sys
from functools import partial

from quantize.errors import ImageReadError
from quantize.images.encode import check_size
from quantize.images.load import load_frames, load_frames_stream
from quantize.images.table import FORMATS
from quantize.jobs.inputs import STREAM
from quantize.jobs.request import Job
from quantize.model.frames import FrameSource
from quantize.model.picture import Metadata
from quantize.pipeline.target import Target


def target_of(job: Job) -> Target:
    """Return what the output of a job can hold."""
    request, has_image = job.request, job.output is not None
    return Target(
        FORMATS[job.format] if has_image else None,
        palette_per_frame=request.palette_per_frame,
        has_image=has_image,
        patient=request.compress == "best",
    )


def read(job: Job) -> FrameSource:
    """Read the input, put it on its background, and refuse what the format cannot hold."""
    limit, row = job.request.max_pixels, FORMATS[job.format]
    if job.input == STREAM:
        if sys.stdin is None:
            raise ImageReadError(STREAM, "standard input is closed")
        data = sys.stdin.buffer.read()
        if not data:
            raise ImageReadError(STREAM, "standard input is empty")
        stream = io.BytesIO(data)
        source = load_frames_stream(stream, STREAM, max_pixels=limit, frames=row.frames)
    else:
        source = load_frames(job.input, max_pixels=limit, frames=row.frames)
    if job.request.strip:
        source = source.changed(lambda picture: picture.replaced(metadata=Metadata()))
    color = job.request.background
    if color is not None:
        from quantize.pipeline import background  # for those who ask for one

        binary = row.alpha == "binary"
        source = source.changed(partial(background.on_background, color=color, binary=binary))
    if job.output is not None:
        check_size(source.first.width, source.first.height, row, job.input)
        if source.count == 1:
            target_of(job).check(source.first, job.input)
    return source
