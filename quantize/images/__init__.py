"""Reading and writing pictures: the only user of Pillow beside the swatches.

Whatever a file holds comes out as 8-bit RGB, or RGBA if some pixel is not opaque, the right way up.
"""

from quantize.images.reading import READABLE, as_picture, load, load_stream
from quantize.images.writing import ENCODERS, check_alpha, check_size, encode, to_image

__all__ = [
    "ENCODERS",
    "READABLE",
    "as_picture",
    "check_alpha",
    "check_size",
    "encode",
    "load",
    "load_stream",
    "to_image",
]
