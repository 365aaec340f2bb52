"""When frames are seen, as a format can store it, and what it cannot store."""

from __future__ import annotations

from fractions import Fraction

from quantize.images.table import ImageFormat
from quantize.model.frames import Timing


def fitted(timing: Timing, row: ImageFormat) -> Timing:
    """Return the timing that a format of animations stores, the nearest to the one that is given.

    Durations are rounded to units or to fractions of seconds, and cut to the longest; see
    `ImageFormat`.
    """
    plays = timing.plays if row.most_plays is None else min(timing.plays, row.most_plays)
    if row.unit_ms is not None:
        longest = None if row.longest_ms is None else row.longest_ms // row.unit_ms
        ticks = timing.ticks(row.unit_ms, longest)
        return Timing(tuple(Fraction(row.unit_ms * tick) for tick in ticks), plays)
    most = row.largest_term or 1
    return Timing(tuple(_nearest(duration, most) for duration in timing.durations), plays)


def _nearest(duration: Fraction, most: int) -> Fraction:
    """Return milliseconds whose fraction of a second has no term above `most`."""
    seconds = min(duration / 1000, Fraction(most))
    largest = int(most // seconds) if seconds > 1 else most
    while (found := seconds.limit_denominator(largest)).numerator > most:
        largest -= 1
    return 1000 * found


def losses(timing: Timing, row: ImageFormat) -> list[str]:
    """Return what a format cannot say of an animation's time, a sentence each."""
    if row.frames == "pages":
        return [f"{row.name} has pages, which have no durations and are not repeated"]
    if row.unit_ms is None:
        kept = fitted(timing, row).durations == timing.durations
        said = f"durations are rounded to what a {row.name.upper()} can say"
        return [] if kept else [said]
    unit, name, found = row.unit_ms, row.name, []
    if any(duration % unit for duration in timing.durations):
        found.append(f"durations are rounded to {unit} ms, which is what a {name} counts in")
    longest, plays = row.longest_ms, row.most_plays
    if longest is not None and any(duration > longest for duration in timing.durations):
        found.append(f"durations are cut to {longest / 1000:,.2f} s, the longest of {name}")
    if plays is not None and timing.plays > plays:
        found.append(f"it is played {plays:,} times, the most of {name}")
    return found
