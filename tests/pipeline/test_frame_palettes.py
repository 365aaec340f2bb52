"""Frames in few colours: one palette over all or one a frame, and nothing flickers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.animations import Pixels, moving_picture
from helpers.frames import ANYTHING, EACH, GIF_EACH, films, pictures, source_of
from quantize.model import frames as model_frames
from quantize.model.frames import FrameSource
from quantize.model.palette import Palette
from quantize.model.picture import Picture
from quantize.model.result import Quantized
from quantize.pipeline.histogram import Histogram
from quantize.pipeline.run import count, run
from quantize.pipeline.settings import Settings
from quantize.pipeline.shared import find_palette
from quantize.pipeline.target import Target


def shown(result: Quantized) -> list[Pixels]:
    return list(model_frames.canvases(result.frames))


def still(picture: Picture, settings: Settings, palette: Palette | None = None) -> Quantized:
    return run(FrameSource.still(picture), settings, palette=palette)


# One palette


def test_the_palette_is_that_of_the_added_histograms() -> None:
    frames = moving_picture()
    # small regions are looked for in frames, and the order of a file in its indices
    settings = Settings(colors=8, weights="uniform", sort="luminance")
    result = run(source_of(frames), settings)
    counted = [count(FrameSource.still(p), settings.weights) for p in pictures(frames)]
    found, _ = find_palette(Histogram.merged(counted), settings, ANYTHING)
    assert result.palette == found


def test_the_frames_are_those_of_one_tall_picture() -> None:
    """Figures too: of all pixels of all frames. What pixels weigh ends at the edge of a frame."""
    frames = moving_picture()
    settings = Settings(colors=8, weights="uniform", sort="luminance")
    result = run(source_of(frames), settings)
    tall = still(Picture(np.concatenate(frames)[..., :3].copy()), settings)
    assert np.array_equal(np.concatenate([f.indices for f in result.frames]), tall.indices)
    assert np.array_equal(result.palette.counts, tall.palette.counts)
    for name in ("mse", "psnr", "inertia", "colors_before", "colors_after"):
        assert getattr(result.statistics, name) == getattr(tall.statistics, name), name


def test_full_metrics_are_of_all_frames() -> None:
    frames = moving_picture(3)
    settings = Settings(colors=8, metrics="full")
    found = run(source_of(frames), settings).statistics
    tall = still(Picture(np.concatenate(frames)[..., :3].copy()), settings).statistics
    for name in ("delta_e_mean", "delta_e_p95", "delta_e_max"):
        assert getattr(found, name) == getattr(tall, name)
    palette = run(source_of(frames), settings).palette
    each = [still(p, settings, palette).statistics.ssim for p in pictures(frames)]
    assert found.ssim == pytest.approx(np.mean([value for value in each if value is not None]))


@given(films())
def test_with_one_palette_equal_colours_are_equal_in_all_frames(frames: list[Pixels]) -> None:
    became: dict[bytes, bytes] = {}
    result = run(source_of(frames), Settings(colors=5))
    for before, after in zip(frames, shown(result), strict=True):
        for one, other in zip(before.reshape(-1, 4), after.reshape(-1, 4), strict=True):
            assert became.setdefault(one.tobytes(), other.tobytes()) == other.tobytes()


def test_a_palette_that_is_given_stays_as_it_is() -> None:
    palette = Palette.from_hex("#ffffff", "#c82020", "#000000", "#123456")
    result = run(source_of(moving_picture()), Settings(), palette=palette)
    assert result.palette == palette
    assert {id(frame.palette) for frame in result.frames} == {id(result.palette)}


def test_frames_with_alpha_and_without_go_together() -> None:
    frames = [moving_picture(1)[0], moving_picture(2, clear=True)[1]]
    after = shown(run(source_of(frames), Settings(colors=16)))
    for before, found in zip(frames, after, strict=True):
        assert np.array_equal(before[..., 3] == 0, found[..., 3] == 0)


def test_threads_change_nothing() -> None:
    results = [
        shown(run(source_of(moving_picture()), Settings(colors=9, threads=threads)))
        for threads in (1, 2)
    ]
    assert np.array_equal(*results)


def test_progress_is_reported_frame_by_frame() -> None:
    reported: list[tuple[str, int]] = []
    run(source_of(moving_picture(3)), Settings(colors=4), progress=lambda *at: reported.append(at))
    for stage in ("count", "map"):
        assert [number for name, number in reported if name == stage] == [0, 1, 2]


# One palette a frame


@given(films(), st.sampled_from([2, 5, 40]))
def test_a_pixel_that_stands_still_keeps_its_colour(frames: list[Pixels], colors: int) -> None:
    """The rule on flicker: if the source pixel has not changed, neither does that of the result."""
    result = shown(run(source_of(frames), Settings(colors=colors), EACH))
    for number in range(1, len(frames)):
        still = (frames[number] == frames[number - 1]).all(axis=2)
        assert np.array_equal(result[number][still], result[number - 1][still])


@given(films())
def test_what_is_new_has_the_colours_of_its_own_palette(frames: list[Pixels]) -> None:
    settings = Settings(colors=6)
    result = run(source_of(frames), settings, EACH)
    for frame, canvas in zip(result.frames, shown(result), strict=True):
        assert len(frame.palette) <= 6
        new = np.ones(canvas.shape[:2], bool) if frame.drawn is None else frame.drawn
        own = {
            tuple(color)
            for color in model_frames.with_alpha(frame.palette.colors[None], 4)[0].tolist()
        }
        assert {tuple(color) for color in canvas[new].tolist()} <= own


@given(films())
def test_where_pixels_vanish_all_is_drawn_and_common_colours_stay(frames: list[Pixels]) -> None:
    result = run(source_of(frames), Settings(colors=64), GIF_EACH)
    after = shown(result)
    for number in range(1, len(frames)):
        was, now = after[number - 1], after[number]
        vanish = ((was[..., 3] > 0) & (frames[number][..., 3] == 0)).any()
        assert (result.frames[number].drawn is None) == bool(vanish)
        # 42 pixels, so all colours have room within the part of 64 that is kept
        still = (frames[number] == frames[number - 1]).all(axis=2)
        assert np.array_equal(now[still], was[still])


def test_only_rare_colours_change_where_the_palette_has_no_room_for_all() -> None:
    first = np.full((4, 8, 4), 255, np.uint8)
    first[..., 0] = np.arange(8) * 30  # eight columns of red
    first[0, :, 1] = 9
    second = first.copy()
    second[0] = 0
    result = run(source_of([first, second]), Settings(colors=8), GIF_EACH)
    before, after = (canvas[1:] for canvas in shown(result))
    same = (before == after).all(axis=2).mean()
    assert 0.75 <= same <= 1


def test_a_frame_in_which_nothing_is_new_keeps_the_palette() -> None:
    frame = moving_picture(1)[0]
    result = run(source_of([frame, frame]), Settings(colors=4), EACH)
    assert result.frames[1].palette is result.frames[0].palette
    assert result.frames[1].drawn is not None
    assert not result.frames[1].drawn.any()
    assert len(result.palettes) == 1


def test_pages_are_quantized_each_by_itself() -> None:
    frames = moving_picture(3)
    result = run(source_of(frames, pages=True), Settings(colors=8), EACH)
    for picture, frame in zip(pictures(frames), result.frames, strict=True):
        alone = still(picture, Settings(colors=8))
        assert frame.palette == alone.palette
        assert np.array_equal(frame.indices, alone.indices)


@given(films(), st.sampled_from([EACH, GIF_EACH]), st.booleans())
def test_figures_are_of_what_is_seen(frames: list[Pixels], target: Target, pages: bool) -> None:
    result = run(source_of(frames, pages=pages), Settings(colors=7, metrics="full"), target)
    before = np.stack(frames).reshape(-1, 4)
    after = np.stack(shown(result)).reshape(-1, 4)
    figures = result.statistics
    assert figures.colors_before == len(np.unique(before, axis=0))
    assert figures.colors_after == len(np.unique(after, axis=0))
    squares = np.square(before.astype(np.int64) - after).sum(axis=1)  # alpha is 0 or 255
    assert figures.mse == pytest.approx(squares.mean())
    assert figures.delta_e_mean is not None
    assert figures.delta_e_max is not None
    assert 0 <= figures.delta_e_mean <= figures.delta_e_max


def test_a_palette_each_is_better_than_one_for_all() -> None:
    frames = [np.full((8, 8, 4), 255, np.uint8) for _ in range(3)]
    for number, frame in enumerate(frames):
        frame[..., :3] = np.random.default_rng(number).integers(0, 256, (8, 8, 3))
    each = run(source_of(frames), Settings(colors=16), EACH).statistics.mse
    assert each < run(source_of(frames), Settings(colors=16)).statistics.mse


def test_canvases_are_drawn_one_over_the_other() -> None:
    palette = Palette.from_hex("#ff0000", "#0000ff")
    first = model_frames.Frame(palette, np.zeros((1, 2), np.uint8))
    second = model_frames.Frame(palette, np.ones((1, 2), np.uint8), np.array([[False, True]]))
    canvases = [canvas[0].tolist() for canvas in model_frames.canvases([first, second])]
    red, blue = [255, 0, 0, 255], [0, 0, 255, 255]
    assert canvases == [[red, red], [red, blue]]


# Dithering

METHODS = st.sampled_from(["floyd-steinberg", "sierra", "bayer-4", "blue-noise"])


@given(films(), METHODS)
def test_dithering_leaves_alone_what_stands_still(frames: list[Pixels], method: str) -> None:
    settings = Settings(colors=4, dither=method)
    for result in (
        run(source_of(frames), settings),
        run(source_of(frames), settings, EACH),
    ):
        after = shown(result)
        for number in range(1, len(frames)):
            still = (frames[number] == frames[number - 1]).all(axis=2)
            assert np.array_equal(after[number][still], after[number - 1][still])


@given(films(), METHODS)
def test_ordered_dithering_needs_no_help_to_stand_still(frames: list[Pixels], method: str) -> None:
    """Its entries depend on colour and place alone, so frames are those of pictures."""
    if method not in ("bayer-4", "blue-noise"):
        return
    settings = Settings(colors=4, dither=method, sort="luminance")
    result = run(source_of(frames), settings)
    for picture, frame in zip(pictures(frames), result.frames, strict=True):
        alone = still(picture, settings, result.palette)
        assert np.array_equal(frame.indices, alone.indices)


def test_pages_are_dithered_each_by_itself() -> None:
    frames = moving_picture(3)
    settings = Settings(colors=6, dither="floyd-steinberg")
    result = run(source_of(frames, pages=True), settings)
    for picture, frame in zip(pictures(frames), result.frames, strict=True):
        alone = still(picture, settings, result.palette)
        assert np.array_equal(frame.indices, alone.indices)


@given(films(), METHODS)
def test_figures_of_dithering_are_of_what_is_seen(frames: list[Pixels], method: str) -> None:
    settings = Settings(colors=4, dither=method, metrics="full")
    result = run(source_of(frames), settings)
    after = np.stack(shown(result)).reshape(-1, 4)
    squares = np.square(np.stack(frames).reshape(-1, 4).astype(np.int64) - after).sum(axis=1)
    assert result.statistics.mse == pytest.approx(squares.mean())
    assert result.statistics.colors_after == len(np.unique(after, axis=0))
    assert result.statistics.ssim is not None


def test_dithering_of_what_is_new_takes_no_error_from_what_is_not_drawn() -> None:
    """Far from the palette of a frame is what stands still; its errors would cover the new part."""
    first = np.full((16, 16, 4), 255, np.uint8)
    first[..., :3] = (250, 10, 10)
    second = first.copy()
    second[8:, :, :3] = np.where(np.indices((8, 16)).sum(axis=0)[..., None] % 2, 90, 110)
    settings = Settings(colors=2, dither="floyd-steinberg")
    result = run(source_of([first, second]), settings, EACH)
    assert np.array_equal(shown(result)[1], second)
