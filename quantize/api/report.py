"""The page of a result: what it shows, and the line of Python that makes the result again."""

from __future__ import annotations

from quantize.model.frames import FrameSource
from quantize.model.result import Quantized
from quantize.pipeline.settings import Settings
from quantize.report import record
from quantize.report.page import evidence, html


def page(
    source: FrameSource, found: Quantized, settings: Settings, kind: str, image: bytes
) -> bytes:
    """Return the page.

    Args:
        source: what was read.
        found: what was made of it.
        settings: how.
        kind: the format of the image.
        image: its file.
    """
    first = found.frames[0]
    shown = evidence.gather(source.first.pixels, first.indices, first.palette, settings)
    seconds = found.statistics.seconds
    built = record.build(
        source, found, settings, output=None, bytes_after=len(image), seconds=seconds
    )
    return html.build(built, first.palette, shown, command=call(source.source, settings, kind))


def call(name: str, settings: Settings, kind: str) -> str:
    """Return the call that makes a result again: what differs from the defaults is named."""
    usual = Settings()
    more = [
        f", {field}={getattr(settings, field)!r}"
        for field in Settings.fields
        if field != "colors" and getattr(settings, field) != getattr(usual, field)
    ]
    return (
        "from quantize import quantize\n\n"
        f"result = quantize({name!r}, {settings.colors!r}{''.join(more)})\n"
        f"result.save({f'result.{kind}'!r})"
    )
