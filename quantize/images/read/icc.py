"""Colour profiles (ICC): what a file's values mean, and their conversion to sRGB by LittleCMS.

The rendering intent is relative colorimetric with black point compensation, the usual setting of
image editors: colours inside sRGB stay exactly the same, white becomes white and black becomes
black, and a colour outside sRGB goes to its edge. Absolute would keep the tint of paper. Perceptual
is the same as relative for the profiles of screens and cameras, which have no table for it, and
shifts every colour of the others.

A profile counts as sRGB by what it does, not by its name: if no colour of a fine grid moves by more
than 1 of 255 on the way to sRGB, it is sRGB, and nothing is converted. So the many copies of sRGB
(1024 points of its curve, or its formula; primaries rounded in several ways) are recognised, and a
profile that merely calls itself sRGB is not believed. The nearest others are far off: the same
primaries with a plain gamma of 2.2 move dark greys by 7.
"""

from __future__ import annotations

import io
import zlib
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from quantize.model.pixels import Bytes

if TYPE_CHECKING:
    from PIL import ImageCms


KINDS: Final = {
    **dict.fromkeys(("1", "L", "LA", "La", "I", "F"), "L"),
    **dict.fromkeys(("I;16", "I;16L", "I;16B", "I;16N"), "L"),
    **dict.fromkeys(("P", "PA", "RGB", "RGBX", "RGBA", "RGBa", "YCbCr", "HSV"), "RGB"),
    "CMYK": "CMYK",
    "LAB": "LAB",
}
"""Modes of images, and the mode as which LittleCMS takes them."""

_SPACES: Final = {b"GRAY": "L", b"RGB ": "RGB", b"CMYK": "CMYK"}
"""The colour space of a profile (ICC.1:2022, 7.2.6, bytes 16 to 19), and the mode for it."""

_CLASSES: Final = ("scnr", "mntr", "prtr", "spac")
"""Profiles of a device or a space (7.2.5); links, effects and named colours say nothing here."""

_HEADER: Final = 128
"""Bytes before the tags (7.2): dates and flags, which change no colour."""

_COMMON_SRGB: Final = (3144, 0x34E73C02)
"""Length and CRC-32 of what follows the header, of "sRGB IEC61966-2.1" (Hewlett-Packard, 1998): the
profile of nearly all photographs that have one. It is known without LittleCMS, in 10 ms less."""

_GRID: Final = 17
_NEAR: Final = 1


class Transform:
    """From an image's values to sRGB, built once.

    Attributes:
        mode: of the images that it takes: `L` (or `I;16`), `RGB` (or `RGBA`, whose alpha stays),
            `CMYK` or `LAB`.
    """

    def __init__(self, profile: ImageCms.ImageCmsProfile, mode: str) -> None:
        """Build the transform of a profile whose colour space fits the mode.

        Raises:
            ImageCms.PyCMSError: LittleCMS can make nothing of it.
        """
        self.mode = mode
        self._profile = profile
        self._built: dict[str, Any] = {}
        self._table: Bytes | None = None
        self._for(mode)

    def apply(self, image: Image.Image) -> Image.Image:
        """Return a new image: `RGBA` if the image is `RGBA`, else `RGB`."""
        if image.mode == "L":
            return Image.fromarray(self._greys()[np.asarray(image)])
        return self._applied(image)

    def _greys(self) -> Bytes:
        """Return (256, 3): the colour of each grey."""
        if self._table is None:
            ramp = Image.fromarray(np.arange(256, dtype=np.uint8)[None])
            self._table = np.asarray(self._applied(ramp))[0]
        return self._table

    def _applied(self, image: Image.Image) -> Image.Image:
        from PIL import ImageCms

        converted = ImageCms.applyTransform(image, self._for(image.mode))
        assert converted is not None  # it is in place alone that there is none
        return converted

    def changes_nothing(self) -> bool:
        """Return whether every colour of a grid comes out as the same sRGB."""
        if self.mode not in ("L", "RGB"):
            return False
        greys = np.arange(256, dtype=np.uint8)
        wanted = np.repeat(greys[:, None], 3, axis=1)
        if self.mode == "RGB":
            steps = np.rint(np.linspace(0, 255, _GRID)).astype(np.uint8)
            grid = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(-1, 3)
            wanted = np.concatenate([wanted, grid])
        given = greys if self.mode == "L" else wanted
        found = _apply_to_array(self, given).astype(np.int16)
        return bool((np.abs(found - wanted) <= _NEAR).all())

    def _for(self, mode: str) -> ImageCms.ImageCmsTransform:
        from PIL import ImageCms

        if mode not in self._built:
            self._built[mode] = ImageCms.buildTransform(
                self._profile,
                ImageCms.createProfile("sRGB"),
                mode,
                "RGBA" if mode == "RGBA" else "RGB",
                ImageCms.Intent.RELATIVE_COLORIMETRIC,
                ImageCms.Flags.BLACKPOINTCOMPENSATION | self._precision(),
            )
        built: ImageCms.ImageCmsTransform = self._built[mode]
        return built

    def _precision(self) -> ImageCms.Flags:
        """Return how LittleCMS approximates.

        It takes curves of grey from a coarse table, 10 of 255 wrong in the dark for values
        proportional to light; without that they are right, slow, and need only our own table. For
        inks it makes a table in any case, whose fine kind is wrong by 0.05 on average, for half as
        much time again. Other profiles are a matrix and curves, right to 1 of 255.
        """
        from PIL import ImageCms

        flags = ImageCms.Flags
        return flags.NOOPTIMIZE if self.mode == "L" else flags.HIGHRESPRECALC


def _apply_to_array(transform: Transform, values: NDArray[Any]) -> Bytes:
    """Return (n, 3) uint8, sRGB, of n greys (uint8 or uint16), or of (n, 3) uint8."""
    return np.asarray(transform.apply(Image.fromarray(values[None]))).reshape(-1, 3)


def profile_of(mode: str, data: object, notes: list[str]) -> tuple[Transform | None, bool]:
    """Return what the profile of an image comes to.

    Args:
        mode: of the image.
        data: the ICC profile, bytes or nothing, as Pillow has it.
        notes: what is wrong with the profile is added here.

    Returns:
        The transform to sRGB, None if there is nothing to convert; and whether the colours are
        known to be sRGB, as they are or after the transform.
    """
    if mode == "LAB":
        return _of_lab(), True
    if not data:
        return None, False
    kind = KINDS.get(mode)
    if isinstance(data, bytes) and kind == "RGB" and is_common_srgb(data):
        return None, True
    found = _transform(data if isinstance(data, bytes) else b"", kind)
    if isinstance(found, str):
        notes.append(found)
        return None, False
    return found, True


def is_common_srgb(data: bytes) -> bool:
    """Return whether these are the bytes of the commonest profile of sRGB."""
    return (len(data), zlib.crc32(data[_HEADER:])) == _COMMON_SRGB


def _transform(data: bytes, kind: str | None) -> Transform | str | None:
    """Return the transform of a profile for images of a kind, or what is wrong with the profile.

    None if the transform changes nothing.
    """
    from PIL import ImageCms

    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(data))
        device_class = profile.profile.device_class.strip()
    except (OSError, ImageCms.PyCMSError, UnicodeError):
        return "the colour profile cannot be read"
    space = _SPACES.get(data[16:20])
    # grey may come with a profile of RGB, for equal amounts of the three
    if space is None or (space != kind and (kind, space) != ("L", "RGB")):
        speaks_of = data[16:20].decode("latin-1").strip()
        return f"the colour profile is one for {speaks_of!r}, which the picture is not"
    if device_class not in _CLASSES:
        return f"the colour profile is of a class ({device_class!r}) that tells no colours"
    try:
        transform = Transform(profile, space)
        return None if transform.changes_nothing() else transform
    except (OSError, ImageCms.PyCMSError):
        return "the colour profile cannot be used"


def _of_lab() -> Transform:
    """Return the transform of CIE Lab, whose white is D50 whatever profile comes with it."""
    from PIL import ImageCms

    return Transform(ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")), "LAB")
