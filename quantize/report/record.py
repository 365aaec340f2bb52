"""The record of one input: the sidecar and the line of `--json`, one schema for both.

Its fields are described in `docs/sidecar.md`; `schema` grows with any change that could break a
reader.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from quantize.checks import BITS, MAX_COLORS
from quantize.color import contrast, roles
from quantize.model.frames import FrameSource
from quantize.model.palette import Palette
from quantize.model.result import Choice, Exchange, Quantized
from quantize.model.text import escaped_json
from quantize.pipeline.settings import Settings

SCHEMA: Final = 2

MOST_PAIRS: Final = 128
"""Listed of the pairs of colours that could be text and background: all up to 19 colours, since
of 19 no more than 120 can contrast enough; more would make the record longer than the palette."""

LARGER: Final = "larger"
UP_TO_DATE: Final = "up-to-date"
ANOTHER_KIND: Final = "kind"
"""Reasons why an input is left as it is, see `skipped`."""

LEFT_ALONE: Final = (UP_TO_DATE, ANOTHER_KIND)
"""Reasons that people hear of only where they ask for more."""

Record = dict[str, Any]


def build(
    source: FrameSource,
    result: Quantized,
    settings: Settings,
    *,
    output: str | None,
    bytes_after: int | None,
    seconds: Mapping[str, float],
    given: Record | None = None,
    bytes_lossless: int | None = None,
    described: Record | None = None,
) -> Record:
    """Return the record of an input that has been quantized.

    Args:
        source: what was read.
        result: what was made of it.
        settings: how.
        output: the image file; None where none is written.
        bytes_after: its size; None likewise, and the figures that follow from it are None too.
        seconds: by stage; their sum is added as `total`.
        given: fields on where the palette came from, if not from the picture.
        bytes_lossless: size of the picture as a lossless PNG, if that was measured.
        described: what `describe` says of the palette, if it is there already.
    """
    figures = result.statistics
    return {
        "schema": SCHEMA,
        "input": source.source,
        "output": output,
        "width": source.first.width,
        "height": source.first.height,
        "channels": result.channels,
        "colors_before": figures.colors_before,
        "colors_after": figures.colors_after,
        "lossless": figures.mse == 0,
        "k": len(result.palette) if settings.finds_size else settings.colors,
        **_choice(figures.choice),
        **_frames(source, result),
        **(given or {}),
        **_origin(result),
        **_method(settings, len(result.palette)),
        **_sizes(source, result, bytes_after, bytes_lossless),
        "mse": figures.mse,
        "psnr": figures.psnr if math.isfinite(figures.psnr) else None,
        **_full_metrics(result, settings),
        **_exchange(figures.lossy),
        "inertia": figures.inertia,
        "iterations": figures.iterations,
        "converged": figures.converged,
        "notes": list(result.notes),
        "seconds": {**seconds, "total": sum(seconds.values())},
        **(describe(result.palette) if described is None else described),
    }


def describe(palette: Palette) -> Record:
    """Return the fields on the colours of a palette: what takes most of the time of a record."""
    lights = contrast.lights_of(contrast.seen(palette))
    return {
        "palette": _palette(palette, lights),
        "roles": _roles(palette),
        "contrast": _contrast(palette, lights),
    }


def _frames(source: FrameSource, result: Quantized) -> Record:
    """Return what is said of several frames."""
    if source.count == 1:
        return {}
    fields: Record = {"frames": source.count}
    if source.timing is not None:
        total = source.timing.total
        fields["duration_ms"] = int(total) if total.denominator == 1 else float(total)
        fields["loop"] = source.timing.plays
    if result.palette_per_frame:
        fields["palette_per_frame"] = True
        fields["palettes"] = [frame.palette.as_hex() for frame in result.frames]
    return fields


def _origin(result: Quantized) -> Record:
    """Return what is said of a palette that was not found, but taken."""
    fields: Record = {"kept_table": True} if result.kept_table else {}
    if result.added_transparent is not None:
        fields["added_transparent"] = result.added_transparent
    return fields


def _method(settings: Settings, colors: int) -> Record:
    """Return how the colours were found and mapped."""
    return {
        **({"keep_color": list(settings.keep_color)} if settings.keep_color else {}),
        "palette_for": settings.palette_for,
        **_arrangement(settings),
        **({"posterize": settings.posterize} if settings.posterize < BITS else {}),
        "space": settings.space,
        "weights": settings.weights,
        "algorithm": settings.algorithm,
        "engine": settings.engine,
        "init": settings.init,
        "effort": settings.effort,
        "seed": settings.seed,
        "sort": settings.sort,
        "dither": settings.dither,
        **_strength(settings, colors),
        **({"lossy": _number(settings.lossy)} if settings.lossy else {}),
    }


def _arrangement(settings: Settings) -> Record:
    place = (
        {}
        if settings.transparent_index is None
        else {"transparent_index": settings.transparent_index}
    )
    return {**place, **({"pad": settings.pad} if settings.pad else {})}


def _sizes(
    source: FrameSource, result: Quantized, bytes_after: int | None, bytes_lossless: int | None
) -> Record:
    """Return the sizes of files and what follows from them."""
    raw = source.pixels * result.channels
    return {
        "bytes_before": source.source_bytes,
        "bytes_after": bytes_after,
        "bytes_raw": raw,
        **({} if bytes_lossless is None else {"bytes_lossless": bytes_lossless}),
        "compression_ratio": raw / bytes_after if bytes_after else None,
        "bits_per_pixel": 8 * bytes_after / source.pixels if bytes_after else None,
    }


def of_palette(source: str, palette: Palette, size: int, seconds: Mapping[str, float]) -> Record:
    """Return the record of a palette file that was written in other formats."""
    lights = contrast.lights_of(contrast.seen(palette))
    return {
        "schema": SCHEMA,
        "input": source,
        "output": None,
        "colors_after": len(palette),
        "k": len(palette),
        "bytes_before": size,
        "bytes_after": None,
        "notes": [],
        "seconds": {**seconds, "total": sum(seconds.values())},
        "palette": _palette(palette, lights),
        # of thousands of colours there are millions of pairs
        **(
            {"roles": _roles(palette), "contrast": _contrast(palette, lights)}
            if len(palette) <= MAX_COLORS
            else {}
        ),
    }


def failed(source: str, message: str) -> Record:
    """Return the record of an input that could not be quantized."""
    return {"schema": SCHEMA, "input": source, "error": message}


def skipped(source: str, output: str | None, reason: str = "") -> Record:
    """Return the record of an input that is left as it is.

    Args:
        source: the input.
        output: the image that would have been written.
        reason: why: `larger` than the input, `up-to-date`, or of a `kind` that cannot be replaced;
            empty if all outputs exist already.
    """
    why = {"reason": reason} if reason else {}
    return {"schema": SCHEMA, "input": source, "output": output, "skipped": True, **why}


def larger(source: str, output: str | None, before: int, after: int) -> Record:
    """Return the record of an input whose image would have been larger than it."""
    sizes = {"bytes_before": before, "bytes_after": after}
    return {**skipped(source, output, LARGER), **sizes}


def copied(
    source: str,
    output: str | None,
    *,
    before: int,
    after: int,
    seconds: Mapping[str, float],
    digest: str,
) -> Record:
    """Return the record of an input that was copied, as its image would have been larger.

    Args:
        source: the input.
        output: the copy; None where the input lies there already.
        before: bytes of the input.
        after: bytes of the image, which was not written.
        seconds: by stage.
        digest: of the settings.
    """
    return {
        "schema": SCHEMA,
        "input": source,
        "output": output,
        "copied": True,
        "settings_digest": digest,
        "bytes_before": before,
        "bytes_after": before,
        "bytes_of_image": after,
        "notes": [],
        "seconds": {**seconds, "total": sum(seconds.values())},
    }


_JSON: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode


def line(record: Record | Sequence[Any]) -> str:
    """Return the record as one line of JSON, fit for a terminal."""
    return escaped_json(_JSON(record))


def document(record: Record) -> bytes:
    """Return the record as a file: a line for each field and each palette entry."""
    fields = [f"  {line_of(key, value)}" for key, value in record.items()]
    text = "{\n" + ",\n".join(fields) + "\n}\n"
    # a name that is no valid UTF-8 becomes a JSON escape
    return text.encode("utf-8", "backslashreplace")


def line_of(key: str, value: object) -> str:
    """Return one field of `document`."""
    if key == "palette" and isinstance(value, list):
        return f'"palette": {_rows(value, "    ")}\n  ]'
    if key == "palettes" and isinstance(value, list):
        return f'"palettes": {_rows(value, "    ")}\n  ]'
    if key == "contrast" and isinstance(value, dict):
        rows = f"{_rows(value['pairs'], '      ')}\n    " if value["pairs"] else "["
        count = value["readable_pairs"]
        return f'"contrast": {{\n    "readable_pairs": {count},\n    "pairs": {rows}]\n  }}'
    if key == "auto" and isinstance(value, dict):
        named = [f"    {line_of(name, value[name])},\n" for name in value if name != "curve"]
        rows = _rows(value["curve"], "      ")
        return f'"auto": {{\n{"".join(named)}    "curve": {rows}\n    ]\n  }}'
    return f'"{key}": {_JSON(value)}'


_BETWEEN_ROWS: Final = "}, {"


def _rows(records: Sequence[Any], indent: str) -> str:
    """Return a list up to its last bracket, a line for each row.

    The list is encoded as a whole, and cut between its rows: an encoder for each takes longer than
    the rows do. Where a text holds what looks like a cut, each is encoded by itself.
    """
    lines = line(list(records))[1:-1].split(_BETWEEN_ROWS)
    if len(lines) == len(records) > 0 and isinstance(records[0], dict):
        cut = f"}},\n{indent}{{"
        return f"[\n{indent}{cut.join(lines)}"
    return "[\n" + ",\n".join(f"{indent}{line(record)}" for record in records)


def _palette(palette: Palette, lights: contrast.Lights) -> list[Record]:
    """Return the entries, each with the most readable text: black or white, and of the palette."""
    seen, light = contrast.seen(palette), lights.luminance
    extremes = sorted({seen[light.argmin()], seen[light.argmax()]})
    columns = [_texts(texts, lights) for texts in ([contrast.BLACK, contrast.WHITE], extremes)]
    entries: list[Record] = palette.to_dict()["colors"]
    for entry, text, own in zip(entries, *columns, strict=True):
        entry["text"], entry["text_in_palette"] = text, own
    return entries


def _texts(texts: list[contrast.Rgb], grounds: contrast.Lights) -> Iterator[Record]:
    """Yield the text that is best to read on each background, with its figures."""
    codes = ["#{:02x}{:02x}{:02x}".format(*color) for color in texts]
    best, wcag, apca = contrast.best_of(contrast.lights_of(texts), grounds)
    for row, ratio, lightness in zip(best.tolist(), wcag, apca, strict=True):
        yield {"hex": codes[row], "wcag": round(ratio, 2), "apca": round(lightness, 1)}


def _roles(palette: Palette) -> Record:
    """Return the hex code of the colour that has each role, None where there is none."""
    codes = palette.hex
    found = roles.roles_of(palette).items()
    return {role: None if row is None else codes[row] for role, row in found}


def _contrast(palette: Palette, lights: contrast.Lights) -> Record:
    """Return the pairs of colours that could be text and background."""
    count, pairs = contrast.pairs(contrast.seen(palette), most=MOST_PAIRS, lights=lights)
    rows = [
        {
            "dark": pair.dark,
            "light": pair.light,
            "wcag": round(pair.wcag, 2),
            "apca": [round(pair.dark_on_light, 1), round(pair.light_on_dark, 1)],
        }
        for pair in pairs
    ]
    return {"readable_pairs": count, "pairs": rows}


def _strength(settings: Settings, colors: int) -> Record:
    """Return the strength of dithering, if there was any."""
    if settings.dither == "none":
        return {}
    from quantize.dither import ditherer

    strength = ditherer.strength_of(settings.dither, settings.dither_strength, colors)
    return {"dither_strength": round(strength, 4)}


def _exchange(exchange: Exchange | None) -> Record:
    """Return what `lossy` did, if it was asked for."""
    if exchange is None:
        return {}
    return {
        "lossy_pixels": exchange.pixels,
        "lossy_saved": round(exchange.saved, 4),
        "lossy_mse_before": exchange.mse_before,
    }


def _number(value: float) -> float:
    """Return a whole number as such."""
    return int(value) if value == int(value) else value


def _choice(choice: Choice | None) -> Record:
    """Return why k is what it is, where that was left open."""
    if choice is None:
        return {}
    curve = [
        {name: value for name, value in point._asdict().items() if value is not None}
        for point in choice.curve
    ]
    missed = {} if choice.reached else {"reached": False}
    quality = {} if choice.quality is None else {"quality": choice.quality}
    return {**quality, "auto": {"criterion": choice.criterion, **missed, "curve": curve}}


def _full_metrics(result: Quantized, settings: Settings) -> Record:
    if settings.metrics != "full":
        return {}
    figures = result.statistics
    names = ("ssim", "delta_e_mean", "delta_e_p95", "delta_e_max")
    return {name: getattr(figures, name) for name in names}
