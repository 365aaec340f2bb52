"""Animations are written with every frame, its time and its picture, and as small as they can be.

Pillow reads them here; Chromium 156, ImageMagick 6 and apngdis showed the same when they were made.
"""

from __future__ import annotations

import io
import struct
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from helpers.animations import Pixels, canvases, milliseconds, plays, seen, source_of, watch
from helpers.frames import films
from helpers.frames import source_of as made_source
from quantize.images import encode as encoding
from quantize.images.animation import gif_writer
from quantize.images.animation.timing import losses
from quantize.images.encode import encode_frames
from quantize.images.table import FORMATS
from quantize.images.write import webp
from quantize.model import frames as model_frames
from quantize.model.frames import Frame, Timing
from quantize.model.palette import Palette
from quantize.model.picture import Metadata
from quantize.pipeline.run import run
from quantize.pipeline.settings import Settings
from quantize.pipeline.target import Target

MOVING = ("gif", "png", "webp")
EVERY_FORMAT = pytest.mark.parametrize("format_name", MOVING)


def timing(count: int, duration: int = 100, plays: int = 0) -> Timing:
    return Timing((Fraction(duration),) * count, plays)


def colored(*rows: str, palette: Palette) -> list[Frame]:
    """Frames one pixel high, a digit a pixel."""
    return [Frame(palette, np.array([[int(d) for d in row]], np.uint8)) for row in rows]


def check(frames: list[Frame] | tuple[Frame, ...], data: bytes) -> None:
    """Pillow and our own reader see all frames as they were meant."""
    wanted = list(model_frames.canvases(frames))
    if len(wanted) == 1:
        assert np.array_equal(watch(data).frames[0], wanted[0])
        return
    theirs, ours = watch(data).frames, canvases(data)
    assert len(theirs) == len(ours) == len(wanted)
    for number, canvas in enumerate(wanted):
        assert np.array_equal(theirs[number], canvas), number
        assert np.array_equal(ours[number], canvas), number


# Pictures


@EVERY_FORMAT
@given(frames=films(), colors=st.sampled_from([1, 2, 3, 16, 200]))
def test_what_is_seen_is_what_was_mapped(
    format_name: str, frames: list[Pixels], colors: int
) -> None:
    settings = Settings(colors=colors)
    made = run(made_source(frames), settings, Target(FORMATS[format_name]))
    check(made.frames, encode_frames(made.frames, timing(len(frames)), format_name))


@pytest.mark.parametrize("format_name", ["gif", "webp"])
@given(frames=films(), colors=st.sampled_from([1, 3, 16, 255]))
@pytest.mark.slow
def test_the_same_with_a_palette_a_frame(
    format_name: str, frames: list[Pixels], colors: int
) -> None:
    target = Target(FORMATS[format_name], palette_per_frame=True)
    made = run(made_source(frames), Settings(colors=colors), target)
    check(made.frames, encode_frames(made.frames, timing(len(frames)), format_name))


@EVERY_FORMAT
def test_equal_frames_are_all_written(format_name: str) -> None:
    palette = Palette.from_hex("#ff0000", "#0000ff")
    frames = colored("01", "01", "01", "10", "10", palette=palette)
    data = encode_frames(frames, timing(5), format_name)
    check(frames, data)


@EVERY_FORMAT
def test_frames_that_differ_in_nothing_but_time_are_kept(format_name: str) -> None:
    frames = colored("00", "00", palette=Palette.from_hex("#ff0000"))
    data = encode_frames(frames, Timing((Fraction(70), Fraction(500))), format_name)
    assert milliseconds(data) == [70, 500]


@EVERY_FORMAT
@pytest.mark.parametrize("colors", [2, 4, 16, 255, 256])
def test_full_palettes_are_written_whole(format_name: str, colors: int) -> None:
    """There may be no entry left for what does not change."""
    rng = np.random.default_rng(1)
    palette = Palette(np.unique(rng.integers(0, 256, (400, 3)), axis=0)[:colors].astype(np.uint8))
    indices = rng.integers(0, colors, (3, 20, 30)).astype(np.uint8)
    indices[1, 3:, 5:] = indices[0, 3:, 5:]
    frames = [Frame(palette, each) for each in indices]
    check(frames, encode_frames(frames, timing(3), format_name))


@EVERY_FORMAT
def test_pixels_that_vanish_and_come_back(format_name: str) -> None:
    palette = Palette.from_hex("#00000000", "#ff0000ff", "#0000ffff")
    frames = colored("1111", "1001", "1221", "0000", "0000", "0200", "2222", palette=palette)
    check(frames, encode_frames(frames, timing(7), format_name))


@pytest.mark.parametrize("format_name", ["png", "webp"])
def test_half_transparent_pixels_replace_and_are_not_blended(format_name: str) -> None:
    palette = Palette.from_hex("#00000000", "#ff0000ff", "#0000ff80", "#00ff0040")
    frames = colored("1111", "1221", "1331", "0110", palette=palette)
    check(frames, encode_frames(frames, timing(4), format_name))


@EVERY_FORMAT
def test_a_still_background_costs_next_to_nothing(format_name: str) -> None:
    rng = np.random.default_rng(2)
    palette = Palette(rng.integers(0, 256, (50, 3)).astype(np.uint8))
    base = rng.integers(0, 50, (64, 64)).astype(np.uint8)
    frames = [Frame(palette, base.copy()) for _ in range(10)]
    for number, frame in enumerate(frames):
        frame.indices.flags.writeable = True
        frame.indices[0, number] = frame.indices[63, 63 - number] = 7  # far apart: a large box
    still = len(encoding.encode(palette, base, format_name))
    assert len(encode_frames(frames, timing(10), format_name)) < 2 * still


def test_a_gif_has_codes_no_longer_than_its_palette_needs() -> None:
    rng = np.random.default_rng(3)
    palette = Palette.from_hex("#000000", "#ffffff", "#ff0000", "#00ff00")
    frames = [Frame(palette, rng.integers(0, 4, (50, 50)).astype(np.uint8)) for _ in range(2)]
    ours = encode_frames(frames, timing(2), "gif")
    stream = io.BytesIO()
    pillows = [encoding.to_image(frame.palette, frame.indices) for frame in frames]
    pillows[0].save(stream, "GIF", save_all=True, append_images=pillows[1:], optimize=False)
    assert len(ours) < 0.95 * len(stream.getvalue())


def test_an_animated_png_is_a_still_one_to_those_who_know_no_animations() -> None:
    palette = Palette.from_hex("#ff0000", "#0000ff", "#00ff00")
    frames = colored("012", "210", palette=palette)
    data = encode_frames(frames, timing(2), "png")
    start = data.index(b"acTL") - 4
    with Image.open(io.BytesIO(data)) as image:
        assert image.mode == "P"
        assert np.array_equal(np.asarray(image), frames[0].indices)
    assert b"IDAT" in data[start:]


# Time


def test_gif_counts_hundredths_and_rounds_where_frames_end() -> None:
    """33 ms are 3, 3 and 4 hundredths in turn, so that after a second nothing is lost."""
    durations = tuple(Fraction(100, 3) for _ in range(30))
    ticks = Timing(durations).ticks(10, 65535)
    assert set(ticks) == {3, 4}
    assert sum(ticks) == 100


def test_what_is_shown_is_never_rounded_to_nothing() -> None:
    found = Timing((Fraction(1), Fraction(0), Fraction(2), Fraction(10))).ticks(10, 65535)
    assert found == [1, 0, 1, 1]


@pytest.mark.parametrize("duration", [0, 10, 40, 12340, 655350])
@EVERY_FORMAT
def test_durations_are_kept(format_name: str, duration: int) -> None:
    frames = colored("01", "10", "11", palette=Palette.from_hex("#ff0000", "#0000ff"))
    data = encode_frames(
        frames, Timing((Fraction(duration), Fraction(70), Fraction(0))), format_name
    )
    assert milliseconds(data) == [duration, 70, 0]
    assert watch(data).durations == [duration, 70, 0]


@pytest.mark.parametrize("seconds", [Fraction(1, 30), Fraction(1001, 30000), Fraction(12345, 1000)])
def test_png_keeps_fractions_of_a_second(seconds: Fraction) -> None:
    frames = colored("01", "10", palette=Palette.from_hex("#ff0000", "#0000ff"))
    times = Timing((1000 * seconds, Fraction(70)))
    assert milliseconds(encode_frames(frames, times, "png")) == [1000 * seconds, 70]
    assert losses(times, FORMATS["png"]) == []


@given(st.fractions(min_value=0, max_value=10**8))
def test_png_takes_any_duration(duration: Fraction) -> None:
    frames = colored("01", "10", palette=Palette.from_hex("#ff0000", "#0000ff"))
    found = milliseconds(encode_frames(frames, Timing((duration, Fraction(70))), "png"))[0]
    assert abs(found - min(duration, Fraction(65_535_000))) <= max(
        duration / 60_000, Fraction(1, 130)
    )


@pytest.mark.parametrize("often", [0, 1, 2, 5, 65535])
@EVERY_FORMAT
def test_loops_are_kept(format_name: str, often: int) -> None:
    frames = colored("01", "10", palette=Palette.from_hex("#ff0000", "#0000ff"))
    assert plays(encode_frames(frames, timing(2, plays=often), format_name)) == often


def test_a_gif_that_plays_once_says_nothing_of_loops() -> None:
    frames = colored("01", "10", palette=Palette.from_hex("#ff0000", "#0000ff"))
    assert b"NETSCAPE" not in encode_frames(frames, timing(2, plays=1), "gif")


@pytest.mark.parametrize(
    ("format_name", "duration", "often", "said"),
    [
        ("gif", 15, 0, ["durations are rounded to 10 ms"]),
        ("gif", 700_000, 0, ["durations are cut to 655.35 s"]),
        ("gif", 100, 70_000, ["it is played 65,536 times"]),
        ("gif", 100, 65_536, []),
        ("webp", Fraction(1, 3), 0, ["durations are rounded to 1 ms"]),
        ("webp", 100, 65_536, ["it is played 65,535 times"]),
        ("png", 100, 70_000, []),
        ("png", 10**8, 0, ["durations are rounded to what a PNG can say"]),
        ("tiff", 100, 0, ["tiff has pages"]),
    ],
)
def test_what_a_format_cannot_say_is_said(
    format_name: str, duration: int | Fraction, often: int, said: list[str]
) -> None:
    found = losses(Timing((Fraction(duration), Fraction(100)), often), FORMATS[format_name])
    assert len(found) == len(said)
    for sentence, start in zip(found, said, strict=True):
        assert sentence.startswith(start)


# Pages


def test_pages_have_their_own_sizes_and_palettes() -> None:
    rng = np.random.default_rng(4)
    frames = [
        Frame(
            Palette(np.unique(rng.integers(0, 256, (colors, 3)), axis=0).astype(np.uint8)),
            rng.integers(0, colors, size).astype(np.uint8),
        )
        for colors, size in ((3, (5, 7)), (200, (30, 11)), (2, (1, 1)))
    ]
    pages = source_of(encode_frames(frames, None, "tiff"))
    for frame, page in zip(frames, pages.pictures(), strict=True):
        assert np.array_equal(seen(page)[..., :3], frame.palette.colors[frame.indices])


def test_hundreds_of_frames_and_pages_are_no_trouble() -> None:
    palette = Palette.from_hex("#ff0000", "#0000ff")
    frames = colored(*("01", "10") * 150, palette=palette)
    for format_name in ("gif", "png", "tiff"):
        assert source_of(encode_frames(frames, timing(300), format_name)).count == 300


def test_a_webp_has_even_places() -> None:
    """They are stored halved: a change at an odd place takes a pixel more."""
    palette = Palette.from_hex("#ff0000", "#0000ff")
    frames = [Frame(palette, np.zeros((9, 9), np.uint8)), Frame(palette, np.eye(9, dtype=np.uint8))]
    frames[1].indices[0, 0] = 0
    data = encode_frames(frames, timing(2), "webp")
    check(frames, data)
    place = data.rindex(b"ANMF") + 8
    left, top = (int.from_bytes(data[place + at : place + at + 3], "little") for at in (0, 3))
    assert (left, top) == (0, 0)
    assert struct.unpack("<I", data[4:8])[0] == len(data) - 8


def test_the_effort_of_a_webp_is_that_of_all_its_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(2)
    palette = Palette(rng.integers(0, 256, (16, 3)).astype(np.uint8))
    smooth = np.add.outer(np.arange(48), np.arange(64)) // 5
    noise = rng.integers(0, 2, (4, 48, 64))
    frames = [Frame(palette, ((smooth + at + noise[at]) % 16).astype(np.uint8)) for at in range(4)]
    saved: list[tuple[int, int]] = []
    save = Image.Image.save

    def counted(image: Image.Image, *arguments: Any, **how: Any) -> None:
        saved.append((how["method"], how["quality"]))
        save(image, *arguments, **how)

    monkeypatch.setattr(Image.Image, "save", counted)
    metadata = Metadata(srgb=True, xmp=b"<x/>", exif=b"II*\0\x08\0\0\0\0\0\0\0\0\0")
    sizes = {}
    for effort, times in (("fast", 1), ("default", 1), ("best", 2)):
        saved.clear()
        data = encode_frames(frames, timing(4), "webp", effort=effort, metadata=metadata)
        assert len(saved) == 4 * times  # each frame once for each try
        assert {*saved} == {*webp.EFFORTS[effort]}
        sizes[effort] = len(data)
        with Image.open(io.BytesIO(data)) as image:
            assert image.info["xmp"] == metadata.xmp
            assert image.info["exif"].removeprefix(b"Exif\0\0") == metadata.exif
            assert image.info["icc_profile"]
    assert sizes["fast"] > sizes["default"] >= sizes["best"]


def test_runs_are_drawn_whole_in_a_gif_where_few_of_their_pixels_stay(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Below noise that stays, noise becomes bands: one pixel in eight has its colour already."""
    random = np.random.default_rng(6)
    noise = random.integers(0, 8, (80, 90)).astype(np.uint8)
    bands = noise.copy()
    bands[40:] = np.arange(40)[:, None] // 5
    bands[0, 0] = (noise[0, 0] + 1) % 8  # so that the rectangle is all of it
    palette = Palette(np.arange(24, dtype=np.uint8).reshape(8, 3) * 10)
    frames = [Frame(palette, noise), Frame(palette, bands)]
    sizes = []
    for _ in range(2):
        data = encode_frames(frames, timing(2), "gif")
        check(frames, data)
        sizes.append(len(data))
        monkeypatch.setattr(
            gif_writer, "_in_drawn_runs", lambda indices, _: np.zeros(indices.shape, bool)
        )
    assert sizes[0] < sizes[1] - 100
