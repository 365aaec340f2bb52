"""The record of one input: the sidecar and the line of `--json`, one schema for both.

Its fields are described in `docs/sidecar.md`; `schema` grows with any change that could break a
reader.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

from quantize.model import Picture, Quantized
from quantize.palettes.entries import entries
from quantize.settings import Settings

SCHEMA: Final = 1

Record = dict[str, Any]


def build(
    picture: Picture,
    result: Quantized,
    settings: Settings,
    *,
    output: str | None,
    notes: Sequence[str],
    bytes_after: int | None,
    seconds: Mapping[str, float],
) -> Record:
    """The record of a picture that has been quantized.

    Args:
        picture: what was read.
        result: what was made of it.
        settings: how.
        output: the image file; None where none is written.
        notes: what was lost or assumed, a sentence each.
        bytes_after: its size; None likewise, and the figures that follow from it are None too.
        seconds: by stage; their sum is added as `total`.
    """
    figures = result.statistics
    raw, area = picture.pixels.size, picture.width * picture.height
    return {
        "schema": SCHEMA,
        "input": picture.source,
        "output": output,
        "width": picture.width,
        "height": picture.height,
        "channels": picture.channels,
        "colors_before": figures.colors_before,
        "colors_after": figures.colors_after,
        "lossless": figures.mse == 0,
        "k": settings.colors,
        "space": settings.space,
        "algorithm": settings.algorithm,
        "engine": settings.engine,
        "init": settings.init,
        "effort": settings.effort,
        "seed": settings.seed,
        "dither": "none",
        "bytes_before": picture.source_bytes,
        "bytes_after": bytes_after,
        "bytes_raw": raw,
        "compression_ratio": raw / bytes_after if bytes_after else None,
        "bits_per_pixel": 8 * bytes_after / area if bytes_after else None,
        "mse": figures.mse,
        "psnr": figures.psnr if math.isfinite(figures.psnr) else None,
        **_full_metrics(result, settings),
        "inertia": figures.inertia,
        "iterations": figures.iterations,
        "converged": figures.converged,
        "notes": list(notes),
        "seconds": {**seconds, "total": sum(seconds.values())},
        "palette": entries(result.palette),
    }


def failed(source: str, message: str) -> Record:
    """The record of an input that could not be quantized."""
    return {"schema": SCHEMA, "input": source, "error": message}


def skipped(source: str, output: str | None) -> Record:
    """The record of an input whose outputs all exist already."""
    return {"schema": SCHEMA, "input": source, "output": output, "skipped": True}


def line(record: Record) -> str:
    """The record as one line of JSON."""
    return json.dumps(record, ensure_ascii=False, allow_nan=False)


def document(record: Record) -> bytes:
    """The record as a file for people and programs: a field a line, a palette entry a line."""
    fields = [f"  {line_of(key, value)}" for key, value in record.items()]
    text = "{\n" + ",\n".join(fields) + "\n}\n"
    # a name that is no valid UTF-8 becomes a JSON escape
    return text.encode("utf-8", "backslashreplace")


def line_of(key: str, value: object) -> str:
    """One field of `document`."""
    if key == "palette" and isinstance(value, list):
        rows = ",\n".join(f"    {line(row)}" for row in value)
        return f'"palette": [\n{rows}\n  ]'
    return f"{json.dumps(key)}: {json.dumps(value, ensure_ascii=False, allow_nan=False)}"


def _full_metrics(result: Quantized, settings: Settings) -> Record:
    if settings.metrics != "full":
        return {}
    figures = result.statistics
    names = ("ssim", "delta_e_mean", "delta_e_p95", "delta_e_max")
    return {name: getattr(figures, name) for name in names}
