"""Animations are read as browsers show them: disposal, transparency, blending, time.

Expected pictures are worked out by hand; Chromium 156 showed the same of each file.
"""

from __future__ import annotations

import io
from fractions import Fraction

import numpy as np
import pytest
from PIL import Image

from helpers.animations import (
    BLACK,
    BLUE,
    CLEAR,
    GREEN,
    RED,
    Piece,
    apng,
    canvases,
    chunk,
    colors,
    control,
    gif,
    milliseconds,
    plays,
    rgba,
    seen,
    source_of,
    stored,
    watch,
)
from quantize.errors import ImageReadError, ImageTooLargeError
from quantize.images.animation.compositing import over
from quantize.images.load import load_frames_stream
from quantize.images.table import Frames

# GIF


@pytest.mark.parametrize("disposal", [0, 1])
def test_a_part_stays_where_it_is(disposal: int) -> None:
    data = gif(Piece("11", disposal=disposal), Piece("2", left=1))
    assert colors(data) == [[RED, RED], [RED, GREEN]]


def test_disposal_2_leaves_nothing_and_never_the_background_colour() -> None:
    data = gif(Piece("11"), Piece("2", disposal=2), Piece("3", left=1))
    assert colors(data) == [[RED, RED], [GREEN, RED], [CLEAR, BLUE]]


def test_disposal_3_brings_back_what_was_there() -> None:
    data = gif(Piece("11"), Piece("2", disposal=3), Piece("3", left=1))
    assert colors(data) == [[RED, RED], [GREEN, RED], [RED, BLUE]]


def test_a_disposal_is_that_of_its_own_frame() -> None:
    data = gif(Piece("11", disposal=2), Piece("2"), Piece("3", left=1))
    assert colors(data) == [[RED, RED], [GREEN, CLEAR], [GREEN, BLUE]]


def test_a_transparent_index_shows_what_is_below() -> None:
    data = gif(Piece("12"), Piece("31", transparent=1))
    assert colors(data) == [[RED, GREEN], [BLUE, GREEN]]


def test_what_no_part_has_covered_is_transparent() -> None:
    data = gif(Piece("1"), Piece("2", left=1))
    assert colors(data) == [[RED, CLEAR], [RED, GREEN]]


def test_an_image_can_have_a_palette_of_its_own() -> None:
    own = bytes([9, 8, 7, 0, 0, 255])
    assert colors(gif(Piece("12"), Piece("01", table=own))) == [
        [RED, GREEN],
        [(9, 8, 7, 255), BLUE],
    ]


def test_interlaced_rows_are_put_in_order() -> None:
    # rows 0, then 4, then 2, then 1 and 3 of five
    data = gif(Piece("0 1 2 3 1", interlaced=True), Piece("0"), size=(1, 5))
    first = [tuple(color) for color in canvases(data)[0][:, 0].tolist()]
    assert first == [BLACK, BLUE, GREEN, RED, RED]


def test_what_lies_outside_the_canvas_is_not_seen() -> None:
    data = gif(Piece("11"), Piece("222", left=1))
    assert colors(data) == [[RED, RED], [RED, GREEN]]


def test_durations_are_those_of_the_file() -> None:
    data = gif(Piece("11", delay=0), Piece("22", delay=1), Piece("33", delay=1234))
    assert milliseconds(data) == [0, 10, 12340]


@pytest.mark.parametrize(("loop", "often"), [(None, 1), (0, 0), (1, 2), (5, 6)])
def test_a_gif_counts_repeats_which_are_one_less_than_plays(loop: int | None, often: int) -> None:
    assert plays(gif(Piece("11"), Piece("22"), loop=loop)) == often


def test_equal_frames_are_frames() -> None:
    assert source_of(gif(Piece("11"), Piece("11"), Piece("11"))).count == 3


@pytest.mark.parametrize("frames", [1, 2])
def test_a_gif_of_one_image_is_a_picture(frames: int) -> None:
    data = gif(*[Piece("12")] * frames)
    found = load_frames_stream(io.BytesIO(data), "x", max_pixels=99, frames="animation")
    assert found.count == frames


def test_pillow_sees_the_same_where_it_has_no_opinion_of_its_own() -> None:
    pieces = (Piece("12", disposal=1), Piece("31", transparent=1, disposal=1), Piece("3", left=1))
    data = gif(*pieces)
    for ours, theirs in zip(canvases(data), watch(data).frames, strict=True):
        assert np.array_equal(ours, theirs)


# APNG


def moving_png(*, dispose: int = 0, blend: int = 0, second: tuple[int, ...] = GREEN) -> bytes:
    """Red and blue; then one pixel on the left; then one on the right."""
    return apng(
        control(0, (2, 1)),
        chunk(b"IDAT", rgba([RED, BLUE])),
        control(1, (1, 1), dispose=dispose, blend=blend),
        chunk(b"fdAT", b"\0\0\0\2" + rgba([second])),
        control(3, (1, 1), (1, 0)),
        chunk(b"fdAT", b"\0\0\0\4" + rgba([BLACK])),
        frames=3,
    )


@pytest.mark.parametrize(("dispose", "left"), [(0, GREEN), (1, CLEAR), (2, RED)])
def test_a_part_of_a_png_stays_goes_or_gives_back(dispose: int, left: tuple[int, ...]) -> None:
    data = moving_png(dispose=dispose)
    assert colors(data) == [[RED, BLUE], [GREEN, BLUE], [left, BLACK]]


@pytest.mark.parametrize(("blend", "left"), [(0, CLEAR), (1, RED)])
def test_a_clear_pixel_replaces_or_lets_through(blend: int, left: tuple[int, ...]) -> None:
    assert colors(moving_png(blend=blend, second=CLEAR))[1] == [left, BLUE]


def test_half_transparent_pixels_are_blended() -> None:
    # 128/255 of green over red, opaque
    assert colors(moving_png(blend=1, second=(0, 255, 0, 128)))[1][0] == (127, 128, 0, 255)


@pytest.mark.parametrize("above", [0, 1, 100, 254, 255])
@pytest.mark.parametrize("below", [0, 1, 100, 254, 255])
def test_blending_is_that_of_the_standard(above: int, below: int) -> None:
    a, b = above / 255, below / 255
    alpha = a + b * (1 - a)
    wanted = (200 * a + 50 * b * (1 - a)) / alpha if alpha else 0
    upper = np.array([[[200, 0, 0, above]]], np.uint8) * (above > 0)
    lower = np.array([[[50, 0, 0, below]]], np.uint8) * (below > 0)
    found = over(upper.astype(np.uint8), lower.astype(np.uint8))[0, 0]
    assert abs(int(found[0]) - wanted) <= 0.5
    assert abs(int(found[3]) - 255 * alpha) <= 0.5


def test_a_still_picture_apart_is_left_out_and_said() -> None:
    data = apng(
        chunk(b"IDAT", rgba([BLACK, BLACK])),
        control(0, (2, 1)),
        chunk(b"fdAT", b"\0\0\0\1" + rgba([RED, RED])),
        control(2, (2, 1)),
        chunk(b"fdAT", b"\0\0\0\3" + rgba([BLUE, BLUE])),
    )
    assert colors(data) == [[RED, RED], [BLUE, BLUE]]
    assert source_of(data).notes == (
        "its still picture, which is not one of its frames, is left out",
    )


def test_seconds_of_a_png_are_fractions() -> None:
    data = apng(
        control(0, (2, 1), delay=(1, 30)),
        chunk(b"IDAT", rgba([RED, BLUE])),
        control(1, (2, 1), delay=(7, 0)),  # of hundredths, the standard says
        chunk(b"fdAT", b"\0\0\0\2" + rgba([RED, RED])),
        plays=4,
    )
    assert milliseconds(data) == [Fraction(100, 3), 70]
    assert plays(data) == 4


# WebP, AVIF, TIFF


def several(format_name: str, **options: object) -> bytes:
    images = [Image.new("RGB", (8, 6), color) for color in ("red", "lime", "blue")]
    stream = io.BytesIO()
    images[0].save(stream, format_name, save_all=True, append_images=images[1:], **options)
    return stream.getvalue()


def test_a_webp_is_what_libwebp_shows() -> None:
    rng = np.random.default_rng(3)
    frames = [rng.integers(0, 256, (20, 30, 4)).astype(np.uint8) for _ in range(4)]
    frames += [frames[-1].copy()]
    frames[-1][5:9, 7:15] = 0
    images = [Image.fromarray(frame) for frame in frames]
    stream = io.BytesIO()
    images[0].save(
        stream,
        "WEBP",
        save_all=True,
        append_images=images[1:],
        duration=[0, 7, 1000, 40, 50],
        loop=5,
        lossless=True,
        exact=True,
    )
    data = stream.getvalue()
    theirs = watch(data)
    assert plays(data) == 5
    assert milliseconds(data) == theirs.durations
    for ours, expected in zip(canvases(data), theirs.frames, strict=True):
        assert np.array_equal(ours, expected)


def test_an_avif_has_frames() -> None:
    pytest.importorskip("PIL._avif")
    data = several("AVIF", duration=40, quality=100)
    assert milliseconds(data) == [40, 40, 40]
    for ours, theirs in zip(canvases(data), watch(data).frames, strict=True):
        assert np.array_equal(ours, theirs)


def test_a_tiff_has_pages_each_of_its_own_size() -> None:
    images = [Image.new("RGB", size, "red") for size in ((8, 6), (3, 9))]
    stream = io.BytesIO()
    images[0].save(stream, "TIFF", save_all=True, append_images=images[1:])
    source = source_of(stream.getvalue())
    assert (source.timing, source.count, source.pixels) == (None, 2, 48 + 27)
    assert [seen(page).shape for page in source.pictures()] == [(6, 8, 4), (9, 3, 4)]


def test_smaller_copies_of_a_page_are_no_pages() -> None:
    images = [Image.new("RGB", size, "red") for size in ((8, 6), (8, 6), (4, 3))]
    images[2].encoderinfo = {"tiffinfo": {254: 1}}
    stream = io.BytesIO()
    images[0].save(stream, "TIFF", save_all=True, append_images=images[1:])
    source = source_of(stream.getvalue())
    assert source.count == 2
    assert source.notes == ("1 of its pages are smaller copies or masks, and left out",)


def test_pages_are_no_animation() -> None:
    data = several("TIFF")
    found = load_frames_stream(io.BytesIO(data), "x", max_pixels=999, frames="animation")
    assert (found.count, found.timing) == (1, None)


# What is not read


def refused(data: bytes, **options: int) -> str:
    with pytest.raises(ImageReadError) as caught:
        list(source_of(data, **options).pictures())
    return caught.value.problem


def test_a_broken_second_frame_is_an_error_that_says_so() -> None:
    whole = gif(Piece("11"), Piece("22"))
    broken = bytearray(whole)
    broken[-4:-2] = b"\xff\xff"  # codes that nothing stands for
    assert refused(bytes(broken)).startswith("frame 2 of 2: ")


@pytest.mark.parametrize("kept", range(23))
def test_a_gif_that_ends_too_early_is_truncated(kept: int) -> None:
    whole = gif(Piece("11"), Piece("22"), loop=0)
    first = len(gif(Piece("11"), loop=0)) - 1
    cut = min(first + kept, len(whole) - 1)
    assert refused(whole[:cut]) == f"truncated after {cut:,} bytes"


def test_an_image_with_too_few_pixels_is_truncated() -> None:
    short = Piece("22").stored().replace((1).to_bytes(2, "little"), (9).to_bytes(2, "little"), 1)
    assert short != Piece("22").stored()
    head = gif(Piece("11"), size=(2, 9), end=b"")
    assert refused(head + short + b";").startswith("frame 2 of 2: ")


def test_bytes_that_are_no_block_are_damage() -> None:
    assert "no block at byte" in refused(gif(Piece("11"), Piece("22"), end=b"\x99;"))


def test_a_wrong_checksum_of_the_still_picture_is_damage() -> None:
    data = bytearray(moving_png())
    data[data.rindex(b"IDAT") + 9] ^= 1
    assert "wrong checksum of the IDAT chunk" in refused(bytes(data))


FIRST, NEXT = chunk(b"IDAT", rgba([RED, BLUE])), rgba([GREEN, GREEN])


def numbered(number: int) -> bytes:
    return chunk(b"fdAT", number.to_bytes(4, "big") + NEXT)


def with_wrong_checksum(kind: bytes) -> bytes:
    data = bytearray(moving_png())
    data[data.rindex(kind) + 9] ^= 1
    return bytes(data)


WHOLE = (control(0, (2, 1)), FIRST, control(1, (2, 1)), numbered(2))

BROKEN = {
    "too few": (apng(*WHOLE, frames=3), "it should have 3 frames, and has 2"),
    "too many": (apng(*WHOLE, frames=1), "it should have 1 frames, and has 2"),
    "none": (apng(*WHOLE, frames=0), "it should have 0 frames, and has 2"),
    "from 1": (
        apng(control(1, (2, 1)), FIRST, control(2, (2, 1)), numbered(3)),
        "piece 0 is not in its place",
    ),
    "a gap": (
        apng(control(0, (2, 1)), FIRST, control(1, (2, 1)), numbered(3)),
        "piece 2 is not in its place",
    ),
    "repeated": (
        apng(control(0, (2, 1)), FIRST, control(0, (2, 1)), numbered(1)),
        "piece 1 is not in its place",
    ),
    "no pixels": (apng(control(0, (2, 1)), FIRST, control(1, (2, 1))), "a frame has no pixels"),
    "pixels first": (
        apng(FIRST, numbered(0), control(1, (2, 1)), frames=1),
        "there are pixels before the first frame",
    ),
    "a small first": (
        apng(control(0, (1, 1)), *WHOLE[1:]),
        "the first frame is not as large as the picture",
    ),
    "unknown disposal": (
        apng(control(0, (2, 1), dispose=3), *WHOLE[1:]),
        "what becomes of a frame is not known",
    ),
    "unknown blending": (
        apng(*WHOLE[:2], control(1, (2, 1), blend=2), WHOLE[3]),
        "what becomes of a frame is not known",
    ),
    "announced late": (
        apng(*WHOLE).replace(chunk(b"acTL", bytes([0, 0, 0, 2, 0, 0, 0, 0])), b""),
        "it is not announced, once and before the pixels",
    ),
    "announced twice": (
        apng(chunk(b"acTL", bytes([0, 0, 0, 2, 0, 0, 0, 0])), *WHOLE),
        "it is not announced, once and before the pixels",
    ),
    "a short control": (
        apng(*WHOLE[:2], chunk(b"fcTL", b"\0\0\0\1"), WHOLE[3]),
        "fcTL chunk: 4 bytes in place of 26",
    ),
    "no number": (apng(*WHOLE[:3], chunk(b"fdAT", b"\0")), "fdAT chunk: it has no number"),
    "checksum of pixels": (with_wrong_checksum(b"fdAT"), "fdAT chunk: wrong checksum"),
    "checksum of a control": (with_wrong_checksum(b"fcTL"), "fcTL chunk: wrong checksum"),
    "checksum of the start": (with_wrong_checksum(b"acTL"), "acTL chunk: wrong checksum"),
}


@pytest.mark.parametrize("frames", ["animation", "none"])
@pytest.mark.parametrize("kind", BROKEN)
def test_of_a_broken_animation_the_still_picture_is_taken(kind: str, frames: Frames) -> None:
    data, why = BROKEN[kind]
    found = load_frames_stream(io.BytesIO(data), "x", max_pixels=99, frames=frames)
    assert (found.count, found.source_bytes) == (1, len(data))
    assert found.first.pixels.tolist() == [[list(RED[:3]), list(BLUE[:3])]]
    assert found.notes == (f"its animation is damaged ({why}); the still picture is taken",)


def test_an_animation_without_a_fault_is_whole() -> None:
    assert colors(apng(*WHOLE)) == [[RED, BLUE], [GREEN, GREEN]]
    assert source_of(apng(*WHOLE)).notes == ()


def test_a_wrong_text_of_an_animation_is_left_out() -> None:
    text = bytearray(chunk(b"tEXt", b"Author\0Ann"))
    text[-1] ^= 1
    source = source_of(apng(bytes(text), *WHOLE))
    assert source.notes == ("its tEXt chunk is left out: wrong checksum",)
    assert source.first.metadata.text == ()


def test_a_second_header_of_a_gif_is_passed_over() -> None:
    head = gif(size=(2, 1), loop=None, end=b"")
    own = gif(size=(2, 1), loop=None, end=b"").replace(bytes([255, 0, 0]), bytes([9, 8, 7]))
    for header, second in ((head, RED), (own, (9, 8, 7, 255))):
        data = gif(Piece("11"), end=b"") + header + gif(Piece("11")).removeprefix(head)
        assert colors(data) == [[RED, RED], [second, second]]
        assert source_of(data).notes == ("a second header between its frames is left out",)


@pytest.mark.parametrize("part", [0.5, 0.8, 0.95])
@pytest.mark.parametrize("format_name", ["WEBP", "TIFF", "PNG"])
def test_others_that_end_too_early_are_errors(format_name: str, part: float) -> None:
    data = several(format_name)
    if format_name == "TIFF":  # whose last page has its tags at the end
        part = 0.95
    assert refused(data[: int(len(data) * part)])


def test_the_limit_is_on_the_pixels_of_all_frames() -> None:
    data = gif(*[Piece("11")] * 5)
    assert source_of(data, max_pixels=10).count == 5
    with pytest.raises(ImageTooLargeError) as caught:
        source_of(data, max_pixels=9)
    assert "5 frames or pages have 10 pixels together, more than the limit of 9" in str(
        caught.value
    )


def test_a_frame_larger_than_the_canvas_counts_as_it_is() -> None:
    data = gif(Piece("11"), Piece("1" * 20))
    with pytest.raises(ImageTooLargeError):
        source_of(data, max_pixels=21)


def test_what_is_read_can_be_read_again() -> None:
    source = source_of(
        stored([np.full((2, 2, 4), 255, np.uint8), np.zeros((2, 2, 4), np.uint8)], [1, 2])
    )
    once, again = ([seen(frame).tolist() for frame in source.pictures()] for _ in range(2))
    assert once == again
