"""The inverse colour map: the nearest palette entry of any colour, found when it is asked for."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from quantize import kernels
from quantize.color import conversions, nearest, spaces
from quantize.model.picture import with_channels
from quantize.model.pixels import Bytes

ERROR_MARGIN: Final = (2, 1)
"""How far the wanted light may lie outside the palette's range: 2/4 of the range below, 1/4 above.
Beyond that it is clamped, so that errors that cannot be made good do not pile up. It is the least
margin that keeps the mean light of black and white at every level; it is larger below the range,
since black gives way to white at 21 % of the light."""

LIGHT: Final = np.rint(conversions.LINEAR * kernels.FULL).astype(np.int32)
"""The light of each 8-bit value, 0 to `kernels.FULL`."""

VALUE: Final = np.rint(conversions.srgb_of(np.arange(kernels.FULL + 1) / kernels.FULL)).astype(
    np.uint8
)
"""The 8-bit value nearest to each amount of light, 0 to `kernels.FULL`; nearest in sRGB."""


LUMINANCE: Final = np.array([0.2126, 0.7152, 0.0722])
"""What red, green and blue add to the luminance of linear sRGB (IEC 61966-2-1)."""

GREY: Final = 0.03
"""Chroma in Oklab up to which a colour counts as grey: less than it takes to name a hue."""

NEARLY_GREY: Final = 1 / 3
"""Chroma of an entry that greys may have, as a part of its distance in lightness to the nearest
grey: it is seen less than dots of greys that far apart. An orange between black and white has
more."""

SLACK: Final = 0.06
"""So far out of a palette's mixtures, in full light, colours are left as they are: pictures on
palettes that were found for them lie so far out, and look best so (by SSIMULACRA 2 with 16 to 256
colours). With palettes of few saturated colours it matters little."""

BENT: Final = (0.1, 0.25)
"""How far palettes of one hue may lie from a straight line in Oklab, as a part of its length,
between black and white and elsewhere: shades and tints of a blue, a green or a purple do by 0.06 to
0.18. Between black and white a dark red does by 0.14; there greys are to be dots of these two."""


def as_greys(colors: Bytes) -> Bytes:
    """Return colours of the same luminance without hue, (…, 3 or 4) uint8; alpha stays."""
    greys = colors.copy()
    light = np.rint(LIGHT[colors[..., :3]] @ LUMINANCE).astype(np.int32)
    greys[..., :3] = VALUE[light][..., None]
    return greys


def is_of_one_hue(palette: Bytes) -> bool:
    """Return whether a palette is a scale of greys or of one hue, where only luminance varies.

    Then a picture cannot have other hues, and what counts is its luminance. Entries lie along a
    line from the darkest to the lightest, nearer to it than to each other, and each has a luminance
    of its own.

    Args:
        palette: (k, 3 or 4) uint8; fully transparent entries do not matter.
    """
    seen = np.unique(palette[with_channels(palette, 4)[:, 3] > 0][:, :3], axis=0)
    values = as_greys(seen)[:, 0]
    if len(seen) < 2 or len(np.unique(values)) < len(seen):
        return False
    places = conversions.oklab(seen)[np.argsort(values)]
    line = places[-1] - places[0]
    length = float(np.sqrt(line @ line))
    along = (places - places[0]) @ line / length**2
    off = np.sqrt(np.square(places - places[0] - along[:, None] * line).sum(axis=1)).max()
    hues, chroma = places[:, 1:], np.hypot(*places[:, 1:].T)
    colored, mean = hues[chroma > GREY], hues[chroma > GREY].sum(axis=0)
    one_way = (colored @ mean >= np.hypot(*colored.T) * np.hypot(*mean) * np.cos(np.pi / 6)).all()
    bent = BENT[int(max(chroma[0], chroma[-1]) > GREY)]
    return bool(one_way and off <= length * min(bent, 0.7 / (len(seen) - 1)))


def inverse_map_of(
    palette: Bytes, channels: int, space: spaces.Space, strength: float = 1.0
) -> kernels.InverseMap:
    """Return the inverse colour map of a palette.

    Opaque pixels get opaque entries, if there are any; other pixels the nearest of all entries.

    Args:
        palette: (k, 3 or 4) uint8.
        channels: of the pixels, 3 or 4.
        space: the colour space in which the nearest entry is nearest.
        strength: share of an error that is made good. Colours beyond the mixtures are moved to the
            nearest one by this share of the way; with 0 each keeps its nearest entry.
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
        reach=_reach(lights[allowed, :3], strength),
        greys=_greys(full[allowed, :3], allowed, space) if strength else allowed[:0],
        among_opaque=_neighbors(opaque),
        among_all=_neighbors(places if compares else places[:0]),
    )


def _neighbors(points: spaces.Points) -> kernels.Neighbors:
    apart = np.sqrt(np.square(points[:, None] - points, dtype=np.float64).sum(axis=2))
    order = np.argsort(apart, axis=1, kind="stable")
    return kernels.Neighbors(order.astype(np.uint8), np.take_along_axis(apart, order, axis=1))


def _reach(lights: NDArray[np.int32], strength: float) -> kernels.Reach:
    """Return what entries of some light can mix, (m, 3); of no colour it is known yet."""
    nodes = kernels.NODES**3
    return kernels.Reach(
        entries=lights.astype(np.float64),
        slack=SLACK * kernels.FULL,
        share=strength,
        shifts=np.zeros((nodes, 3), np.int32),
        known=np.zeros(nodes, np.uint8),
        cells=np.zeros(nodes, np.uint8),
    )


def _greys(colors: Bytes, allowed: Bytes, space: spaces.Space) -> Bytes:
    """Return the nearest grey entry of each grey, (256,), where there are a black and a white.

    These are the darkest and the lightest of the opaque entries, if both are grey; else nothing is
    returned, (0,). What is nearly grey where no other grey is near counts as grey too.
    """
    if len(colors) == 0:
        return allowed
    lightness, chroma, _ = conversions.oklch(colors)
    grey = chroma <= GREY
    if not (grey[lightness.argmin()] and grey[lightness.argmax()]):
        return allowed[:0]
    gaps = np.abs(lightness[:, None] - lightness[grey]).min(axis=1)
    grey |= chroma <= gaps * NEARLY_GREY
    every = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1)
    found, _ = nearest.nearest_entries(every, colors[grey], space)
    return allowed[grey][found]
