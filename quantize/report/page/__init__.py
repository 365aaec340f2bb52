"""A page to look at: what a run did with one picture, in one HTML file that needs nothing else.

evidence.py   what the page shows of the pixels: before, after, errors, the cloud of colours
steps.py      k-means on some of the colours, step by step, from three kinds of seeds
meanings.py   what each figure of the record means
html.py       the page: `page.html` with its style and its script, filled in and escaped
"""

from __future__ import annotations

from typing import Final

from quantize.checks import ending_of
from quantize.errors import OutputError

ENDINGS: Final = (".html", ".htm")


def check_name(target: str) -> None:
    """Refuse a file whose name does not end as that of a page.

    Raises:
        OutputError: it does not.
    """
    if ending_of(target) not in ENDINGS:
        raise OutputError(target, "is not the name of a page", "let it end in .html")
