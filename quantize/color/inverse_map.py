"""The inverse colour map: the nearest palette entry of any colour, found when it is asked for."""

from __future__ import annotations

from typing import Final

import numpy as np

from quantize import kernels
from quantize.color import conversions, nearest, spaces
from quantize.model.picture import with_channels
from quantize.model.pixels import Bytes

ERROR_MARGIN: Final = (2, 1)
"""How far the wanted light may lie outside the palette's range: 2/4 of the range below, 1/4 above.
Beyond that it is clamped, so that unreachable colours do not bleed into the pixels that follow (a
red in a palette of greens). It is the least margin that keeps the mean light of black and white at
every level; it is larger below the range, since black gives way to white at 21 % of the light."""

LIGHT: Final = np.rint(conversions.LINEAR * kernels.FULL).astype(np.int32)
"""The light of each 8-bit value, 0 to `kernels.FULL`."""

VALUE: Final = np.rint(conversions.srgb_of(np.arange(kernels.FULL + 1) / kernels.FULL)).astype(
    np.uint8
)
"""The 8-bit value nearest to each amount of light, 0 to `kernels.FULL`; nearest in sRGB."""


def inverse_map_of(palette: Bytes, channels: int, space: spaces.Space) -> kernels.InverseMap:
    """Return the inverse colour map of a palette.

    Opaque pixels get opaque entries, if there are any; other pixels the nearest of all entries.

    Args:
        palette: (k, 3 or 4) uint8.
        channels: of the pixels, 3 or 4.
        space: the colour space in which the nearest entry is nearest.
    """
    full = with_channels(palette, 4)
    allowed = np.flatnonzero(full[:, 3] == 255).astype(np.uint8)
    alpha = full[:, 3:].astype(np.int32)
    lights = np.concatenate(
        [(LIGHT[full[:, :3]] * alpha + 127) // 255, alpha * kernels.ALPHA_STEP], axis=1
    ).astype(np.int32)
    least, most = lights[:, :channels].min(axis=0), lights[:, :channels].max(axis=0)
    below, above = ((most - least) * part // 4 for part in ERROR_MARGIN)
    places, _ = nearest.exact(spaces.encode(full, space), space)
    clear, _ = nearest.nearest_entries(np.zeros((1, 4), np.uint8), full, space)
    opaque = spaces.encode(full[allowed, :3], space)
    compares = channels == 4 or not len(allowed)
    return kernels.InverseMap(
        colors=full,
        lights=np.ascontiguousarray(lights[:, :channels]),
        least=least - below,
        most=most + above,
        light=LIGHT,
        value=VALUE,
        indices=np.zeros(1 << 24, np.uint8),  # memory that is never touched is never taken
        guesses=np.zeros(1 << 12, np.uint8),
        form=space.form,
        opaque=opaque,
        allowed=allowed,
        places=places.astype(np.float64, copy=False),
        steps=float(spaces.steps_with_alpha(space) or 0),
        clear=int(clear[0]),
        among_opaque=_neighbors(opaque),
        among_all=_neighbors(places if compares else places[:0]),
    )


def _neighbors(points: spaces.Points) -> kernels.Neighbors:
    apart = np.sqrt(np.square(points[:, None] - points, dtype=np.float64).sum(axis=2))
    order = np.argsort(apart, axis=1, kind="stable")
    return kernels.Neighbors(order.astype(np.uint8), np.take_along_axis(apart, order, axis=1))
