"""The target of a run: what the result can hold, said by the row of its format."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

from quantize.color.alpha import ALPHA_THRESHOLD, threshold_alpha
from quantize.errors import OutputError
from quantize.images.table import FORMATS, ImageFormat
from quantize.model.frames import Timing
from quantize.model.palette import Palette
from quantize.model.picture import Metadata, Picture
from quantize.model.pixels import Bytes

BINARY_NOTE: Final = (
    "the format has no half transparency; from half on a pixel is opaque, else gone"
)
ADDED_NOTE: Final = "the palette has no transparent colour: one is added as the last, entry {}"
OPAQUE_NOTE: Final = "the palette has no transparent colour: what was invisible is seen"
RESERVED_NOTE: Final = "one of the 256 entries of a gif's palette is for what stays as it is"


class AlphaUse(NamedTuple):
    """How a source uses alpha.

    Attributes:
        transparent: some pixel is fully transparent.
        partial: some pixel is neither opaque nor fully transparent.
    """

    transparent: bool = False
    partial: bool = False

    @classmethod
    def of(cls, colors: Bytes) -> AlphaUse:
        """Return how colours, (…, 3 or 4) uint8, use alpha."""
        if colors.shape[-1] == 3:
            return cls()
        alpha = colors[..., 3]
        transparent = alpha == 0
        return cls(bool(transparent.any()), bool((~transparent & (alpha < 255)).any()))

    def __or__(self, other: AlphaUse) -> AlphaUse:
        return AlphaUse(self.transparent or other.transparent, self.partial or other.partial)


class Target(NamedTuple):
    """What the result of a run can hold.

    Attributes:
        format: the row of the image format; None where none is named.
        palette_per_frame: find a palette for each frame.
        has_image: whether an image is written; where no format is named, perhaps later.
        patient: whether time is no matter, as where the smallest file is asked for.
    """

    format: ImageFormat | None = None
    palette_per_frame: bool = False
    has_image: bool = True
    patient: bool = False

    @property
    def alpha(self) -> Literal["full", "binary", "none"]:
        """Whether an entry can be translucent, only opaque or fully transparent, or only opaque."""
        return "full" if self.format is None else self.format.alpha

    @property
    def frames(self) -> Literal["animation", "pages", "none"]:
        """How several frames are held; an animation where no image is written."""
        return "animation" if self.format is None else self.format.frames

    @property
    def erasable(self) -> bool:
        """Whether a pixel can become transparent while its neighbours are not drawn again."""
        return self.format is None or self.format.erasable

    @property
    def reserved_entries(self) -> int:
        """Entries of a frame's own palette that the format needs for itself."""
        if self.format is None or not self.palette_per_frame:
            return 0
        return self.format.reserved_entries

    @property
    def lzw(self) -> bool:
        """Whether LZW codes strings of pixels, as in a GIF."""
        return self.format is not None and self.format.lzw

    @property
    def predicts(self) -> bool:
        """Whether an image is written in which the order of the palette matters."""
        return self.has_image and (self.format is None or self.format.predicts)

    @property
    def least_alpha(self) -> int:
        """The least alpha of a pixel that is seen."""
        return ALPHA_THRESHOLD if self.alpha == "binary" else 1

    def displayable(self, colors: Bytes) -> Bytes:
        """Return colours, (…, 3 or 4) uint8, as the format can show them."""
        return threshold_alpha(colors) if self.alpha == "binary" else colors

    def check(self, picture: Picture, source: str, frame: int | None = None) -> None:
        """Refuse a picture with transparency where the format has none.

        Args:
            picture: a still or a frame.
            source: the file, for the message.
            frame: the number of the frame, from 0; None of a still.

        Raises:
            OutputError: the picture has transparency and the format has none.
        """
        if self.format is None or self.alpha != "none" or picture.channels == 3:
            return
        able = ", ".join(row.name for row in FORMATS.values() if row.alpha != "none")
        who = "the picture" if frame is None else f"frame {frame + 1:,}"
        problem = f"{self.format.name} has no transparency, and {who} has"
        advice = "choose one of {able}"
        if frame is None:
            advice = "choose one of {able}, or say what is behind it, with background='#ffffff'"
        raise OutputError(source, problem, advice, able=able)

    def alpha_notes(self, seen: AlphaUse, palettes: Sequence[Palette]) -> list[str]:
        """Return what of its transparency a source loses, a sentence each.

        Args:
            seen: how the source uses alpha.
            palettes: those of the result.
        """
        notes = []
        if self.alpha == "binary" and seen.partial:
            notes.append(BINARY_NOTE)
        if seen.transparent and not all(has_transparent_entry(palette) for palette in palettes):
            notes.append(OPAQUE_NOTE)
        return notes

    def metadata_notes(self, metadata: Metadata, palette: Palette) -> list[str]:
        """Return what of its georeference a source loses, a sentence each.

        Args:
            metadata: of the source.
            palette: of the first frame of the result.
        """
        geo = metadata.geo
        if self.format is None or geo is None:
            return []
        if not self.format.georeference:
            able = ", ".join(row.name for row in FORMATS.values() if row.georeference)
            return [
                f"its georeference is left out: {self.format.name} has no place for it, {able} has"
            ]
        if geo.nodata is not None and geo.nodata_index(palette.colors) is None:
            return [f"nodata is still {geo.nodata}, but no entry of the palette has its colour"]
        return []

    def timing_notes(self, timing: Timing | None) -> list[str]:
        """Return what of its timing an animation loses, a sentence each."""
        if self.format is None or timing is None:
            return []
        from quantize.images.animation.timing import losses  # which stills do not need

        return losses(timing, self.format)


def has_transparent_entry(palette: Palette) -> bool:
    """Return whether an entry of a palette is fully transparent."""
    return bool((palette.colors[:, 3:] == 0).any())
