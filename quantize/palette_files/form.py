"""How a palette is written, where its format leaves that open."""

from __future__ import annotations

from typing import NamedTuple

from quantize.palette_files.identifiers import identifier


class Form(NamedTuple):
    """What a writer may be told; a row of the table says which of it the format takes.

    Attributes:
        stem: name of the picture, or of the palette file; stands before numbers and names.
        names: what a colour is called, a key of `table.NAMES`.
        prefix: stands in place of the stem; None for the stem.
        css_colors: notation of colours in style sheets, a key of `table.NOTATIONS`.
        keep_order: a picture of many colours shows them in the order of the palette.
        ramps: each colour is followed by its steps from light to dark, see `color.ramps`.
    """

    stem: str = ""
    names: str = "number"
    prefix: str | None = None
    css_colors: str = "hex"
    ramps: bool = False
    keep_order: bool = False

    @property
    def beginning(self) -> str:
        """What the names of variables begin with: an identifier."""
        return identifier(self.stem if self.prefix is None else self.prefix, keep=bool(self.prefix))

    @property
    def is_numbered(self) -> bool:
        """Whether nothing is said of names, so that tokens are called `color-1`, `color-2` …."""
        return self.names == "number" and self.prefix is None
