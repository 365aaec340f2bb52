"""Colours that a PNG describes by numbers, without a profile, as sRGB.

Its third edition (ISO/IEC 15948:2025) has two ways: `cICP` names primaries and a curve of ITU-T
H.273, `gAMA` and `cHRM` give an exponent and the chromaticities. A table of the values does the
curve, in all 16 bits where the picture has as many; a matrix in light does the primaries, from its
white to that of sRGB by Bradford. White stays white, and colours outside sRGB go to its edge, as
with profiles.

By what it does, not by its numbers, a description counts as sRGB: if no value moves by more than 1
of 255. An exponent of 1 / 2.2 alone counts as sRGB too: it is what files of sRGB say to programs
that do not know its curve (4.4 and annex of `gAMA`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import cache, cached_property
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from quantize.images.read.icc import KINDS
from quantize.model.pixels import Bytes

Floats: TypeAlias = NDArray[np.float64]

Chromaticities: TypeAlias = tuple[float, ...]
"""x and y of white, red, green and blue, in the order of `cHRM`."""

Curve: TypeAlias = Callable[[Floats], Floats]
"""From a value as it is stored to light, both 0 to 1."""

_D65: Final = (0.3127, 0.3290)
_SRGB: Final = (*_D65, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06)
_SYSTEM_M: Final = (*_D65, 0.630, 0.340, 0.310, 0.595, 0.155, 0.070)

_PRIMARIES: Final[dict[int, Chromaticities]] = {
    1: _SRGB,
    5: (*_D65, 0.64, 0.33, 0.29, 0.60, 0.15, 0.06),
    6: _SYSTEM_M,
    7: _SYSTEM_M,
    9: (*_D65, 0.708, 0.292, 0.170, 0.797, 0.131, 0.046),
    11: (0.314, 0.351, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060),
    12: (*_D65, 0.680, 0.320, 0.265, 0.690, 0.150, 0.060),
}
"""ColourPrimaries of ITU-T H.273, table 2, from BT.709 to Display P3."""

_BRADFORD: Final = np.array(
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
)

_USUAL_GAMMA: Final = 1 / 2.2
_GAMMAS: Final = (0.01, 100.0)
"""The exponents that libpng takes for possible."""

_NEAR: Final = 1
"""Of 255: what moves no value by more is sRGB."""

_GRID: Final = np.stack(np.meshgrid(*[np.linspace(0, 1, 9)] * 3), axis=-1).reshape(-1, 3)


def _srgb_to_light(values: Floats) -> Floats:
    """Return light by the curve of IEC 61966-2-1."""
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def _light_to_srgb(light: Floats) -> Floats:
    """Return values from 0 to 255, not rounded."""
    light = np.clip(light, 0, 1)
    return 255 * np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)


def _television_to_light(values: Floats) -> Floats:
    """Return light by the inverse of the curve of BT.709."""
    return np.where(values < 0.081, values / 4.5, ((values + 0.099) / 1.099) ** (1 / 0.45))


def _power(exponent: float) -> Curve:
    return lambda values: values**exponent


_CURVES: Final[dict[int, Curve]] = {
    **dict.fromkeys((1, 6, 14, 15), _television_to_light),
    4: _power(2.2),
    5: _power(2.8),
    8: _power(1.0),
    13: _srgb_to_light,
}
"""TransferCharacteristics of ITU-T H.273, table 3, without those of HDR."""


class Coding(NamedTuple):
    """What values mean.

    Attributes:
        curve: from values to light.
        matrix: (3, 3), from light to light of sRGB; None where the primaries are those of sRGB.
    """

    curve: Curve
    matrix: Floats | None = None

    def to_srgb(self, values: Floats) -> Floats:
        """Return (..., 3) of 0 to 255, not rounded, of (..., 3) values from 0 to 1."""
        light = self.curve(values)
        return _light_to_srgb(light if self.matrix is None else _mixed(light, self.matrix))

    def changes_nothing(self) -> bool:
        """Return whether every colour of a grid and every grey comes out as it is."""
        greys = np.repeat(np.arange(256)[:, None] / 255, 3, axis=1)
        values = np.concatenate([_GRID, greys])
        return bool((np.abs(self.to_srgb(values) - 255 * values) <= _NEAR).all())


def _mixed(light: Floats, matrix: Floats) -> Floats:
    """Return the product, with sums in a fixed order."""
    rows = [light[..., 0] * a + light[..., 1] * b + light[..., 2] * c for a, b, c in matrix]
    return np.stack(rows, axis=-1)


class CodingTransform:
    """From an image's values to sRGB.

    Attributes:
        mode: of the images that it takes: `L` (or `I;16`), or `RGB` (or `RGBA`, whose alpha stays).
    """

    def __init__(self, coding: Coding, mode: str) -> None:
        self.mode = mode
        self._coding = coding

    def apply(self, image: Image.Image) -> Image.Image:
        """Return a new image: `RGBA` if the image is `RGBA`, else `RGB`."""
        values = np.asarray(image)
        if values.ndim == 2:
            values = values[..., None].repeat(3, axis=2)
        colors = self.of(values[..., :3])
        if values.shape[2] == 4:
            colors = np.concatenate([colors, values[..., 3:]], axis=2)
        return Image.fromarray(colors)

    def of(self, values: NDArray[Any]) -> Bytes:
        """Return (..., 3) uint8 of sRGB, of (..., 3) uint8 or uint16."""
        tables = self._tables_of_16 if values.dtype.itemsize == 2 else self._tables_of_8
        if self._coding.matrix is None or self.mode == "L":  # grey stays grey
            return np.asarray(tables.colors[values])
        light = _mixed(tables.light[values], self._coding.matrix)
        places = np.rint(np.clip(light, 0, 1) * 65535).astype(np.uint16)
        return np.asarray(_srgb_of_light()[places])

    @cached_property
    def _tables_of_8(self) -> _Tables:
        return _Tables.of(self._coding.curve, 255)

    @cached_property
    def _tables_of_16(self) -> _Tables:
        return _Tables.of(self._coding.curve, 65535)


class _Tables(NamedTuple):
    """The light of each value, and the sRGB of that light."""

    light: Floats
    colors: Bytes

    @classmethod
    def of(cls, curve: Curve, largest: int) -> _Tables:
        light = curve(np.arange(largest + 1) / largest)
        return cls(light, np.rint(_light_to_srgb(light)).astype(np.uint8))


@cache
def _srgb_of_light() -> Bytes:
    """Return the sRGB of 65,536 amounts of light, where its steps are at most 0.05 of 255."""
    return np.rint(_light_to_srgb(np.arange(65536) / 65535)).astype(np.uint8)


# --- what a file says -----------------------------------------------------------------------------


def of_cicp(mode: str, numbers: tuple[int, ...]) -> tuple[CodingTransform | None, bool] | None:
    """Return what the numbers of a `cICP` chunk come to, as `icc.profile_of`; None if not read.

    Args:
        mode: of the image.
        numbers: primaries, transfer, matrix, range.
    """
    primaries, transfer, *rest = numbers
    kind = KINDS.get(mode)
    if rest != [0, 1] or kind not in ("L", "RGB"):  # RGB of the full range
        return None
    if primaries not in _PRIMARIES or transfer not in _CURVES:
        return None
    coding = Coding(_CURVES[transfer], _to_srgb_light(_PRIMARIES[primaries]))
    return (None if coding.changes_nothing() else CodingTransform(coding, kind)), True


def of_gamma(
    mode: str, info: Mapping[Any, Any], notes: list[str]
) -> tuple[CodingTransform | None, bool]:
    """Return what `gAMA` and `cHRM` come to, as `icc.profile_of`.

    Args:
        mode: of the image.
        info: `gamma` and `chromaticity`, as Pillow has them.
        notes: what is wrong with them is added here.
    """
    gamma, primaries, matrix = info.get("gamma"), info.get("chromaticity"), None
    kind = KINDS.get(mode)
    if gamma is not None and not _GAMMAS[0] <= gamma <= _GAMMAS[1]:
        notes.append(f"its gamma, {gamma:g}, is not possible")
        gamma = None
    if primaries is not None:
        try:
            matrix = _to_srgb_light(primaries)
        except (ValueError, ArithmeticError, np.linalg.LinAlgError):
            notes.append("its primaries (cHRM) make no colours")
            primaries = None
        else:
            if Coding(_srgb_to_light, matrix).changes_nothing():
                matrix = None
    if kind not in ("L", "RGB") or (gamma is None and primaries is None):
        return None, False
    if gamma is None or (matrix is None and _is_usual(gamma)):
        curve: Curve = _srgb_to_light
    else:
        curve = _power(1 / gamma)
    coding = Coding(curve, matrix)
    return (None if coding.changes_nothing() else CodingTransform(coding, kind)), True


def _is_usual(gamma: float) -> bool:
    """Return whether no value differs by more than 1 of 255 from that of an exponent of 1 / 2.2.

    v^(1 + e) is v + e v ln v, in which v ln v is at most 1 / e (Euler's).
    """
    return abs(gamma / _USUAL_GAMMA - 1) <= _NEAR * math.e / 255


def _to_srgb_light(chromaticities: Chromaticities) -> Floats | None:
    """Return the matrix from light of some primaries to that of sRGB's, None if they are the same.

    Raises:
        ValueError, ArithmeticError, LinAlgError: they make no colours.
    """
    if tuple(chromaticities) == _SRGB:
        return None
    matrix = np.linalg.solve(_to_xyz(_SRGB), _adapted(_to_xyz(chromaticities), chromaticities[:2]))
    if not np.isfinite(matrix).all() or np.abs(matrix).max() > _LARGEST:
        raise ValueError("primaries on a line")
    return np.asarray(matrix)


_LARGEST: Final = 100.0
"""The largest factor of a matrix that is believed; those of the widest known primaries have 2."""


def _to_xyz(chromaticities: Chromaticities) -> Floats:
    """Return the (3, 3) matrix from light to XYZ, in which white has Y = 1."""
    white, *primaries = (_xyz(*chromaticities[at : at + 2]) for at in (0, 2, 4, 6))
    columns = np.array(primaries).T
    return np.asarray(columns * np.linalg.solve(columns, white))


def _adapted(to_xyz: Floats, white: Chromaticities) -> Floats:
    """Return a matrix to XYZ under the white of sRGB."""
    cones = (_BRADFORD @ _xyz(*_D65)) / (_BRADFORD @ _xyz(*white))
    return np.asarray(np.linalg.solve(_BRADFORD, cones[:, None] * (_BRADFORD @ to_xyz)))


def _xyz(x: float, y: float) -> Floats:
    """Return the XYZ of a chromaticity, with Y = 1.

    Raises:
        ValueError: it has no such.
    """
    if not (math.isfinite(x) and y > 0):
        raise ValueError("a colour without light")
    return np.array([x / y, 1.0, (1 - x - y) / y])
