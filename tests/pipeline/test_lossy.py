"""Guards `lossy`: what it changes, what it leaves, and what that costs."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from helpers.examples import examples
from helpers.frames import EACH, GIF_EACH, films, source_of
from helpers.pictures import picture
from quantize import quantize
from quantize.color.difference import delta_e
from quantize.errors import SettingError
from quantize.images.encode import encode, encode_frames
from quantize.images.table import FORMATS
from quantize.model import frames as model_frames
from quantize.model.frames import FrameSource, Timing
from quantize.model.picture import Picture
from quantize.model.pixels import LazyPixels
from quantize.model.result import Quantized
from quantize.pipeline import lossy, run
from quantize.pipeline.settings import Settings
from quantize.pipeline.target import Target

Bytes = NDArray[np.uint8]


def photo(size: tuple[int, int] = (160, 150), seed: int = 3) -> Bytes:
    """Smooth colours under a little noise."""
    pixels = np.asarray(picture(size=size).convert("RGB")).astype(int)
    noise = np.random.default_rng(seed).normal(0, 4, pixels.shape)
    return np.clip(pixels + noise, 0, 255).astype(np.uint8)


PHOTO = photo()


def moved(pixels: Bytes, **settings: Any) -> int:
    exchange = quantize(pixels, 32, **settings).statistics.lossy
    return 0 if exchange is None else exchange.pixels


def test_lossy_0_changes_no_byte() -> None:
    assert quantize(PHOTO, 32, lossy=0).encode() == quantize(PHOTO, 32).encode()


@pytest.mark.parametrize("dither", ["none", "floyd-steinberg"])
def test_more_moves_more_pixels_and_takes_fewer_bytes(dither: str) -> None:
    results = [quantize(PHOTO, 32, lossy=n, dither=dither) for n in (0, 10, 30, 100)]
    sizes = [len(result.encode()) for result in results]
    exchanges = [result.statistics.lossy for result in results[1:]]
    counts = [exchange.pixels for exchange in exchanges if exchange is not None]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[-1] < 0.9 * sizes[0]
    assert counts == sorted(counts)
    assert counts[0] > 0


def test_the_palette_stays_and_pixels_that_moved_are_counted() -> None:
    plain, less = (quantize(PHOTO, 32, lossy=n, sort="luminance") for n in (0, 20))
    assert (plain.palette.colors == less.palette.colors).all()
    exchange = less.statistics.lossy
    assert exchange is not None
    assert exchange.pixels == np.count_nonzero(plain.indices != less.indices)
    assert exchange.mse_before == plain.statistics.mse < less.statistics.mse
    assert less.palette.counts.tolist() == np.bincount(less.indices.ravel(), minlength=32).tolist()
    errors = np.square(less.to_array()[..., :3].astype(int) - PHOTO).sum(axis=2)
    assert less.statistics.mse == pytest.approx(errors.mean(), rel=1e-12)
    sizes = [len(result.encode()) for result in (less, plain)]
    assert exchange.saved == pytest.approx(1 - sizes[0] / sizes[1], abs=0.05)


@pytest.mark.parametrize("dither", ["none", "bayer-4"])
def test_the_number_of_threads_changes_no_byte(dither: str) -> None:
    tall = photo((40, 700))
    found = [quantize(tall, 32, lossy=20, dither=dither, threads=n).indices for n in (1, 2, 5)]
    assert all((each == found[0]).all() for each in found)


def test_pictures_that_are_read_in_bands_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    tall = photo((40, 700))
    whole = quantize(tall, 32, lossy=20)
    monkeypatch.setattr(lossy, "BAND_PIXELS", 150 * 40)
    source = FrameSource.still(Picture(LazyPixels(tall, np.array, 3)))
    found = run.run(source, Settings(colors=32, lossy=20))
    assert (found.indices == whole.indices).all()
    assert found.statistics.mse == pytest.approx(whole.statistics.mse, rel=1e-12)


@given(
    seed=st.integers(0, 10**6),
    dither=st.sampled_from(["none", "floyd-steinberg", "bayer-2"]),
    k=st.integers(2, 20),
    format_name=st.sampled_from([None, "png", "gif"]),
)
@examples(30)
def test_transparent_pixels_stay_so_and_opaque_ones_too(
    seed: int, dither: str, k: int, format_name: str | None
) -> None:
    random = np.random.default_rng(seed)
    pixels = np.concatenate([photo((20, 16), seed), np.full((16, 20, 1), 255, np.uint8)], axis=2)
    alphas = random.choice([0, 0, 100, 255, 255], (16, 20))
    pixels[..., 3] = np.where(random.random((16, 20)) < 0.3, alphas, 255)
    row = None if format_name is None else FORMATS[format_name]
    source = FrameSource.still(Picture(pixels))
    plain, less = (
        run.run(source, Settings(colors=k, dither=dither, lossy=n), Target(row)) for n in (0, 100)
    )
    before, after = (
        each.palette.colors[each.indices][..., 3] if each.palette.colors.shape[1] == 4 else 255
        for each in (plain, less)
    )
    assert np.array_equal(before == 0, after == 0)
    assert np.array_equal(before == 255, after == 255)


def test_skies_change_less_than_texture() -> None:
    random = np.random.default_rng(1)
    pixels = np.full((128, 128, 3), 120, np.uint8)
    pixels[:, :64] += (np.arange(128)[:, None, None] // 8).astype(np.uint8)  # a slope
    pixels[:, 64:] += random.integers(0, 60, (128, 64, 1)).astype(np.uint8)
    plain, less = (quantize(pixels, 24, lossy=n, sort="none").indices for n in (0, 20))
    calm, busy = ((plain != less)[:, part].mean() for part in (slice(0, 60), slice(68, None)))
    assert calm < 0.1 < busy


def test_an_eighth_of_the_colours_has_four_times_the_tolerance() -> None:
    many, few = (lossy.worth_of(Settings(lossy=20), k) for k in (256, 32))
    assert many == pytest.approx(4 * few)  # 8 to the power of 2/3


def test_the_mean_colour_of_a_place_stays() -> None:
    plain, less = (quantize(PHOTO, 32, lossy=n).to_array()[..., :3] for n in (0, 50))
    means = [
        np.rint(pixels[:144].reshape(9, 16, 10, 16, 3).mean(axis=(1, 3))).astype(np.uint8)
        for pixels in (plain, less)
    ]
    before, after = (each.reshape(-1, 3) for each in means)
    assert delta_e(before, after, np.ones(len(before), np.int64)).mean < 1


def test_packed_pixels_are_copied_by_whole_bytes() -> None:
    sizes = {}
    for packs in (True, False):
        row = FORMATS["png"].replaced(lzw=not packs)
        source = FrameSource.still(Picture(PHOTO))
        found = run.run(source, Settings(colors=16, lossy=30), Target(row))
        sizes[packs] = len(encode(found.palette, found.indices, "png")), found.statistics.mse
    assert sizes[True][0] / sizes[False][0] < 1.02


# --- animations -----------------------------------------------------------------------------------


def animation(frames: int = 4, drift: float = 2.5) -> FrameSource:
    """A still scene whose values flicker a little, and a square that moves."""
    random = np.random.default_rng(8)
    pictures = []
    for number in range(frames):
        pixels = PHOTO[:64, :80] + random.normal(0, drift, (64, 80, 1))
        pixels[10:20, 10 + 8 * number : 20 + 8 * number] = (230, 30, 40)
        pictures.append(Picture(np.clip(pixels, 0, 255).astype(np.uint8)))
    timing = Timing((Fraction(100),) * frames, 0)
    return FrameSource(
        first=pictures[0],
        pictures=lambda: pictures,
        count=frames,
        pixels=frames * 64 * 80,
        timing=timing,
        source="scene",
    )


@pytest.mark.parametrize("format_name", ["png", "gif", "webp"])
def test_what_changes_by_less_than_is_seen_stays(format_name: str) -> None:
    target = Target(FORMATS[format_name])
    plain, less = (run.run(animation(), Settings(colors=32, lossy=n), target) for n in (0, 20))
    kept = [
        np.mean([(a.indices == b.indices).mean() for a, b in pairwise(f)])
        for f in (plain.frames, less.frames)
    ]
    assert kept[1] > kept[0] + 0.08
    square = less.palette.colors[less.frames[2].indices[12:18, 28:34]].astype(int)
    assert np.abs(square[..., :3] - (230, 30, 40)).max() < 40  # what moves is drawn


def test_errors_of_frames_do_not_pile_up() -> None:
    found = run.run(animation(12), Settings(colors=32, lossy=20), Target(FORMATS["gif"]))
    wanted = [np.asarray(picture.pixels, float) for picture in animation(12).pictures()]
    errors = [
        np.square(found.palette.colors[frame.indices][..., :3] - pixels).sum(axis=2).mean()
        for frame, pixels in zip(found.frames, wanted, strict=True)
    ]
    assert errors[-1] < 1.3 * errors[1]


# --- a palette for each frame ---------------------------------------------------------------------


def each(format_name: str) -> Target:
    return Target(FORMATS[format_name], palette_per_frame=True)


def seen(result: Quantized) -> list[Bytes]:
    return list(model_frames.canvases(result.frames))


@pytest.mark.parametrize("format_name", ["gif", "webp"])
def test_with_a_palette_for_each_frame_less_is_drawn_in_fewer_bytes(format_name: str) -> None:
    target = each(format_name)
    plain, less = (run.run(animation(), Settings(colors=32, lossy=n), target) for n in (0, 20))
    drawn = [[frame.drawn.mean() for frame in found.frames[1:]] for found in (plain, less)]
    assert np.mean(drawn[1]) < 0.8 * np.mean(drawn[0])
    timing = animation().timing
    sizes = [len(encode_frames(found.frames, timing, format_name)) for found in (plain, less)]
    assert sizes[1] < 0.9 * sizes[0]
    square = seen(less)[2][12:18, 28:34, :3].astype(int)
    assert np.abs(square - (230, 30, 40)).max() < 40  # what moves is drawn


def test_the_figures_of_frames_with_their_own_palettes_are_of_what_is_seen() -> None:
    plain, less = (run.run(animation(), Settings(colors=32, lossy=n), each("gif")) for n in (0, 20))
    exchange = less.statistics.lossy
    assert plain.statistics.lossy is None
    assert exchange is not None
    assert exchange.mse_before == pytest.approx(plain.statistics.mse, rel=1e-12)
    assert exchange.pixels == sum(
        np.count_nonzero((one != other).any(axis=2))
        for one, other in zip(seen(plain), seen(less), strict=True)
    )
    wanted = np.stack([np.asarray(picture.pixels) for picture in animation().pictures()])
    errors = np.square(np.stack(seen(less))[..., :3].astype(int) - wanted).sum(axis=3)
    assert less.statistics.mse == pytest.approx(errors.mean(), rel=1e-12)
    assert 0.1 < exchange.saved < 1
    for frame in less.frames:
        entries = frame.indices if frame.drawn is None else frame.indices[frame.drawn]
        assert frame.palette.counts.tolist() == np.bincount(entries.ravel(), minlength=32).tolist()


@pytest.mark.parametrize("format_name", ["gif", "webp"])
def test_threads_change_no_frame_with_its_own_palette(format_name: str) -> None:
    one, two = (
        seen(run.run(animation(), Settings(colors=32, lossy=20, threads=n), each(format_name)))
        for n in (1, 3)
    )
    assert np.array_equal(one, two)


def test_errors_of_frames_with_their_own_palettes_do_not_pile_up() -> None:
    found = run.run(animation(12), Settings(colors=32, lossy=20), each("gif"))
    wanted = [np.asarray(picture.pixels, float) for picture in animation(12).pictures()]
    errors = [
        np.square(canvas[..., :3] - pixels).sum(axis=2).mean()
        for canvas, pixels in zip(seen(found), wanted, strict=True)
    ]
    assert errors[-1] < 1.6 * errors[1]


@given(films(), st.sampled_from([EACH, GIF_EACH]), st.sampled_from(["none", "floyd-steinberg"]))
@examples(30)
def test_with_lossy_too_a_pixel_that_stands_still_keeps_its_colour(
    frames: list[Bytes], target: Target, dither: str
) -> None:
    result = run.run(source_of(frames), Settings(colors=64, lossy=100, dither=dither), target)
    after = seen(result)
    for number, found in enumerate(after):
        assert np.array_equal(found[..., 3] == 0, frames[number][..., 3] == 0)
        if number:
            still = (frames[number] == frames[number - 1]).all(axis=2)
            # 42 pixels: where all is drawn again, the palette has room for what stands still
            assert np.array_equal(found[still], after[number - 1][still])


def test_a_frame_whose_changes_are_not_seen_draws_nothing_and_keeps_the_palette() -> None:
    first = np.dstack([PHOTO[:40, :40], np.full((40, 40), 255, np.uint8)])
    second = first.copy()
    second[10:20, 10:20, 0] ^= 1
    result = run.run(source_of([first, second]), Settings(colors=32, lossy=20), each("webp"))
    frame = result.frames[1]
    assert frame.drawn is not None
    assert not frame.drawn.any()
    assert len(result.palettes) == 1


def test_pages_with_their_own_palettes_are_those_of_single_pictures() -> None:
    frames = [np.asarray(picture.pixels) for picture in animation(2).pictures()]
    pages = source_of(
        [np.dstack([f, np.full(f.shape[:2], 255, np.uint8)]) for f in frames], pages=True
    )
    settings = Settings(colors=32, lossy=20, sort="luminance")
    result = run.run(pages, settings, each("tiff"))
    for pixels, frame in zip(frames, result.frames, strict=True):
        alone = run.run(FrameSource.still(Picture(pixels)), settings, Target(FORMATS["tiff"]))
        assert frame.palette == alone.palette
        assert np.array_equal(frame.indices, alone.indices)


# --- what is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [-1, 100.5, float("nan"), "20", None])
def test_a_number_out_of_range_is_refused(value: Any) -> None:
    with pytest.raises(SettingError, match="lossy"):
        Settings(lossy=value)


def test_a_limit_of_the_error_and_lossy_exclude_each_other() -> None:
    with pytest.raises(SettingError, match="lossy"):
        Settings(lossy=10, max_error=2.0)
