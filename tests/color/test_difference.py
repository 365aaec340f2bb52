"""The promise: every figure of quality is the published one, to the last digit that is shown.

Oracles are scikit-image, the test data of the CIEDE2000 paper, and cases worked out by hand.
"""

from __future__ import annotations

import math
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from skimage.color import deltaE_ciede2000, rgb2lab
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from quantize.color import difference
from quantize.color.conversions import lab
from quantize.color.difference import DeltaE, ciede2000, delta_e, weighted_percentile
from quantize.pipeline import similarity
from quantize.pipeline.similarity import psnr, squared_error, ssim

rng = np.random.default_rng(2005)


def noise(height, width, channels=3):
    return rng.integers(0, 256, (height, width, channels), dtype=np.uint8)


def disturbed(picture, by=20):
    moved = picture.astype(np.int64) + rng.integers(-by, by + 1, picture.shape)
    return moved.clip(0, 255).astype(np.uint8)


def colors(n):
    return rng.integers(0, 256, (n, 3), dtype=np.uint8)


def pictures(count):
    """`count` random pictures of one shape, 1 x 1 to 14 x 14: both sides of the window's 11."""
    shapes = st.tuples(st.integers(1, 14), st.integers(1, 14), st.just(3))
    return shapes.flatmap(lambda shape: st.tuples(*[arrays(np.uint8, shape)] * count))


color_arrays = arrays(np.uint8, (5, 3))


# --- squared error and PSNR ---------------------------------------------------------------------


def test_squared_error_by_hand():
    a = np.array([[[0, 10, 255], [7, 7, 7]]], np.uint8)
    b = np.array([[[255, 13, 0], [7, 5, 8]]], np.uint8)
    assert squared_error(a, b) == 255**2 + 3**2 + 255**2 + 0 + 2**2 + 1**2


@pytest.mark.parametrize("channels", [3, 4])
def test_squared_error_is_exact_over_many_blocks(channels):
    a, b = noise(211, 307, channels), noise(211, 307, channels)
    assert a.size > 2 * similarity.VALUES
    assert squared_error(a, b) == int(((a.astype(np.int64) - b) ** 2).sum())


def test_squared_error_of_black_and_white_does_not_overflow():
    black = np.zeros((300, 400, 3), np.uint8)
    assert squared_error(black, ~black) == 300 * 400 * 3 * 255**2


def test_squared_error_takes_any_memory_order():
    a, b = noise(40, 30), noise(40, 30)
    wide = squared_error(a[:, ::2], b[:, ::2])
    assert wide == squared_error(a[:, ::2].copy(), b[:, ::2].copy())
    assert squared_error(a.transpose(1, 0, 2), b.transpose(1, 0, 2)) == squared_error(a, b)


def test_psnr_by_hand():
    assert psnr(3 * 255**2) == pytest.approx(0)
    assert psnr(3 * 255**2 / 100) == pytest.approx(20)
    assert psnr(3.0) == pytest.approx(20 * math.log10(255))
    assert psnr(0) == math.inf


def test_psnr_equals_scikit_image():
    a = noise(20, 30)
    b = disturbed(a)
    mse = squared_error(a, b) / (20 * 30)
    assert psnr(mse) == pytest.approx(peak_signal_noise_ratio(a, b, data_range=255), abs=1e-12)


# --- SSIM ---------------------------------------------------------------------------------------


def scikit_image_ssim(a, b):
    """scikit-image on the lumas, mirrored by hand along the sides where its window has no room."""
    margins = [(5, 5) if side < 11 else (0, 0) for side in a.shape[:2]]
    lumas = (np.pad(p @ np.array([0.299, 0.587, 0.114]), margins, "symmetric") for p in (a, b))
    return structural_similarity(
        *lumas, gaussian_weights=True, sigma=1.5, use_sample_covariance=False, data_range=255
    )


def test_ssim_equals_scikit_image_on_noise():
    a, b = noise(200, 300), noise(200, 300)
    assert ssim(a, b) == pytest.approx(scikit_image_ssim(a, b), abs=1e-10)
    b = disturbed(a)
    assert ssim(a, b) == pytest.approx(scikit_image_ssim(a, b), abs=1e-10)


def test_ssim_equals_scikit_image_on_a_smooth_picture_in_few_colors():
    y, x = np.mgrid[:150, :170]
    a = np.stack([x, y, (x + y) // 2], axis=-1).astype(np.uint8)
    b = (a // 32 * 32 + 16).astype(np.uint8)
    assert 0.5 < ssim(a, b) < 0.99
    assert ssim(a, b) == pytest.approx(scikit_image_ssim(a, b), abs=1e-10)


@pytest.mark.parametrize(
    "shape", [(1, 1), (1, 7), (7, 1), (1, 200), (200, 1), (10, 10), (10, 300), (11, 11), (12, 10)]
)
def test_ssim_of_small_pictures_mirrors_them_along_the_short_sides(shape):
    a = noise(*shape)
    b = disturbed(a)
    assert ssim(a, b) == pytest.approx(scikit_image_ssim(a, b), abs=1e-10)


def test_ssim_of_one_pixel_by_hand():
    a, b = np.full((1, 1, 3), 10, np.uint8), np.full((1, 1, 3), 20, np.uint8)
    c1 = 2.55**2  # no variance, so the term of contrast and structure is 1
    assert ssim(a, b) == pytest.approx((2 * 10 * 20 + c1) / (10**2 + 20**2 + c1))


@pytest.mark.parametrize("tile", [11, 16, 37, 64, 1000])
@pytest.mark.parametrize("shape", [(90, 140), (1, 900), (900, 10), (25, 400)])
def test_ssim_does_not_depend_on_the_size_of_its_tiles(tile, shape, monkeypatch):
    a = noise(*shape)
    b = disturbed(a)
    expected = ssim(a, b)
    monkeypatch.setattr(similarity, "TILE", tile)
    assert ssim(a, b) == pytest.approx(expected, abs=1e-14)


@given(pictures(2))
def test_ssim_is_symmetric_and_between_minus_one_and_one(pair):
    a, b = pair
    assert ssim(a, b) == ssim(b, a)
    assert -1 <= ssim(a, b) <= 1


@given(pictures(1))
def test_ssim_of_a_picture_with_itself_is_exactly_one(picture):
    assert ssim(*picture, *picture) == 1


@pytest.mark.parametrize("shape", [(1, 300_000), (300_000, 1), (500, 600)])
def test_memory_is_bounded_whatever_the_shape(shape):
    a, b = noise(*shape), noise(*shape)
    tracemalloc.start()
    try:
        ssim(a, b)
        squared_error(a, b)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 6_000_000  # a float64 luma of either picture is 2.4 MB, ten of them are 24


# --- CIELAB and CIEDE2000 -----------------------------------------------------------------------

# Sharma, Wu & Dalal (2005), table 1: L1 a1 b1, L2 a2 b2, CIEDE2000 to four decimals.
SHARMA = np.array(
    [
        [50.0000, 2.6772, -79.7751, 50.0000, 0.0000, -82.7485, 2.0425],
        [50.0000, 3.1571, -77.2803, 50.0000, 0.0000, -82.7485, 2.8615],
        [50.0000, 2.8361, -74.0200, 50.0000, 0.0000, -82.7485, 3.4412],
        [50.0000, -1.3802, -84.2814, 50.0000, 0.0000, -82.7485, 1.0000],
        [50.0000, -1.1848, -84.8006, 50.0000, 0.0000, -82.7485, 1.0000],
        [50.0000, -0.9009, -85.5211, 50.0000, 0.0000, -82.7485, 1.0000],
        [50.0000, 0.0000, 0.0000, 50.0000, -1.0000, 2.0000, 2.3669],
        [50.0000, -1.0000, 2.0000, 50.0000, 0.0000, 0.0000, 2.3669],
        [50.0000, 2.4900, -0.0010, 50.0000, -2.4900, 0.0009, 7.1792],
        [50.0000, 2.4900, -0.0010, 50.0000, -2.4900, 0.0010, 7.1792],
        [50.0000, 2.4900, -0.0010, 50.0000, -2.4900, 0.0011, 7.2195],
        [50.0000, 2.4900, -0.0010, 50.0000, -2.4900, 0.0012, 7.2195],
        [50.0000, -0.0010, 2.4900, 50.0000, 0.0009, -2.4900, 4.8045],
        [50.0000, -0.0010, 2.4900, 50.0000, 0.0010, -2.4900, 4.8045],
        [50.0000, -0.0010, 2.4900, 50.0000, 0.0011, -2.4900, 4.7461],
        [50.0000, 2.5000, 0.0000, 50.0000, 0.0000, -2.5000, 4.3065],
        [50.0000, 2.5000, 0.0000, 73.0000, 25.0000, -18.0000, 27.1492],
        [50.0000, 2.5000, 0.0000, 61.0000, -5.0000, 29.0000, 22.8977],
        [50.0000, 2.5000, 0.0000, 56.0000, -27.0000, -3.0000, 31.9030],
        [50.0000, 2.5000, 0.0000, 58.0000, 24.0000, 15.0000, 19.4535],
        [50.0000, 2.5000, 0.0000, 50.0000, 3.1736, 0.5854, 1.0000],
        [50.0000, 2.5000, 0.0000, 50.0000, 3.2972, 0.0000, 1.0000],
        [50.0000, 2.5000, 0.0000, 50.0000, 1.8634, 0.5757, 1.0000],
        [50.0000, 2.5000, 0.0000, 50.0000, 3.2592, 0.3350, 1.0000],
        [60.2574, -34.0099, 36.2677, 60.4626, -34.1751, 39.4387, 1.2644],
        [63.0109, -31.0961, -5.8663, 62.8187, -29.7946, -4.0864, 1.2630],
        [61.2901, 3.7196, -5.3901, 61.4292, 2.2480, -4.9620, 1.8731],
        [35.0831, -44.1164, 3.7933, 35.0232, -40.0716, 1.5901, 1.8645],
        [22.7233, 20.0904, -46.6940, 23.0331, 14.9730, -42.5619, 2.0373],
        [36.4612, 47.8580, 18.3852, 36.2715, 50.5065, 21.2231, 1.4146],
        [90.8027, -2.0831, 1.4410, 91.1528, -1.6435, 0.0447, 1.4441],
        [90.9257, -0.5406, -0.9208, 88.6381, -0.8985, -0.7239, 1.5381],
        [6.7747, -0.2908, -2.4247, 5.8714, -0.0985, -2.2286, 0.6377],
        [2.0776, 0.0795, -1.1350, 0.9033, -0.0636, -0.5514, 0.9082],
    ]
)


def test_ciede2000_gives_the_34_published_values():
    first, second, published = SHARMA[:, :3], SHARMA[:, 3:6], SHARMA[:, 6]
    assert len(published) == 34
    assert np.abs(ciede2000(first, second) - published).max() <= 0.5e-4 + 1e-9
    assert np.abs(ciede2000(second, first) - published).max() <= 0.5e-4 + 1e-9


def test_ciede2000_equals_scikit_image():
    first = lab(colors(50_000))
    second = np.concatenate([lab(colors(25_000)), first[25_000:] + rng.normal(0, 5, (25_000, 3))])
    assert np.abs(ciede2000(first, second) - deltaE_ciede2000(first, second)).max() < 1e-10


def test_ciede2000_broadcasts():
    first, second = lab(colors(4)), lab(colors(6))
    table = ciede2000(first[:, None], second)
    assert table.shape == (4, 6)
    for row, color in zip(table, first, strict=True):
        assert np.allclose(row, ciede2000(np.tile(color, (6, 1)), second), rtol=0, atol=1e-12)


@given(color_arrays, color_arrays)
def test_ciede2000_is_symmetric_and_in_range(a, b):
    distances = ciede2000(lab(a), lab(b))
    assert np.array_equal(distances, ciede2000(lab(b), lab(a)))
    assert np.array_equal(distances == 0, (a == b).all(axis=1))
    assert (distances < 120).all()


def test_lab_equals_scikit_image_on_a_grid_of_the_cube():
    grid = np.stack(np.meshgrid(*[np.arange(0, 256, 5)] * 3), axis=-1).reshape(-1, 3)
    everything = np.concatenate([grid, np.arange(256)[:, None].repeat(3, 1)]).astype(np.uint8)
    assert np.abs(lab(everything) - rgb2lab(everything)).max() < 1e-10


def test_lab_of_white_black_and_red():
    points = lab(np.array([[255, 255, 255], [0, 0, 0], [255, 0, 0]], np.uint8))
    assert points.shape == (3, 3)
    assert points.dtype == np.float64
    assert np.abs(points - [[100, 0, 0], [0, 0, 0], [53.24, 80.09, 67.20]]).max() < 0.01


# --- delta_e ------------------------------------------------------------------------------------


def test_delta_e_by_hand():
    black, white, red = [0, 0, 0], [255, 255, 255], [255, 0, 0]
    first = np.array([black, red, white], np.uint8)
    second = np.array([white, red, white], np.uint8)
    found = delta_e(first, second, np.array([1, 7, 12]))
    assert found.mean == pytest.approx(100 / 20, abs=1e-3)
    assert found.p95 == 0  # 19 of the 20 pixels did not change
    assert found.max == pytest.approx(100, abs=1e-3)
    assert delta_e(first, second, np.array([2, 7, 11])).p95 == found.max


def test_delta_e_equals_scikit_image_pixel_by_pixel_over_many_blocks():
    first = colors(20_000)
    second = disturbed(first)
    weights = rng.integers(1, 4, 20_000)
    assert len(first) > 2 * difference.PAIRS
    pixels = np.repeat(deltaE_ciede2000(rgb2lab(first), rgb2lab(second)), weights)
    found = delta_e(first, second, weights)
    assert found.mean == pytest.approx(pixels.mean(), abs=1e-10)
    assert found.max == pytest.approx(pixels.max(), abs=1e-10)
    percentile = np.percentile(pixels, 95, method="inverted_cdf")
    assert found.p95 == pytest.approx(percentile, abs=1e-10)


def test_delta_e_with_alpha_is_the_mean_of_that_on_black_and_on_white():
    halves = np.array([[0, 0, 0, 128], [255, 255, 255, 255]], np.uint8)
    others = np.array([[0, 0, 0, 255], [255, 255, 255, 128]], np.uint8)
    weights = np.array([3, 1])
    on_black = delta_e(
        np.array([[0] * 3, [255] * 3], np.uint8), np.array([[0] * 3, [128] * 3], np.uint8), weights
    )
    on_white = delta_e(
        np.array([[127] * 3, [255] * 3], np.uint8),
        np.array([[0] * 3, [255] * 3], np.uint8),
        weights,
    )
    found = delta_e(halves, others, weights)
    assert found == pytest.approx(np.mean([on_black, on_white], axis=0))


def test_delta_e_of_opaque_colors_is_the_same_with_and_without_alpha():
    first, second = colors(50), disturbed(colors(50))
    weights = np.ones(50, np.int64)
    solid = [np.pad(some, [(0, 0), (0, 1)], constant_values=255) for some in (first, second)]
    assert delta_e(*solid, weights) == delta_e(first, second, weights)


def test_delta_e_of_colors_with_themselves_is_zero():
    same = colors(100)
    assert delta_e(same, same, np.ones(100, np.int64)) == DeltaE(mean=0.0, p95=0.0, max=0.0)


@given(color_arrays, color_arrays, arrays(np.int64, 5, elements=st.integers(1, 10**9)))
def test_delta_e_is_symmetric_and_its_figures_are_in_order(a, b, weights):
    found = delta_e(a, b, weights)
    assert found == delta_e(b, a, weights)
    assert 0 <= found.mean <= found.max + 1e-12
    assert 0 <= found.p95 <= found.max


@pytest.mark.parametrize("channels", [3, 4])
def test_a_mean_is_right_about_its_limit_and_rough_far_from_it(channels):
    many = rng.integers(0, 256, (20_000, channels), dtype=np.uint8)
    many[:9000, 3:] = 255
    palette, entries = many[::400].copy(), rng.integers(0, 50, 20_000)
    wanted = difference.Differences(many, rng.integers(1, 9, 20_000), keep=True)
    exact = wanted.to(palette, entries).mean
    for limit in (exact, exact * (1 + 1e-9), exact * (1 - 1e-9)):
        assert wanted.mean(palette, entries, limit) == exact
    rough = wanted.mean(palette, entries, exact / 2)
    assert abs(rough - exact) < difference.ROUGH / 10
    assert rough == wanted.mean(palette, entries, 2 * exact)  # from colours that were kept


def test_ciede2000_in_float32_is_that_in_float64_but_for_its_precision():
    first, second = lab(colors(50_000)), lab(colors(50_000))
    rough = ciede2000(first.astype(np.float32), second.astype(np.float32))
    assert rough.dtype == np.float32
    apart = np.abs(rough - ciede2000(first, second))
    assert apart.mean() < 1e-4
    assert np.quantile(apart, 0.999) < 1e-3  # on opposite sides of grey hues turn either way


# --- weighted_percentile ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("q", "expected"), [(0.0, 1.0), (0.2, 1.0), (0.21, 2.0), (0.5, 2.0), (0.51, 9.0), (1.0, 9.0)]
)
def test_weighted_percentile_by_hand(q, expected):
    values = np.array([9.0, 1.0, 2.0])
    assert weighted_percentile(values, np.array([5, 2, 3]), q) == expected


def test_weighted_percentile_of_one_value_is_that_value():
    assert weighted_percentile(np.array([4.5]), np.array([3]), 0.95) == 4.5


@pytest.mark.parametrize("percent", range(101))
def test_weighted_percentile_is_not_led_astray_by_rounding(percent):
    values = np.arange(1.0, 101.0)  # of a hundred equal weights, `percent` are reached exactly
    assert weighted_percentile(values, np.ones(100, np.int64), percent / 100) == max(percent, 1)


@given(
    arrays(np.float64, 6, elements=st.floats(0, 100)),
    arrays(np.int64, 6, elements=st.integers(1, 20)),
    st.integers(1, 20),
)
def test_weighted_percentile_is_the_percentile_of_the_repeated_values(values, weights, twentieths):
    repeated = np.sort(np.repeat(values, weights))
    place = -(-twentieths * len(repeated) // 20) - 1  # the ceiling, in integers
    assert weighted_percentile(values, weights, twentieths / 20) == repeated[place]
