"""Criteria of `-k auto`: each chooses a point of a curve of errors; see `table.CRITERIA`."""

from __future__ import annotations

from collections.abc import Sequence

from quantize.model.result import CurvePoint


def knee(points: Sequence[CurvePoint]) -> int:
    """The place of the point that lies farthest below the line from the first to the last.

    So Satopää and others find "Kneedle" knees (2011): more colours than here bring less error than
    on average, fewer cost more. Errors are mean squared ones, as in the elbow of the textbooks.
    """
    if len(points) < 3 or points[0].mse == points[-1].mse:
        return 0
    first, last = points[0], points[-1]
    along = [(at.colors - first.colors) / (last.colors - first.colors) for at in points]
    above = [(at.mse - last.mse) / (first.mse - last.mse) for at in points]
    below = [1 - x - y for x, y in zip(along, above, strict=True)]
    return below.index(max(below))


def best_silhouette(points: Sequence[CurvePoint]) -> int:
    """The place of the largest mean silhouette, the first of equals."""
    values = [point.silhouette or 0.0 for point in points]
    return values.index(max(values))
