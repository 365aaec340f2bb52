"""A palette as sprites and consoles want it: a transparent entry at its place, a fixed size.

The palette is found or taken as without that; then entries are moved and added, and the indices
follow. A transparent entry that nothing needed is one of the `colors`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

import numpy as np

from quantize.checks import MAX_COLORS
from quantize.color import names
from quantize.errors import OutputError
from quantize.images.table import FORMATS
from quantize.model.frames import FrameSource
from quantize.model.palette import Palette
from quantize.model.picture import with_channels
from quantize.model.pixels import Bytes
from quantize.model.result import Quantized
from quantize.pipeline.settings import AUTO, Settings
from quantize.pipeline.target import ADDED_NOTE, Target, has_transparent_entry

SPARE: Final = "spare"
"""The name of an entry that only fills up the table."""

Found = TypeVar("Found")


def run(
    source: FrameSource,
    settings: Settings,
    target: Target,
    palette: Palette | None,
    inner: Callable[[Settings, Palette | None], Quantized],
) -> Quantized:
    """Quantize all frames of a source, and arrange the palette.

    Args:
        source: for its name and its channels.
        settings: `transparent_index`, `pad` and `colors` are read.
        target: what the result can hold.
        palette: one that is given, or None.
        inner: quantizes with settings that arrange nothing, and a palette.

    Raises:
        OutputError: the target has no transparency, or the palette no room.
    """
    if settings.transparent_index is not None and target.format and target.alpha == "none":
        able = ", ".join(row.name for row in FORMATS.values() if row.alpha != "none")
        problem = f"{target.format.name} has no transparency, and transparent_index wants an entry"
        raise OutputError(source.source, problem, "choose one of {able}", able=able)
    opaque = source.first.channels == 3
    found = with_room(settings, palette, inner, lambda result: result.palette, opaque=opaque)
    arranged, new_index = arrange(found.palette, settings, source.source)
    frames = tuple(
        frame._replace(palette=arranged, indices=new_index[frame.indices]) for frame in found.frames
    )
    stays = bool((new_index == np.arange(len(new_index))).all())
    result = found.replaced(frames=frames, palette=arranged, kept_table=found.kept_table and stays)
    if settings.transparent_index is None or found.added_transparent is None:
        return result
    added = ADDED_NOTE.format(found.added_transparent)  # it was asked for
    notes = tuple(note for note in found.notes if note != added)
    return result.replaced(added_transparent=None, notes=notes)


def with_room(
    settings: Settings,
    palette: Palette | None,
    inner: Callable[[Settings, Palette | None], Found],
    palette_of: Callable[[Found], Palette],
    *,
    opaque: bool,
) -> Found:
    """Return what is found, with room for a transparent entry where it has none.

    Args:
        settings: `transparent_index` and `colors` are read.
        palette: one that is given, or None.
        inner: finds it with settings that arrange nothing, and a palette.
        palette_of: returns its palette.
        opaque: whether what is quantized seems to have no transparency.
    """
    plain = settings.replaced(transparent_index=None, pad=0)
    if settings.transparent_index is None:
        return inner(plain, palette)
    fewer = plain
    if settings.colors != AUTO or settings.has_goal:
        fewer = plain.replaced(colors=settings.most_colors - 1)
    if palette is not None:
        if has_transparent_entry(palette) and len(palette) <= settings.most_colors:
            return inner(plain, palette)
        if has_transparent_entry(palette):
            palette = palette.only(np.flatnonzero(palette.colors[:, 3] > 0))
        return inner(fewer, palette)
    found = inner(fewer if opaque else plain, None)
    if has_transparent_entry(palette_of(found)) == opaque:  # only the colours could tell
        found = inner(plain if opaque else fewer, None)
    return found


def arrange(palette: Palette, settings: Settings, source: str) -> tuple[Palette, Bytes]:
    """Return the palette as it is wanted, and the new index of each entry, (k,) uint8.

    Args:
        palette: at most 256 entries.
        settings: `transparent_index` and `pad` are read.
        source: the file, for messages.

    Raises:
        OutputError: there is no room for a transparent entry, or the palette is too large.
    """
    order = [*range(len(palette))]
    place, spare = settings.transparent_index, len(palette)
    if place is not None:
        palette, spare = _with_clear(palette), len(palette)
        clear = _clear(palette, place)
        order = [row for row in range(len(palette)) if row != clear]
        gap = [-1] * (place - len(order))
        order = [*order[:place], *gap, clear, *order[place:]]
    if settings.pad and len(order) > settings.pad:
        problem = f"the palette has {len(order)} entries, more than {settings.pad}"
        advice = "choose fewer colours, with colors={pad}"
        raise OutputError(source, problem, advice, pad=settings.pad)
    if len(order) > MAX_COLORS:
        problem = f"there is no room for a transparent entry in a palette of {MAX_COLORS}"
        raise OutputError(source, problem, "choose fewer colours, with colors={pad}", pad=255)
    order += [-1] * (settings.pad - len(order))
    new_index = np.zeros(len(palette), np.uint8)
    for index, row in enumerate(order):
        if row >= 0:
            new_index[row] = index
    return _filled(palette, order), new_index[:spare]


def _clear(palette: Palette, place: int) -> int:
    """Return the transparent entry that belongs to a place: what is there, or the most used."""
    rows = np.flatnonzero(palette.colors[:, 3] == 0)
    return place if place in rows else int(rows[palette.counts[rows].argmax()])


def _with_clear(palette: Palette) -> Palette:
    """Return the palette with a transparent entry, at the end if it had none."""
    if has_transparent_entry(palette):
        return palette
    return Palette(
        np.append(with_channels(palette.colors, 4), np.zeros((1, 4), np.uint8), axis=0),
        np.append(palette.counts, 0),
        (*palette.names, names.TRANSPARENT) if palette.names else (),
        (*palette.codes, "") if palette.codes else (),
        palette.title,
    )


def _filled(palette: Palette, order: list[int]) -> Palette:
    """Return the entries in an order, in which -1 is a black one that no pixel has."""
    black = np.zeros((1, palette.colors.shape[1]), np.uint8)
    black[:, 3:] = 255
    colors = np.append(palette.colors, black, axis=0)
    return Palette(
        colors[order],
        np.append(palette.counts, 0)[order],
        tuple((*palette.names, SPARE)[row] for row in order) if palette.names else (),
        tuple((*palette.codes, "")[row] for row in order) if palette.codes else (),
        palette.title,
    )
