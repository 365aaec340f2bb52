"""Small animations as arrays, and what formats can hold of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from hypothesis import strategies as st

from helpers.animations import Pixels
from quantize.model.picture import Picture
from quantize.pipeline.frame_palettes import Ways

ANYTHING = Ways()
GIF = Ways(on_off_alpha=True, erasable=False)


def pictures(frames: Iterable[Pixels]) -> Callable[[], Iterable[Picture]]:
    def as_they_are_read() -> Iterable[Picture]:
        for frame in frames:
            opaque = bool((frame[..., 3] == 255).all())
            yield Picture(np.ascontiguousarray(frame[..., :3]) if opaque else frame)

    return as_they_are_read


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
