"""Pictures that are no photographs, drawn for the benchmarks: the same ones on every machine.

Each has more than 256 colours by smooth edges, gradients, shadows or noise, as such pictures have.
All are (height, width, 3) uint8 sRGB.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

Bytes = NDArray[np.uint8]
Floats = NDArray[np.float64]

WORDS: Final = "A palette of few colours shows a smooth sky in bands and loses the small red buoy"

AGAIN: Final = 2
"""Drawings are made this many times as large and reduced, for smooth edges."""


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def _reduced(picture: Image.Image) -> Bytes:
    size = (picture.width // AGAIN, picture.height // AGAIN)
    return np.asarray(picture.resize(size, Image.Resampling.HAMMING))


def interface() -> Bytes:
    """A window with a sidebar, cards with soft shadows, a chart, icons and small text."""
    width, height = 960, 600
    base = np.linspace([246.0, 248, 251], [228, 233, 242], height)[:, None].repeat(width, axis=1)
    picture = Image.fromarray(np.rint(base).astype(np.uint8))
    shade = Image.new("L", picture.size)
    cards = [(230, 90, 560, 330), (590, 90, 930, 330), (230, 360, 930, 570)]
    for left, top, right, bottom in cards:
        ImageDraw.Draw(shade).rounded_rectangle((left, top + 5, right, bottom + 5), 12, fill=90)
    shade = shade.filter(ImageFilter.GaussianBlur(8))
    picture.paste((70, 80, 110), mask=shade)
    pen = ImageDraw.Draw(picture)
    for row in range(height):
        part = row / height
        pen.line(
            (0, row, 200, row), (int(36 + 20 * part), int(42 + 12 * part), int(74 + 40 * part))
        )
    for card in cards:
        pen.rounded_rectangle(card, 12, fill=(255, 255, 255))
    pen.text((24, 24), "Console", (255, 255, 255), _font(24))
    accents = [(66, 133, 244), (52, 168, 83), (251, 188, 5), (234, 67, 53), (142, 68, 173)]
    for row, accent in enumerate(accents):
        pen.rounded_rectangle((24, 90 + 44 * row, 48, 114 + 44 * row), 6, fill=accent)
        pen.text((60, 92 + 44 * row), WORDS.split()[row + 3], (206, 212, 230), _font(16))
    for row in range(9):
        text = " ".join(WORDS.split()[row : row + 6])
        pen.text((250, 110 + 22 * row), text, (40, 44, 52), _font(14))
    x = np.arange(620, 910, 2)
    for place, accent in enumerate(accents[:4]):
        y = 220 + 50 * np.sin(x / (30 + 9 * place) + place) - 12 * place
        pen.line(list(zip(x.tolist(), y.tolist(), strict=True)), accent, 3)
    for bar in range(20):
        tall = 30 + (bar * 37) % 130
        box = (250 + 33 * bar, 550 - tall, 272 + 33 * bar, 550)
        pen.rectangle(box, fill=accents[bar % 5])
    pen.ellipse((880, 24, 920, 64), fill=(234, 67, 53))
    pen.text((893, 32), "3", (255, 255, 255), _font(20))
    return np.asarray(picture)


def flat() -> Bytes:
    """Flat art with smooth edges: hills, a sun, houses with lit windows, trees."""
    width, height = 768 * AGAIN, 512 * AGAIN
    picture = Image.new("RGB", (width, height), (250, 216, 170))
    pen = ImageDraw.Draw(picture)
    for ring, color in enumerate(
        [(252, 200, 140), (253, 180, 110), (254, 160, 84), (255, 120, 60)]
    ):
        reach = 420 - 90 * ring
        pen.ellipse((1000 - reach, 360 - reach, 1000 + reach, 360 + reach), fill=color)
    x = np.arange(width)
    hills = [(152, 160, 190), (116, 130, 172), (82, 100, 146), (52, 72, 116), (30, 46, 84)]
    for place, color in enumerate(hills):
        y = 520 + 95 * place + 70 * np.sin(x / (190 - 22 * place) + 1.7 * place)
        edge = list(zip(x.tolist(), y.tolist(), strict=True))
        pen.polygon([*edge, (width, height), (0, height)], fill=color)
    walls = [(214, 92, 80), (236, 200, 150), (96, 150, 140), (200, 140, 90), (150, 80, 110)]
    for place, color in enumerate(walls):
        left, top = 120 + 260 * place, 690 + (place * 53) % 90
        pen.rectangle((left, top, left + 150, top + 160), fill=color)
        pen.polygon([(left - 15, top), (left + 75, top - 80), (left + 165, top)], fill=(70, 40, 50))
        pen.rectangle((left + 50, top + 50, left + 80, top + 85), fill=(255, 236, 120))
    for place in range(26):
        left, top = 40 + 57 * place, 860 + (place * 71) % 110
        pen.polygon([(left, top), (left + 24, top - 90), (left + 48, top)], fill=(24, 84, 70))
    return _reduced(picture)


def pixel_art() -> Bytes:
    """Pixel art at its own size: dithered sky, tiles, sprites, in some four hundred colours."""
    y, x = np.mgrid[:160, :240]
    sky = np.array([40.0, 60, 150]) + (y // 4)[..., None] * np.array([4.0, 3, 1])
    sky += np.where((x + y) % 2 == 0, 0, 6)[..., None]
    tile = (x // 8 * 7 + y // 8 * 13) % 29
    ground = np.stack([60 + tile * 3, 110 + tile * 2 + x // 60 * 6, 50 + tile], axis=-1)
    grain = ((x * 5 + y * 3) % 8 < 2)[..., None] * np.array([18, 14, 8])
    scene = np.where((y > 110 + (x // 16 * 5) % 9)[..., None], ground - grain, sky)
    for place in range(9):
        left, top, hue = 12 + 25 * place, 92 + (place * 7) % 12, (place * 40) % 256
        body = (np.abs(x - left) < 5) & (np.abs(y - top) < 8)
        light = np.clip(6 - np.abs(x - left + 2), 0, 5)[..., None] * 8
        scene = np.where(
            body[..., None], np.array([hue, 255 - hue, 90 + place * 12]) + light, scene
        )
        eye = (np.abs(x - left) == 2) & (y == top - 3)
        scene = np.where(eye[..., None], [250, 250, 250], scene)
    return np.clip(scene, 0, 255).astype(np.uint8).repeat(2, axis=0).repeat(2, axis=1)


def line_drawing() -> Bytes:
    """Ink lines and hatching on warm paper with washes of two colours."""
    width, height = 768 * AGAIN, 512 * AGAIN
    picture = Image.new("RGB", (width, height), (250, 246, 236))
    pen = ImageDraw.Draw(picture)
    pen.ellipse((200, 140, 760, 700), fill=(240, 214, 196))
    pen.polygon([(820, 900), (1120, 260), (1400, 900)], fill=(206, 222, 232))
    turn = np.linspace(0, 2 * np.pi, 400)
    for ring in range(14):
        reach = 280 - 18 * ring
        wave = reach + 9 * np.sin(turn * (5 + ring))
        points = zip(480 + wave * np.cos(turn), 420 + wave * np.sin(turn), strict=True)
        pen.line([(float(a), float(b)) for a, b in points], (32, 30, 40), 3)
    for place in range(90):
        pen.line((820 + 6.4 * place, 900, 1120 + place, 260 + 7 * place), (46, 60, 90), 2)
    for place in range(60):
        pen.line((60, 760 + 4 * place, 60 + 11 * place, 960), (90, 40, 40), 2)
    return _reduced(picture)


def scan() -> Bytes:
    """A scanned letter: uneven paper with noise, print, a blue signature, a red stamp."""
    width, height = 600, 800
    y, x = np.mgrid[:height, :width]
    chance = np.random.default_rng(5)
    paper = np.array([238.0, 232, 216]) - (x / width * 10 + (y / height) ** 2 * 14)[..., None]
    ink = Image.new("RGB", (width, height), (255, 255, 255))
    pen = ImageDraw.Draw(ink)
    pen.text((60, 60), "Minutes of the meeting", (30, 28, 30), _font(30))
    for row in range(24):
        words = WORDS.split()
        text = " ".join(words[(row * 3 + at) % len(words)] for at in range(10))
        pen.text((60, 120 + 22 * row), text, (52, 48, 48), _font(13))
    turn = np.linspace(0, 14, 300)
    points = zip(330 + 12 * turn + 14 * np.cos(turn * 3), 710 + 22 * np.sin(turn * 2), strict=True)
    pen.line([(float(a), float(b)) for a, b in points], (40, 60, 150), 3)
    pen.ellipse((90, 660, 190, 760), outline=(190, 50, 60), width=5)
    pen.text((112, 698), "PAID", (190, 50, 60), _font(22))
    soft = np.asarray(ink.filter(ImageFilter.GaussianBlur(0.7))) / 255.0
    noise = chance.normal(0, 3, (height, width, 1)) + chance.normal(0, 1.5, (height, width, 3))
    return np.clip(np.rint(paper * soft + noise), 0, 255).astype(np.uint8)


DRAWN: Final[dict[str, Callable[[], Bytes]]] = {
    "interface": interface,
    "flat": flat,
    "pixel art": pixel_art,
    "line drawing": line_drawing,
    "scan": scan,
}
