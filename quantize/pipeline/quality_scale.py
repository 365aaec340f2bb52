"""The quality of pngquant, 0 to 100, as a squared error; and an error that is to be reached."""

from __future__ import annotations

from math import inf
from typing import Final, NamedTuple

from quantize.model.result import CurvePoint
from quantize.pipeline.settings import BEST_QUALITY, Settings

AIM: Final = 0.8
"""The part of the error that pngquant's formula allows which its files have where they reach the
quality that was asked for: it goes on to move the colours of the palette that was good enough. On
seven photographs at qualities of 20 to 80 this part was 0.60 to 0.81, and 0.69 to 1.02 with
dithering, which it does not count. What it refuses has more than the whole of it."""

MOST: Final = 255.0**2
"""The squared error in 8-bit sRGB that is 1 in the formula, whose channels go from 0 to 1."""


def squared_error(quality: int) -> float:
    """Return the largest mean squared error, as `Statistics.mse`, that has a quality.

    Args:
        quality: 0 to 100 on the scale of pngquant 2; 0 allows any error, 100 none.
    """
    if quality <= 0:
        return inf
    if quality >= BEST_QUALITY:
        return 0.0
    very_low: float = max(0.016 / (0.001 + quality) - 0.001, 0.0)
    allowed: float = very_low + 2.5 / (210.0 + quality) ** 1.2 * (100.1 - quality) / 100.0
    return MOST * allowed


def quality_of(mse: float) -> int:
    """Return the quality, 0 to 100, of a mean squared error as `Statistics.mse`."""
    return next(each for each in range(BEST_QUALITY, -1, -1) if mse <= squared_error(each))


class Goal(NamedTuple):
    """An error that is to be reached by as few colours as do.

    Attributes:
        criterion: the name of it, as in `Choice`.
        limit: what is to be reached.
        worst: what is accepted where that cannot be reached.
    """

    criterion: str
    limit: float
    worst: float

    @classmethod
    def of(cls, settings: Settings) -> Goal:
        """Return the goal of settings that have one: a mean CIEDE2000, or a squared error."""
        if settings.quality is None:
            limit = settings.max_error or 0.0
            return cls("max-error", limit, limit)
        least, most = settings.quality
        return cls("quality", AIM * squared_error(most), squared_error(least))

    def quality(self, error: float) -> int | None:
        """Return the quality of an error, where the goal is one."""
        return quality_of(error) if self.criterion == "quality" else None

    @property
    def degree(self) -> int:
        """The power of differences that the error is a mean of: 2 of squared ones."""
        return 2 if self.criterion == "quality" else 1

    def figure(self, point: CurvePoint) -> float:
        """Return the error of a point of a curve that is compared with the limit."""
        if self.criterion == "quality":
            return point.mse
        return inf if point.delta_e_mean is None else point.delta_e_mean

    def reached(self, error: float, colors: int) -> str:
        """Return what so many colours reach where that is not good enough."""
        count = f"{colors} colours reach" if colors > 1 else "1 colour reaches"
        if self.criterion == "quality":
            return f"{count} a quality of {quality_of(error)}, not {quality_of(self.worst)}"
        digits = next(number for number in range(2, 17) if round(error, number) > self.limit)
        return f"{count} a mean CIEDE2000 of {error:.{digits}f}, not {self.limit:g}"
