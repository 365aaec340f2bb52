"""Guards the promise that a colour that goes into a space comes out of it unchanged."""

from __future__ import annotations

import numpy as np
import pytest
import skimage.color
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from helpers.examples import examples
from quantize.color import conversions
from quantize.color.spaces import (
    LAB,
    LINEAR,
    OKLAB,
    SRGB,
    WEIGHTED,
    Space,
    decode,
    encode,
    opaque_height,
    steps_with_alpha,
)
from quantize.color.table import SPACES

EVERY_SPACE = pytest.mark.parametrize(
    "space", [SPACES.load(name) for name in SPACES], ids=list(SPACES)
)

LADDER = np.r_[np.arange(0, 256, 5), 1, 2, 253, 254].astype(np.uint8)


@EVERY_SPACE
def test_opaque_colours_come_back(space: Space) -> None:
    colors = np.stack(np.meshgrid(LADDER, LADDER, LADDER), axis=-1).reshape(-1, 3)
    points = encode(colors, space)
    assert (points.shape, points.dtype) == (colors.shape, np.float32)
    assert np.array_equal(decode(points, space), colors)


@EVERY_SPACE
def test_every_value_at_every_opacity_comes_back(space: Space) -> None:
    value, alpha = (
        grid.ravel() for grid in np.meshgrid(np.arange(256), np.arange(1, 256), indexing="ij")
    )
    colors = np.stack([value, 255 - value, value // 2, alpha], axis=1).astype(np.uint8)
    assert np.array_equal(decode(encode(colors, space), space), colors)


@EVERY_SPACE
def test_all_invisible_colours_are_one(space: Space) -> None:
    hidden = np.array([[255, 0, 0, 0], [1, 2, 3, 0], [0, 0, 0, 0]], np.uint8)
    points = encode(hidden, space)
    assert len(np.unique(points, axis=0)) == 1
    assert decode(points, space).tolist() == [[0, 0, 0, 0]] * 3


@EVERY_SPACE
def test_opaque_colours_are_as_far_apart_with_and_without_alpha(space: Space) -> None:
    colors = np.random.default_rng(0).integers(0, 256, (50, 3)).astype(np.uint8)
    clear = np.pad(colors, [(0, 0), (0, 1)], constant_values=255)
    points, plain = encode(clear, space), encode(colors, space).astype(np.float64)
    assert points[:, :3] - points[0, :3] == pytest.approx(plain - plain[0], abs=1e-12)
    assert np.array_equal(points[:, 3], np.full(50, opaque_height(space)))


@EVERY_SPACE
def test_distances_under_alpha_are_the_mean_of_those_on_black_and_on_white(space: Space) -> None:
    colors = np.random.default_rng(5).integers(0, 256, (60, 4)).astype(np.uint8)
    points, opacity = encode(colors, space), colors[:, 3:] / 255
    plain = encode(colors[:, :3], space).astype(np.float64)
    grounds = encode(np.array([[0] * 3, [255] * 3], np.uint8), space).astype(np.float64)
    seen = [plain * opacity + ground * (1 - opacity) for ground in grounds]
    wanted = np.mean([np.square(each - each[0]).sum(axis=1) for each in seen], axis=0)
    assert np.square(points - points[0]).sum(axis=1) == pytest.approx(wanted, rel=1e-4)


@pytest.mark.parametrize("space", [SRGB, WEIGHTED])
def test_points_with_alpha_are_whole_multiples_where_those_without_are(space: Space) -> None:
    steps = steps_with_alpha(space)
    assert steps is not None
    colors = np.random.default_rng(6).integers(0, 256, (500, 4)).astype(np.uint8)
    whole = encode(colors, space) * steps
    assert np.abs(whole - np.rint(whole)).max() < 1e-4
    most = [[0, 0, 0, 255], [255, 255, 255, 255]]
    black, white = np.rint(encode(np.array(most, np.uint8), space) * steps)
    assert np.square(white - black).sum() <= 2**53


@EVERY_SPACE
def test_a_mean_of_one_colour_at_many_opacities_has_that_colour(space: Space) -> None:
    alpha = np.arange(1, 256, dtype=np.uint8)
    colors = np.column_stack([np.tile(np.array([200, 40, 90], np.uint8), (255, 1)), alpha])
    points = encode(colors, space)
    means = [points[:end].mean(axis=0) for end in range(1, 256)]
    assert (decode(np.array(means), space)[:, :3] == [200, 40, 90]).all()


@EVERY_SPACE
def test_colours_are_left_alone(space: Space) -> None:
    colors = np.array([[10, 20, 30, 40]], np.uint8)
    decode(encode(colors, space), space)
    assert colors.tolist() == [[10, 20, 30, 40]]


@EVERY_SPACE
def test_every_57th_of_all_colours_comes_back(space: Space) -> None:
    # all 16.7 million do, which takes a few seconds: `python benchmarks/eye.py --round-trip`
    keys = np.arange(0, 1 << 24, 7 * 8 + 1)
    colors = np.stack([keys >> 16, keys >> 8 & 255, keys & 255], axis=1).astype(np.uint8)
    assert np.array_equal(decode(encode(colors, space), space), colors)


@EVERY_SPACE
def test_a_colour_is_the_same_point_whatever_stands_beside_it(space: Space) -> None:
    colors = np.random.default_rng(1).integers(0, 256, (conversions.BLOCK + 9, 3)).astype(np.uint8)
    alone = np.concatenate([encode(color[None], space) for color in colors[-40:]])
    assert np.array_equal(encode(colors, space)[-40:], alone)


@EVERY_SPACE
def test_white_is_about_as_far_from_black_as_in_srgb(space: Space) -> None:
    black, white = encode(np.array([[0, 0, 0], [255, 255, 255]], np.uint8), space)
    assert 250 <= np.sqrt(np.square(white - black).sum()) <= 255 * np.sqrt(3)


def test_oklab_of_the_primaries_is_as_published() -> None:
    # Ottosson's values for linear sRGB, as CSS Color 4 lists them for red, lime and blue
    found = encode(np.array([[255, 0, 0], [0, 255, 0], [0, 0, 255]], np.uint8), OKLAB) / 255
    wanted = [[0.628, 0.225, 0.126], [0.866, -0.234, 0.179], [0.452, -0.032, -0.312]]
    assert found == pytest.approx(np.array(wanted), abs=6e-4)


def test_lab_is_that_of_scikit_image() -> None:
    colors = np.random.default_rng(2).integers(0, 256, (500, 3)).astype(np.uint8)
    found = encode(colors, LAB) / 2.55
    assert found == pytest.approx(skimage.color.rgb2lab(colors / 255), abs=1e-4)


def test_linear_is_light() -> None:
    # half the light of white is 188 of 255
    assert encode(np.array([[0, 188, 255]], np.uint8), LINEAR)[0] == pytest.approx(
        [0, 128.2, 255], abs=0.1
    )


def test_weighted_counts_green_most_and_is_exact() -> None:
    point = encode(np.array([[255, 255, 255]], np.uint8), WEIGHTED)[0]
    assert point.tolist() == [255 * 7 / 8, 255 * 9 / 8, 255 * 7 / 8]
    whole = 64 * np.square(point.astype(np.float64)).sum()
    assert whole == 255**2 * (7**2 + 9**2 + 7**2) < 1 << 24  # so float32 holds every distance


def test_srgb_is_the_stored_value() -> None:
    assert encode(np.array([[0, 127, 255]], np.uint8), SRGB).tolist() == [[0, 127, 255]]


def test_colours_are_centred_on_grey_and_multiplied_by_opacity() -> None:
    points = encode(np.array([[255, 100, 0, 51]], np.uint8), SRGB)  # an opacity of a fifth
    wanted = [127.5 / 5, -27.5 / 5, -127.5 / 5, 255 * 3**0.5 / 2 / 5]
    assert points[0] == pytest.approx(wanted, rel=4e-5)


def test_distance_shrinks_as_colours_fade() -> None:
    def apart(alpha: int) -> float:
        pair = encode(np.array([[255, 0, 0, alpha], [0, 0, 255, alpha]], np.uint8), SRGB)
        return float(np.square(pair[0] - pair[1]).sum())

    assert apart(255) == 2 * 255**2
    assert apart(51) == pytest.approx(2 * 51**2)
    assert apart(0) == 0


def test_decoding_rounds_to_the_nearest_value_and_stays_in_range() -> None:
    points = np.array([[-3.0, 0.49, 0.51], [254.49, 254.51, 300.0]])
    assert decode(points, SRGB).tolist() == [[0, 0, 1], [254, 255, 255]]


@given(point=arrays(np.float64, (1, 3), elements=st.floats(-20, 280)))
@examples(80)
def test_no_opaque_colour_is_nearer_than_the_decoded_one(point: NDArray[np.float64]) -> None:
    every = np.arange(256)
    got = decode(point, SRGB)[0]
    for value, chosen in zip(point[0], got.tolist(), strict=True):
        assert abs(value - chosen) == np.abs(value - every).min()


@given(
    color=st.tuples(*[st.floats(0, 255)] * 3),
    alpha=st.floats(0.5, 255),
)
@examples(80)
def test_decoded_colours_and_alpha_are_the_nearest_to_those_of_the_point(
    color: tuple[float, float, float], alpha: float
) -> None:
    opacity = alpha / 255
    point = [[*((value - 127.5) * opacity for value in color), opacity * opaque_height(SRGB)]]
    got = decode(np.array(point), SRGB)[0].tolist()
    for value, chosen in zip([*color, alpha], got, strict=True):
        assert abs(value - chosen) <= 0.5 + 1e-9


def test_what_is_nearly_invisible_becomes_invisible_black() -> None:
    height = 0.49 / 255 * opaque_height(SRGB)
    assert decode(np.array([[0.2, 0.1, -0.2, height]]), SRGB).tolist() == [[0, 0, 0, 0]]
