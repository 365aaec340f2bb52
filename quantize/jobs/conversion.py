"""A palette file that is converted into others; loaded where there is one."""

from __future__ import annotations

from quantize.api.palette import arranged, load_palette
from quantize.color import names
from quantize.jobs.request import Job
from quantize.model.palette import Palette
from quantize.pipeline.palette import merge
from quantize.pipeline.timing import StageTimer
from quantize.report import record
from quantize.storage import files


def read(job: Job) -> tuple[Palette, record.Record]:
    """Return the palette with names, without colours that are too near, arranged; and its record.

    Raises:
        QuantizeError: it cannot be read.
    """
    timer, distance = StageTimer(), job.request.settings.merge_distance
    with timer.stage("read"):
        palette = names.named(load_palette(job.input))
        if distance:
            palette = merge.thinned(palette, distance)
        palette = arranged(palette, job.request.settings, job.input)
    return palette, record.of_palette(job.input, palette, files.size(job.input), timer.seconds)
