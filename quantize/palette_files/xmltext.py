"""Palette files that are XML: read as a stream of elements; document types are refused."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping
from typing import Final
from xml.parsers import expat

from quantize.model.text import escaped_xml, one_line
from quantize.palette_files.reading import Malformed

Start = Callable[[str, Mapping[str, str]], None]
End = Callable[[str], None]

MAX_DEPTH: Final = 64
"""Levels of nested elements at most; our choice, the formats need four."""


def local(name: str) -> str:
    """Return a name without its prefix: `'color'` of `'draw:color'`. Tools differ in prefixes."""
    return name.rpartition(":")[2]


def parse(data: bytes, start: Start, end: End) -> None:
    """Call `start(name, attributes)` and `end(name)` for each element, by local names.

    No element is kept, so their number costs no memory. A document type is refused, since it can
    define entities that grow without bound or name other files.

    Raises:
        Malformed: it is not well-formed XML, has a document type, or is nested too deeply.
    """
    parser = expat.ParserCreate()
    depth = 0

    def refuse(*_: object) -> None:
        raise Malformed("has a document type (<!DOCTYPE), which is not read; take that line out")

    def begin(name: str, attributes: Mapping[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_DEPTH:
            raise Malformed(f"elements lie more than {MAX_DEPTH} deep; is it a palette?")
        start(local(name), {local(key): value for key, value in attributes.items()})

    def finish(name: str) -> None:
        nonlocal depth
        depth -= 1
        end(local(name))

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = begin
    parser.EndElementHandler = finish
    try:
        parser.Parse(data, True)
    except Malformed:
        raise
    except expat.ExpatError as error:
        what = expat.ErrorString(error.code)
        raise Malformed(f"line {error.lineno}: {what}; it is damaged, get it anew") from None
    except (LookupError, ValueError):  # an encoding that Python knows not, or not as bytes
        raise Malformed("is in an encoding that is not read; save it as UTF-8") from None


def attribute(text: str) -> str:
    """Return a text for an attribute in double quotes."""
    return escaped_xml(html.escape(one_line(text)))
