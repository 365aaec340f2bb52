"""Criteria of `-k auto`: each chooses a point of a curve of errors; see `table.CRITERIA`."""

from __future__ import annotations

from collections.abc import Sequence

from quantize.model.result import CurvePoint


def knee(points: Sequence[CurvePoint]) -> int:
    """Return the place of the point that is farthest below the line from the first to the last.

    This is the knee of "Kneedle" (Satopää and others, 2011): to the right of it a colour lowers the
    error less than on average. The errors are mean squared errors, as in the elbow method.
    """
    if len(points) < 3 or points[0].mse == points[-1].mse:
        return 0
    first, last = points[0], points[-1]
    along = [(at.colors - first.colors) / (last.colors - first.colors) for at in points]
    above = [(at.mse - last.mse) / (first.mse - last.mse) for at in points]
    below = [1 - x - y for x, y in zip(along, above, strict=True)]
    return below.index(max(below))


def best_silhouette(points: Sequence[CurvePoint]) -> int:
    """Return the place of the largest mean silhouette, the first of equals."""
    values = [point.silhouette or 0.0 for point in points]
    return values.index(max(values))
