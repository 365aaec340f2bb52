"""Figures to use by hand: pages in a frame, of the report's own parts.

`steps` has the slider of the report (`quantize/report/page/steps.js`), for points in the plane.
`pickable` is a scatter of which each point says what it is.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from tutorial import ByHand

from quantize.report.page import html

HERE = Path(__file__).parent

Points = NDArray[np.floating]

# told apart on white and on black: those of `drawing`, the dark ones lighter
TEN = (
    *("#2b8fd0", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00"),
    *("#b8467f", "#999933", "#7d72d8", "#999999"),
)


class Run(NamedTuple):
    """One run of k-means: its name, and what `callback` was told."""

    name: str
    steps: Sequence[tuple[int, Points, float]]


def steps(points: Points, runs: Sequence[Run], title: str) -> ByHand:
    """A slider over the iterations, for all runs on the same points (n, 2), side by side."""
    k = max(len(centers) for run in runs for _, centers, _ in run.steps)
    low, high = points.min(axis=0), points.max(axis=0)
    side = 1.1 * (high - low).max()
    corner = (low + high - side) / 2

    def unit(places: Points) -> str:
        return _packed(((places - corner) / side).astype("<f4"))

    data = {
        "points": unit(points),
        "hues": _packed(hues(np.arange(k))),
        "runs": [
            {
                "name": run.name,
                "centroids": [unit(centers) for _, centers, _ in run.steps],
                "inertia": [float(inertia) for *_, inertia in run.steps],
            }
            for run in runs
        ],
    }
    code = html.code("tools.js", "steps.js") + _own("frame.js") + "framed(steps(R));"
    return ByHand(_page(title, html.filled("steps.html", {"planes": ""}), data, code), title)


def pickable(
    points: Points,
    colorings: Mapping[str, NDArray[np.integer]],
    said: Sequence[str],
    pictures: NDArray[np.uint8],
    title: str,
) -> ByHand:
    """A scatter of points (n, 2): one that is picked says what it is, and shows its picture.

    Args:
        points: where they are.
        colorings: labels by their names, of which one gives the colours.
        said: of each point, when it is picked.
        pictures: (n, height, width), the ink of each point's picture, 0 to 255.
        title: what all this is.
    """
    low, high = points.min(axis=0), points.max(axis=0)
    data = {
        "points": _packed((0.03 + 0.94 * (points - low) / (high - low)).astype("<f4")),
        "colorings": [
            {"name": name, "hues": _packed(hues(labels))} for name, labels in colorings.items()
        ],
        "said": list(said),
        "pictures": _packed(pictures),
        "shape": pictures.shape[1:],
    }
    code = html.code("tools.js") + _own("frame.js") + _own("pickable.js")
    return ByHand(_page(title, _own("pickable.html"), data, code), title)


def hues(labels: NDArray[np.integer]) -> NDArray[np.uint8]:
    """The colour of each label: (n, 3); after ten they come again."""
    ten = [tuple(bytes.fromhex(color[1:])) for color in TEN]
    return np.array(ten, np.uint8)[labels % len(ten)]


def _own(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


def _page(title: str, body: str, data: object, code: str) -> str:
    """A page that needs nothing else, with the style and the policy of the report."""
    text = json.dumps(data).replace("<", "\\u003c")
    head = html.frame(title, code, _own("frame.css"))["head"]
    return (
        f'{head}<body class="framed"><main>{body}</main>'
        f'<script type="application/json" id="data">{text}</script><script>{code}</script>'
        "</body></html>"
    )


def framed(figure: ByHand) -> str:
    """The frame for a page of others; the script in it gives it its height."""
    return (
        f'<iframe class="by-hand" title="{escape(figure.title)}" loading="lazy" '
        'style="width:100%;height:34rem;border:0" '
        f'srcdoc="{escape(figure.page)}"></iframe>'
    )


def _packed(array: NDArray[Any]) -> str:
    return b64encode(np.ascontiguousarray(array).tobytes()).decode()
