"""Small animations as arrays, as sources of frames, and targets that hold them."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from hypothesis import strategies as st

from helpers.animations import Pixels
from quantize.images.table import FORMATS
from quantize.model.frames import FrameSource, Timing
from quantize.model.picture import Picture
from quantize.pipeline.target import Target

ANYTHING = Target()
GIF = Target(FORMATS["gif"])
EACH = ANYTHING._replace(palette_per_frame=True)
GIF_EACH = GIF._replace(palette_per_frame=True)


def pictures(frames: Sequence[Pixels]) -> list[Picture]:
    """Return frames as they are read: without alpha where all is opaque."""
    found = []
    for frame in frames:
        opaque = bool((frame[..., 3] == 255).all())
        found.append(Picture(np.ascontiguousarray(frame[..., :3]) if opaque else frame))
    return found


def source_of(frames: Sequence[Pixels], *, pages: bool = False) -> FrameSource:
    """Return an animation, or pages, of these frames."""
    read = pictures(frames)
    return FrameSource(
        first=read[0],
        pictures=lambda: read,
        count=len(read),
        pixels=sum(picture.height * picture.width for picture in read),
        timing=None if pages else Timing((Fraction(40),) * len(read)),
    )


@st.composite
def films(draw: st.DrawFn) -> list[Pixels]:
    """Small frames in which much stands still, some with holes."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    base = rng.integers(0, 256, (6, 7, 4)).astype(np.uint8)
    holes = draw(st.booleans())
    base[..., 3] = 255
    frames = []
    for _ in range(draw(st.integers(1, 5))):
        base = base.copy()
        moved = rng.random((6, 7)) < draw(st.sampled_from([0, 0.1, 0.5, 1]))
        base[moved, :3] = rng.integers(0, 256, (int(moved.sum()), 3))
        base[moved, 3] = rng.choice([0, 255], int(moved.sum())) if holes else 255
        base[base[..., 3] == 0] = 0
        frames.append(base)
    return frames
