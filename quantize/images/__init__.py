"""Reading and writing pictures: the only user of Pillow beside the swatches.

Whatever a file holds comes out as 8-bit RGB, or RGBA if some pixel is not opaque, the right way up.
"""

from quantize.images.frames import Reel, load_reel, load_reel_stream
from quantize.images.opening import READABLE
from quantize.images.reading import as_picture, load, load_stream
from quantize.images.writing import ENCODERS, check_alpha, check_size, encode, to_image

__all__ = [
    "ENCODERS",
    "READABLE",
    "Reel",
    "as_picture",
    "check_alpha",
    "check_size",
    "encode",
    "load",
    "load_reel",
    "load_reel_stream",
    "load_stream",
    "to_image",
]
