"""The writer of TIFFs of several pages."""

from __future__ import annotations

import io
from collections.abc import Sequence

from PIL.TiffImagePlugin import AppendingTiffWriter

from quantize.images.write import tiff
from quantize.model.frames import Frame
from quantize.model.picture import Metadata


def write(frames: Sequence[Frame], *, metadata: Metadata, effort: str) -> bytes:
    """Return a TIFF with a page for each frame.

    Args:
        frames: of one palette or several, each opaque and drawn whole; their sizes may differ.
        metadata: of all pages; it stands in the first.
        effort: as for a TIFF of one page.
    """
    stream = io.BytesIO()
    with AppendingTiffWriter(stream) as writer:
        for number, frame in enumerate(frames):
            said = Metadata() if number else metadata
            writer.write(tiff.encode(frame.palette, frame.indices, metadata=said, effort=effort))
            writer.newFrame()
        return stream.getvalue()
