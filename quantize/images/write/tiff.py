"""An encoder of indexed TIFFs of 4 or 8 bits a pixel, deflated.

TIFF 6.0 has those two depths for palettes. Pillow writes 8 bits only, and through libtiff it cannot
write EXIF.
"""

from __future__ import annotations

import io
from typing import Final

import numpy as np
from PIL import Image, TiffImagePlugin, TiffTags

from quantize.images import deflate, png
from quantize.images.write import srgb_profile
from quantize.model.palette import Palette
from quantize.model.picture import GeoTags, Metadata
from quantize.model.pixels import Bytes

STRIP_BYTES: Final = 1 << 20
"""Bytes of a strip, before compression. Each strip is compressed alone, so smaller strips take more
bytes: a percent more at 64 KiB."""

_PALETTE_COLOR, _ADOBE_DEFLATE, _INCH, _HORIZONTAL = 3, 8, 2, 2
_IMAGE_DESCRIPTION, _SOFTWARE, _ARTIST, _COPYRIGHT, _XMP, _ICC = 270, 305, 315, 33432, 700, 34675
_PREDICTOR, _EXIF, _GPS, _NODATA = 317, 34665, 34853, 42113

TEXTS: Final = {
    "Description": _IMAGE_DESCRIPTION,
    "Software": _SOFTWARE,
    "Author": _ARTIST,
    "Copyright": _COPYRIGHT,
}
"""Keywords that PNG suggests, and the tags of TIFF that mean the same."""

_ABOUT_PICTURE: Final = (
    *TEXTS.values(),
    271,  # make
    272,  # model
    274,  # orientation
    306,  # date
    316,  # host
)
"""Tags of an EXIF block that say something about the picture. The others are about how its pixels
or a thumbnail are stored."""


def encode(palette: Palette, indices: Bytes, *, metadata: Metadata, effort: str) -> bytes:
    """Return the file of a picture.

    Where it is smaller, the rows of 8 bits are differences to the pixel on the left; TIFF has no
    such predictor for 4 bits.

    Args:
        palette: k opaque colours.
        indices: (h, w) uint8, below k.
        metadata: EXIF, XMP, the resolution, four texts, the colour space and the georeference are
            written.
        effort: a key of `table.COMPRESSIONS`.
    """
    height, width = indices.shape
    bits = 4 if len(palette) <= deflate.FEW else 8
    rows = png.packed(indices, bits)
    predicted = bits == 8 and png.predictor(rows, (png.NONE, png.SUB)) == png.SUB
    level = deflate.level_for(rows.size, len(palette), effort, predicted=predicted)
    if predicted:
        rows = np.diff(rows, axis=1, prepend=np.uint8(0))
    each = max(STRIP_BYTES // rows.shape[1], 1)
    strips = [
        deflate.compress(rows[top : top + each].tobytes(), level) for top in range(0, height, each)
    ]
    colors = np.zeros((3, 1 << bits), np.uint16)
    colors[:, : len(palette)] = palette.colors[:, :3].T.astype(np.uint16) * 257
    sizes = [len(strip) for strip in strips]
    tags = _about_picture(metadata)
    geo = metadata.geo or GeoTags()
    tags |= {tag: value for tag, _, value in geo.tags}
    if geo.nodata is not None:
        index = geo.nodata_index(palette.colors)
        tags[_NODATA] = geo.nodata if index is None else str(index)
    if predicted:
        tags[_PREDICTOR] = _HORIZONTAL
    tags |= {
        TiffImagePlugin.IMAGEWIDTH: width,
        TiffImagePlugin.IMAGELENGTH: height,
        TiffImagePlugin.BITSPERSAMPLE: bits,
        TiffImagePlugin.COMPRESSION: _ADOBE_DEFLATE,
        TiffImagePlugin.PHOTOMETRIC_INTERPRETATION: _PALETTE_COLOR,
        TiffImagePlugin.SAMPLESPERPIXEL: 1,
        TiffImagePlugin.ROWSPERSTRIP: min(each, height),
        TiffImagePlugin.COLORMAP: tuple(colors.ravel().tolist()),
        TiffImagePlugin.STRIPBYTECOUNTS: tuple(sizes),
        TiffImagePlugin.STRIPOFFSETS: tuple(np.cumsum([0, *sizes])[:-1].tolist()),
    }
    directory = TiffImagePlugin.ImageFileDirectory_v2()
    directory.tagtype[TiffImagePlugin.STRIPOFFSETS] = TiffTags.LONG
    directory.tagtype[TiffImagePlugin.STRIPBYTECOUNTS] = TiffTags.LONG
    directory.tagtype[_ICC] = TiffTags.UNDEFINED
    directory.tagtype[_NODATA] = TiffTags.ASCII
    directory.tagtype.update((tag, kind) for tag, kind, _ in geo.tags)
    for tag, value in tags.items():
        directory[tag] = value
    stream = io.BytesIO()
    directory.save(stream)  # adds where the strips begin to their offsets
    return stream.getvalue() + b"".join(strips)


def _about_picture(metadata: Metadata) -> dict[int, object]:
    """Return the tags of a file beside those of its pixels."""
    tags: dict[int, object] = {}
    if metadata.exif is not None:
        given = Image.Exif()
        given.load(metadata.exif)
        tags |= {tag: given[tag] for tag in _ABOUT_PICTURE if tag in given}
        tags |= {tag: given.get_ifd(tag) for tag in (_EXIF, _GPS) if given.get_ifd(tag)}
    for key, words in metadata.text:
        place = TEXTS.get(key)
        if place is not None and place not in tags and words.isascii():
            tags[place] = words
    if metadata.dpi is not None:
        across, down = metadata.dpi
        tags |= {
            TiffImagePlugin.X_RESOLUTION: across,
            TiffImagePlugin.Y_RESOLUTION: down,
            TiffImagePlugin.RESOLUTION_UNIT: _INCH,
        }
    if metadata.xmp is not None:
        tags[_XMP] = metadata.xmp
    if metadata.srgb:
        tags[_ICC] = srgb_profile.profile()
    return tags
