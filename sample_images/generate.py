"""Draw the sample images that are not photographs.

Run it as ``python sample_images/generate.py``: it rewrites ``gradient.png``, ``logo.png``,
``pixelart.png``, ``single.png`` and ``pixel.png`` next to itself. Nothing here is random, so the
pixels are the same on every run (and so are the bytes, as long as Pillow is the same).

The script and what it draws are CC0.
"""

from collections.abc import Callable
from math import comb, cos, radians, sin
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

HERE = Path(__file__).resolve().parent


def rgb(code: str) -> tuple[int, int, int]:
    """Read a colour written as ``#rrggbb``."""
    red, green, blue = bytes.fromhex(code.removeprefix("#"))
    return red, green, blue


# --- gradient.png ---------------------------------------------------------------------------------

# Control colours of the gradient, laid out as they appear in the picture.
GRADIENT = (
    ("#12086b", "#0a2cff", "#0090ff", "#00f0ff", "#00c878"),
    ("#7a00c8", "#c000ff", "#ff5fd0", "#ffe0a0", "#b4ff3c"),
    ("#ff0048", "#ff3000", "#ff8a00", "#ffd000", "#fff27a"),
)


def bernstein(degree: int, at: Floats) -> Floats:
    """Weigh the control points of a Bézier curve at every position: one row per position."""
    terms = [comb(degree, k) * at**k * (1 - at) ** (degree - k) for k in range(degree + 1)]
    return np.stack(terms, axis=-1)


def draw_gradient(width: int = 512, height: int = 256) -> Bytes:
    """Spread a Bézier patch of colours over the picture.

    It is for banding: there is no noise and no edge to hide behind, and there are far more colours
    than any palette holds.
    """
    control = np.array([[rgb(code) for code in row] for row in GRADIENT]) / 255
    rows, columns, _ = control.shape
    down = bernstein(rows - 1, np.linspace(0, 1, height))
    across = bernstein(columns - 1, np.linspace(0, 1, width))
    linear: Floats = np.einsum("yr,xc,rck->yxk", down, across, control**2.2)
    return np.rint(255 * linear ** (1 / 2.2)).astype(np.uint8)


# --- logo.png -------------------------------------------------------------------------------------

# Flat colours of the mark: two outer leaves, the middle one, and where it lies under them.
LOGO = ("#f2545b", "#19a09b", "#ffc145", "#c8323f", "#0f6f78")


def leaf(x: Floats, y: Floats, *, degrees: float, length: float, width: float) -> Mask:
    """Mark a leaf that grows from the origin: what two equal discs have in common."""
    turn = radians(degrees)
    along = x * sin(turn) + y * cos(turn) - length / 2
    aside = x * cos(turn) - y * sin(turn)
    radius = (length**2 + width**2) / (4 * width)
    return np.hypot(np.abs(aside) + radius - width / 2, along) <= radius


def disc(x: Floats, y: Floats, *, centre: tuple[float, float], radius: float) -> Mask:
    """Mark a disc."""
    return np.hypot(x - centre[0], y - centre[1]) <= radius


def logo_regions(side: int) -> npt.NDArray[np.intp]:
    """Say for every point of a square which colour it has, from 1 on; 0 is the clear ground."""
    steps = (np.arange(side) + 0.5) / side
    x, y = np.meshgrid(steps - 0.5, 0.9 - steps)
    left = leaf(x, y, degrees=-42, length=0.62, width=0.27)
    right = leaf(x, y, degrees=42, length=0.62, width=0.27)
    middle = leaf(x, y, degrees=0, length=0.62, width=0.3)
    bud = disc(x, y, centre=(0, 0.735), radius=0.065)
    regions = np.zeros((side, side), dtype=np.intp)
    regions[left], regions[right], regions[middle | bud] = 1, 2, 3
    regions[left & middle], regions[right & middle] = 4, 5
    return regions


def draw_logo(side: int = 256, scale: int = 8) -> Bytes:
    """Draw a mark of five flat colours with smooth edges on a transparent ground.

    It is for alpha: the rim is translucent, but has the pure colours of the mark, because every
    pixel averages its finer points in premultiplied terms. Clear pixels are (0, 0, 0, 0).
    """
    regions = logo_regions(side * scale)
    samples = np.array([(0.0, 0.0, 0.0, 0.0), *((*rgb(code), 255.0) for code in LOGO)])
    mean: Floats = samples[regions].reshape(side, scale, side, scale, 4).mean(axis=(1, 3))
    alpha = mean[..., 3:] / 255
    np.divide(mean[..., :3], alpha, out=mean[..., :3], where=alpha > 0)
    return np.rint(mean).astype(np.uint8)


# --- pixelart.png ---------------------------------------------------------------------------------

# The sixteen colours of the scene, and the letters that sprites name them by.
PALETTE = {
    "k": "#1c1836",  # night
    "v": "#37295f",  # violet
    "p": "#673a7c",  # plum
    "m": "#a64b82",  # mauve
    "c": "#e0667a",  # coral
    "o": "#f7936b",  # orange
    "g": "#fdc877",  # gold
    "w": "#fff3c9",  # cream
    "n": "#24335f",  # navy
    "b": "#3c5f8e",  # blue
    "s": "#7ea3c4",  # shaded snow
    "i": "#e3ecf2",  # snow
    "d": "#14363b",  # pine
    "e": "#23634f",  # green
    "l": "#62994c",  # leaf
    "t": "#6b4136",  # timber
}

# How every colour looks in the lake: darker and bluer.
REFLECTED = str.maketrans("kvpmcogwnbsidelt", "knvpmcognnbsddek")

SIDE = 64
SHORE = 42
BAYER = np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]])

TALL_PINE = """
......d......
......d......
.....dde.....
.....dde.....
....dddee....
...ddddeee...
.....dde.....
....dddee....
...dddeeee...
..ddddddeee..
....dddee....
...ddddeee...
..ddddeeeel..
.ddddddeeeel.
...dddddee...
..dddddeeee..
.dddddeeeeel.
ddddddddeeeel
.....ktt.....
.....ktt.....
.....ktt.....
"""

SMALL_PINE = """
....d....
....d....
...dde...
..dddee..
...dde...
..dddee..
.ddddeel.
...dde...
..dddee..
.ddddeee.
dddddeeel
...ktt...
...ktt...
"""

CABIN = """
..........kk...
..........kk...
....vvvvvvkkv..
...vppppppppvv.
..vppppppppppvv
.vppppppppppppv
..tttttttttttk.
..tggttkkttggk.
..tggttkkttggk.
..tttttkkttttk.
..tttttkkttttk.
"""

BOAT = """
....k....
....kw...
...ikww..
...ikwww.
..iikwww.
.iiikwwww
....k....
ttttttttt
.ttttttt.
"""

CLOUD = """
.........mcc............
.....mcccccccc..........
...mcccoooccccccm.......
.ccccooooooooocccccccc..
....ooogggoooooooo......
.........ggoooo.........
"""


def flip(sprite: str) -> str:
    """Turn a sprite around."""
    return "\n".join(line[::-1] for line in sprite.strip("\n").splitlines())


class Canvas:
    """A square of letters, each of which stands for a colour."""

    def __init__(self, side: int) -> None:
        self.cells = np.full((side, side), "k")

    def put(self, x: int, y: int, letter: str) -> None:
        """Colour one pixel, unless it lies outside."""
        height, width = self.cells.shape
        if 0 <= x < width and 0 <= y < height:
            self.cells[y, x] = letter

    def row(self, y: int, start: int, stop: int, letter: str) -> None:
        """Colour a stretch of one row."""
        for x in range(start, stop):
            self.put(x, y, letter)

    def stamp(self, sprite: str, left: int, top: int) -> None:
        """Put a sprite down; its dots are see-through."""
        for y, line in enumerate(sprite.strip("\n").splitlines()):
            for x, letter in enumerate(line):
                if letter != ".":
                    self.put(left + x, top + y, letter)


def paint_sky(canvas: Canvas) -> None:
    """Fade from night to dusk, dithered, with stars above and a sun on the horizon."""
    bands = "kvpmcog"
    for y in range(SHORE):
        for x in range(SIDE):
            level = (16 * (y + 2) * (len(bands) - 1) // (SHORE - 4) + BAYER[y % 4, x % 4]) // 16
            canvas.put(x, y, bands[min(level, len(bands) - 1)])
    for x, y, letter in ((3, 2, "w"), (25, 4, "w"), (34, 1, "s"), (45, 5, "i"), (58, 2, "w")):
        canvas.put(x, y, letter)
    for y in range(22, SHORE):
        for x in range(SIDE):
            if (x - 34) ** 2 + (y - 30) ** 2 <= 52:
                canvas.put(x, y, "w")


def paint_mountain(canvas: Canvas, x: int, top: int, *, lit_right: bool, snow: int) -> None:
    """Raise a peak, bright towards the sun and snowy down to a ragged line."""
    for y in range(top, SHORE):
        reach = (4 * (y - top) + 2) // 5 + (y % 4 == 0)
        ridge = x + (0, 0, 1, 1, 2, 1, 0, -1)[(y - top) % 8]
        for column in range(x - reach, x + reach + 1):
            lit = (column > ridge) == lit_right
            white = y - top < snow + (0, 3, 1, 4, 2, 0, 2)[column % 7]
            light, shade = ("i", "s") if white else ("b", "n")
            canvas.put(column, y, light if lit else shade)


def paint_foothills(canvas: Canvas) -> None:
    """Lay hills at the feet of the mountains and a dark line of woods along the shore."""
    hills = (5, 5, 6, 7, 6, 6, 5, 4, 4, 3, 3, 4, 5, 6, 7, 8, 7, 6, 6, 5)
    for x in range(SIDE):
        height = hills[x % len(hills)]
        for y in range(SHORE - height, SHORE):
            canvas.put(x, y, "m" if y == SHORE - height else "p")
        woods = (2, 3, 2, 1, 2, 4, 2, 1, 3, 2, 1)[x % 11]
        for y in range(SHORE - woods, SHORE):
            canvas.put(x, y, "d")


def paint_lake(canvas: Canvas) -> None:
    """Mirror the scene in darker colours, rippled, with a glitter path below the sun."""
    for y in range(SHORE, SIDE):
        shift = (0, 2, -1, 1)[y % 4]
        mirrored = np.roll(canvas.cells[2 * SHORE - 1 - y], shift)
        canvas.cells[y] = list("".join(mirrored).translate(REFLECTED))
    for depth, (start, length) in enumerate(
        ((29, 11), (31, 7), (28, 4), (33, 6), (30, 8), (34, 3), (31, 5), (29, 3), (33, 4))
    ):
        canvas.row(SHORE + 1 + depth, start, start + length, "w" if depth % 3 == 0 else "g")
    for x, y, length in ((4, 45, 5), (17, 48, 4), (45, 44, 5), (55, 47, 4), (20, 53, 5)):
        canvas.row(y, x, x + length, "s")


def paint_bank(canvas: Canvas) -> None:
    """Put a grassy bank in front, lower in the middle."""
    for x in range(SIDE):
        edge = 61 - (x - 30) ** 2 // 80 + (x % 5 == 2)
        for y in range(edge, SIDE):
            tuft = (3 * x + 5 * y) % 11 == 0
            canvas.put(x, y, "l" if y == edge or tuft else "e" if y < edge + 4 else "d")


def draw_pixelart() -> Bytes:
    """Paint a lake at dusk in exactly sixteen colours.

    It is for exactness: asked for sixteen colours, a quantizer should give back every pixel.
    """
    canvas = Canvas(SIDE)
    paint_sky(canvas)
    canvas.stamp(CLOUD, 35, 11)
    paint_mountain(canvas, 13, 10, lit_right=True, snow=9)
    paint_mountain(canvas, 54, 18, lit_right=False, snow=6)
    paint_foothills(canvas)
    paint_lake(canvas)
    canvas.stamp(BOAT, 20, 42)
    paint_bank(canvas)
    canvas.stamp(TALL_PINE, -1, 34)
    canvas.stamp(SMALL_PINE, 8, 47)
    canvas.stamp(flip(TALL_PINE), 52, 35)
    canvas.stamp(flip(CABIN), 43, 50)
    colours = {letter: rgb(code) for letter, code in PALETTE.items()}
    return np.array([[colours[cell] for cell in row] for row in canvas.cells], dtype=np.uint8)


# --- single.png and pixel.png ---------------------------------------------------------------------


def draw_single() -> Bytes:
    """Fill a square with one colour: there is nothing to choose, however many are asked for."""
    return np.full((32, 32, 3), rgb("#336699"), dtype=np.uint8)


def draw_pixel() -> Bytes:
    """Make the smallest image there is."""
    return np.full((1, 1, 3), rgb("#f2545b"), dtype=np.uint8)


PICTURES: dict[str, Callable[[], Bytes]] = {
    "gradient.png": draw_gradient,
    "logo.png": draw_logo,
    "pixelart.png": draw_pixelart,
    "single.png": draw_single,
    "pixel.png": draw_pixel,
}


def main() -> None:
    """Draw every picture next to this script and say what was drawn."""
    for name, draw in PICTURES.items():
        pixels = draw()
        height, width, channels = pixels.shape
        Image.fromarray(pixels).save(HERE / name, optimize=True)
        colours = len(np.unique(pixels.reshape(-1, channels), axis=0))
        print(f"{name}: {width}×{height}, {colours} colours")


if __name__ == "__main__":
    main()
