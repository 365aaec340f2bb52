"""Guards the front door of the library: what goes in, what comes out, what is refused."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from sklearn.cluster import KMeans as Theirs

import quantize as package
from helpers.paths import SAMPLES
from quantize import compress_image, errors, quantize, save_palette, save_swatch
from quantize.api import image as api_image
from quantize.api.result import Result
from quantize.images import table as image_table
from quantize.model.palette import Palette
from quantize.model.picture import Picture
from quantize.palette_files import codec
from quantize.palette_files import table as palette_table
from quantize.palette_files.form import Form

CHINA = SAMPLES / "china.jpg"

RED, LIME, BLUE, CLEAR = (255, 0, 0), (0, 255, 0), (0, 0, 255), (0, 0, 0, 0)

FLAG = np.array([[RED, LIME, BLUE], [RED, RED, (250, 0, 0)]], np.uint8)
TRANSLUCENT = np.array([[(*RED, 255), (*LIME, 128), CLEAR]], np.uint8)


def noise(*shape: int, seed: int = 0) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, shape).astype(np.uint8)


# What goes in


def test_a_path_an_image_and_an_array_give_the_same_result(tmp_path: Path) -> None:
    pixels, path = noise(12, 9, 3), tmp_path / "noise.png"
    Image.fromarray(pixels).save(path)
    expected = quantize(pixels, 5)
    for image in (path, str(path), Image.fromarray(pixels), Picture(pixels)):
        result = quantize(image, 5)
        assert result.palette == expected.palette
        assert np.array_equal(result.indices, expected.indices)
    assert quantize(path, 5).picture.source == str(path)
    assert quantize(path, 5).picture.source_bytes == path.stat().st_size


def test_64_colours_unless_told() -> None:
    assert len(quantize(noise(20, 20, 3)).palette) == 64


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "CMYK", "LA", "RGBA"])
def test_pillow_images_of_any_mode_are_taken(mode: str) -> None:
    image = Image.fromarray(FLAG).convert(mode)
    result = quantize(image, 64)
    assert np.array_equal(result.to_array(), np.asarray(image.convert("RGB")))


def test_a_float_array_is_refused_with_a_hint_at_compress_image() -> None:
    with pytest.raises(errors.PixelsError, match="compress_image") as caught:
        quantize(FLAG / 255, 4)
    assert "float64" in str(caught.value)
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize(
    "image",
    [np.zeros((4, 4, 2), np.uint8), np.zeros((0, 4, 3), np.uint8)],
    ids=lambda array: str(array.shape),
)
def test_an_array_of_another_shape_is_refused(image: NDArray[np.uint8]) -> None:
    with pytest.raises(errors.PixelsError) as caught:
        quantize(image, 4)
    assert str(image.shape) in str(caught.value)


@pytest.mark.parametrize("image", [None, 7, b"photo.jpg", [[[255, 0, 0]]]], ids=repr)
def test_what_is_no_image_is_refused(image: object) -> None:
    with pytest.raises(errors.PixelsError, match="wanted a path, a Pillow image or an array"):
        quantize(image, 4)


def test_a_missing_file_is_a_file_not_found_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"none\.png"):
        quantize(tmp_path / "none.png", 4)


@pytest.mark.parametrize("colors", [0, 257, -3, 2.5, "abc"])
def test_a_palette_size_out_of_range_is_refused_before_the_file_is_read(colors: Any) -> None:
    with pytest.raises(errors.SettingError, match=r"^colors: "):
        quantize("there is no such file", colors)


def test_a_larger_file_than_allowed_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "wide.png"
    Image.fromarray(noise(2, 50, 3)).save(path)
    assert quantize(path, 4, max_pixels=100).indices.shape == (2, 50)
    with pytest.raises(errors.ImageTooLargeError, match="99"):
        quantize(path, 4, max_pixels=99)


# What comes out


def test_the_result_is_palette_indices_and_statistics() -> None:
    result = quantize(FLAG, 4, sort="luminance")
    assert isinstance(result, Result)
    assert result.palette.hex == ["#0000ff", "#fa0000", "#ff0000", "#00ff00"]  # dark to light
    assert result.palette.counts.tolist() == [1, 1, 3, 1]
    assert result.indices.tolist() == [[2, 3, 0], [2, 2, 1]]
    assert (result.indices.dtype, result.settings.colors) == (np.uint8, 4)


def test_statistics_by_hand() -> None:
    # three colours for four: the reds become one, at (3·255 + 250) / 4 = 253.75, rounded to 254
    result = quantize(FLAG, 3, n_init=5, space="srgb", weights="uniform")
    assert sorted(result.palette.hex) == ["#0000ff", "#00ff00", "#fe0000"]
    figures = result.statistics
    assert (figures.colors_before, figures.colors_after) == (4, 3)
    assert figures.mse == (3 * 1**2 + 4**2) / 6
    assert figures.psnr == pytest.approx(10 * np.log10(255**2 / (figures.mse / 3)))
    assert figures.inertia == 3 * 1.25**2 + 3.75**2
    assert figures.converged
    assert figures.iterations >= 1
    assert list(figures.seconds) == ["count", "cluster", "map", "measure"]
    assert min(figures.seconds.values()) >= 0
    assert figures.ssim is None


def test_full_metrics_are_there_when_asked_for() -> None:
    figures = quantize(noise(16, 16, 3), 8, metrics="full").statistics
    assert figures.ssim is not None
    assert 0 < figures.ssim < 1
    assert figures.delta_e_mean is not None
    assert figures.delta_e_p95 is not None
    assert figures.delta_e_max is not None
    assert 0 < figures.delta_e_mean <= figures.delta_e_p95 <= figures.delta_e_max


def test_the_mse_is_that_of_the_array_that_comes_out() -> None:
    pixels = noise(16, 16, 3)
    result = quantize(pixels, 8)
    difference = pixels.astype(float) - result.to_array()
    assert result.statistics.mse == pytest.approx(np.square(difference).sum(axis=2).mean())


@pytest.mark.parametrize("pixels", [noise(7, 5, 3), noise(7, 5, 4)], ids=["rgb", "rgba"])
def test_array_and_image_are_the_palette_at_the_indices(pixels: NDArray[np.uint8]) -> None:
    result = quantize(pixels, 6)
    array, image = result.to_array(), result.to_image()
    assert np.array_equal(array, result.palette.colors[result.indices])
    assert (array.shape, array.dtype) == (pixels.shape, np.uint8)
    assert (image.mode, image.size) == ("P", (5, 7))
    assert np.array_equal(np.asarray(image), result.indices)
    mode = "RGB" if pixels.shape[2] == 3 else "RGBA"
    assert np.array_equal(np.asarray(image.convert(mode)), array)


def test_progress_is_told_stage_and_iteration() -> None:
    seen: list[tuple[str, int]] = []
    result = quantize(
        noise(16, 16, 3), 8, progress=lambda stage, count: seen.append((stage, count))
    )
    turns = range(result.statistics.iterations + 1)
    clustered = [("cluster", turn) for turn in turns]
    assert seen == [("count", 0), *clustered, ("map", 0)]


def test_a_sample_finds_the_colours_and_all_pixels_are_mapped_and_measured() -> None:
    pixels = noise(30, 30, 3)
    result = quantize(pixels, 8, sample=50, space="srgb")
    assert result.indices.shape == (30, 30)
    assert result.palette.counts.sum() == 900
    table = np.square(pixels.reshape(-1, 1, 3) - result.palette.colors.astype(float)).sum(axis=2)
    # of the unrounded centroids, over all pixels
    assert result.statistics.inertia == pytest.approx(table.min(axis=1).sum(), rel=0.01)


def test_the_photograph_of_the_readme_is_nearly_as_good_as_with_scikit_learn() -> None:
    ours = quantize(CHINA, 16)
    theirs = quantize(CHINA, 16, engine="scikit-learn", init="wu")
    assert ours.statistics.mse < 1.05 * theirs.statistics.mse


# Saving


@pytest.mark.parametrize("row", image_table.FORMATS.values(), ids=lambda row: row.name)
def test_every_format_is_saved_by_its_endings_and_read_back_exactly(
    row: image_table.ImageFormat, tmp_path: Path
) -> None:
    result = quantize(noise(7, 5, 3), 6)
    for ending in row.endings:
        path = tmp_path / f"out{ending}"
        result.save(path)
        with Image.open(path) as image:
            assert image.format == row.name.upper()
            assert np.array_equal(np.asarray(image.convert("RGB")), result.to_array())


@pytest.mark.parametrize("name", ["png", "webp"])
def test_alpha_is_saved_exactly_where_the_format_has_it(name: str, tmp_path: Path) -> None:
    result = quantize(TRANSLUCENT, 64)
    result.save(tmp_path / "out", format=name)
    with Image.open(tmp_path / "out") as image:
        assert np.array_equal(np.asarray(image.convert("RGBA")), TRANSLUCENT)


@pytest.mark.parametrize("ending", ["gif", "tiff", "bmp"])
def test_alpha_that_a_format_would_lose_is_refused(ending: str, tmp_path: Path) -> None:
    with pytest.raises(errors.OutputError, match="choose one of png, webp"):
        quantize(TRANSLUCENT, 64).save(tmp_path / f"out.{ending}")
    assert not list(tmp_path.iterdir())


def test_a_gif_may_have_holes(tmp_path: Path) -> None:
    holes = np.array([[(*RED, 255), CLEAR]], np.uint8)
    quantize(holes, 64).save(tmp_path / "out.gif")
    with Image.open(tmp_path / "out.gif") as image:
        seen = np.asarray(image.convert("RGBA"))
    assert seen[..., 3].tolist() == [[255, 0]]
    assert seen[0, 0].tolist() == [*RED, 255]


def test_an_existing_file_is_left_alone_unless_forced(tmp_path: Path) -> None:
    path, result = tmp_path / "out.png", quantize(FLAG, 4)
    path.write_bytes(b"precious")
    with pytest.raises(errors.OutputExistsError):
        result.save(path)
    assert path.read_bytes() == b"precious"
    result.save(path, force=True)
    with Image.open(io.BytesIO(path.read_bytes())) as image:
        assert image.format == "PNG"
    assert [file.name for file in tmp_path.iterdir()] == ["out.png"]


def test_a_missing_folder_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(errors.OutputError, match="nowhere does not exist"):
        quantize(FLAG, 4).save(tmp_path / "nowhere" / "out.png")


@pytest.mark.parametrize("name", ["out.jpg", "out.xyz"])
def test_an_ending_without_a_format_is_refused_with_the_known_ones(
    name: str, tmp_path: Path
) -> None:
    with pytest.raises(errors.OutputError, match=r"\.png, \.gif, \.webp, \.tiff, \.bmp"):
        quantize(FLAG, 4).save(tmp_path / name)


def test_an_unknown_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(errors.OutputError, match="jpeg"):
        quantize(FLAG, 4).save(tmp_path / "out.png", format="jpeg")


@pytest.mark.parametrize(
    "row",
    [row for row in palette_table.FORMATS.values() if row.writes],
    ids=lambda row: row.name,
)
def test_a_palette_is_saved_in_the_format_of_its_ending(
    row: palette_table.PaletteFormat, tmp_path: Path
) -> None:
    palette, path = quantize(FLAG, 4).palette, tmp_path / f"flag{row.endings[0]}"
    save_palette(palette, path)
    assert path.read_bytes() == codec.encode(palette, str(path), "flag")
    with pytest.raises(errors.OutputExistsError):
        save_palette(palette, path)
    save_palette(palette, path, title="other", force=True)
    assert path.read_bytes() == codec.encode(palette, str(path), "other", Form("flag"))


def test_an_unknown_palette_format_is_refused(tmp_path: Path) -> None:
    with pytest.raises(errors.OutputError, match=r"\.gpl"):
        save_palette(Palette.from_hex("ff0000"), tmp_path / "flag.xyz")
    assert not list(tmp_path.iterdir())


def test_a_swatch_is_saved_as_a_png(tmp_path: Path) -> None:
    palette, path = quantize(FLAG, 4).palette, tmp_path / "swatch.png"
    save_swatch(palette, path, title="flag")
    with Image.open(path) as image:
        assert image.format == "PNG"
        seen = {color for _, color in image.convert("RGB").getcolors(image.width * image.height)}
    assert seen >= set(palette)
    with pytest.raises(errors.OutputExistsError):
        save_swatch(palette, path)
    save_swatch(palette, path, force=True)


# compress_image


def floats(seed: int = 0, dtype: type = np.float64) -> NDArray[Any]:
    return np.random.default_rng(seed).random((20, 25, 3)).astype(dtype)


def distinct(image: NDArray[Any]) -> int:
    return len(np.unique(image.reshape(-1, 3), axis=0))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("k", [1, 7, 256])
def test_floats_come_back_in_few_colours_and_the_same_dtype(dtype: type, k: int) -> None:
    image = floats(dtype=dtype)
    before = image.copy()
    result = compress_image(image, k)
    assert (result.shape, result.dtype) == (image.shape, dtype)
    assert distinct(result) <= k
    assert 0 <= result.min() <= result.max() <= 1
    assert np.array_equal(image, before)


def test_nothing_is_rounded_to_8_bits() -> None:
    image = np.array([[[0.1, 0.2, 0.3], [0.1, 0.2, 0.3 + 1e-4]]])
    assert compress_image(image, 1)[0, 0] == pytest.approx([0.1, 0.2, 0.3 + 5e-5], abs=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_an_image_of_few_colours_comes_back_as_a_copy(dtype: type) -> None:
    image = np.tile(floats(dtype=dtype)[:1, :5], (4, 3, 1))
    result = compress_image(image, 5)
    assert np.array_equal(result, image)
    assert not np.shares_memory(result, image)


def test_every_pixel_has_the_mean_of_its_cluster() -> None:
    image = floats()
    result = compress_image(image, 6, tol=0.0)
    for color in np.unique(result.reshape(-1, 3), axis=0):
        members = image[(result == color).all(axis=2)]
        assert members.mean(axis=0) == pytest.approx(color)


@pytest.mark.slow
@pytest.mark.parametrize("k", [4, 16])
def test_the_result_is_as_good_as_scikit_learns(k: int) -> None:
    image = floats(seed=k)
    theirs = Theirs(k, n_init=10, random_state=0).fit(image.reshape(-1, 3))
    error = np.square(compress_image(image, k, n_init=10) - image).sum()
    assert error < 1.01 * theirs.inertia_


def test_it_is_deterministic_and_the_seed_matters() -> None:
    image = floats()
    first, same, other = (
        compress_image(image, 9, init="k-means++", seed=seed) for seed in (1, 1, 2)
    )
    assert np.array_equal(first, same)
    assert not np.array_equal(first, other)


def test_the_order_of_the_array_in_memory_does_not_matter() -> None:
    image = floats()
    turned = np.asfortranarray(image)
    assert np.array_equal(compress_image(turned, 9), compress_image(image, 9))


def test_floats_may_have_more_than_256_colours() -> None:
    assert distinct(compress_image(floats(), 300)) == 300


@pytest.mark.parametrize(
    ("image", "said"),
    [
        (np.zeros((4, 4, 4)), r"\(4, 4, 4\)"),
        ([[[0.5, 0.5, 0.5]]], "list"),
        (np.zeros((4, 4, 3), int), "int64"),
        (np.zeros((0, 4, 3)), "no pixels"),
        (np.full((2, 2, 3), 1.5), "0 to 1, got 1.5 to 1.5"),
        (np.full((2, 2, 3), -0.1), "0 to 1, got -0.1"),
        (np.full((2, 2, 3), np.nan), "0 to 1, got nan"),
        (np.full((2, 2, 3), np.inf), "0 to 1, got inf"),
    ],
)
def test_what_is_no_picture_of_floats_in_0_to_1_or_bytes_is_refused(image: Any, said: str) -> None:
    with pytest.raises(errors.PixelsError, match=said):
        compress_image(image, 4)


@pytest.mark.parametrize("colors", [0, -1, 2.5])
def test_a_number_of_colours_that_is_none_is_refused(colors: Any) -> None:
    with pytest.raises(errors.SettingError, match="colors"):
        compress_image(floats(), colors)


# The package


def in_a_fresh_process(code: str) -> str:
    run = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    return run.stdout.strip()


def test_importing_the_package_imports_next_to_nothing() -> None:
    loaded = in_a_fresh_process(
        "import sys, quantize; print(*sorted(set(m.partition('.')[0] for m in sys.modules)"
        " & {'numpy', 'PIL', 'click', 'tqdm', 'sklearn'}), quantize.__version__)"
    )
    assert loaded == package.__version__


def test_the_function_is_no_module() -> None:
    said = in_a_fresh_process("from quantize import quantize; print(quantize.__module__)")
    assert said == "quantize.api.image"


def test_every_public_name_is_there() -> None:
    assert dir(package) == sorted(package.__all__)
    for name in package.__all__:
        assert getattr(package, name) is not None
    assert package.quantize is api_image.quantize
    assert package.Palette is Palette


def test_names_are_found_by_star_and_by_dir_in_a_fresh_process() -> None:
    code = "from quantize import *; import quantize as q; print(set(q.__all__) <= set(globals()))"
    assert in_a_fresh_process(code) == "True"


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="'quantize' has no attribute 'quantise'"):
        package.quantise  # noqa: B018
    with pytest.raises(ImportError, match="quantise"):
        exec("from quantize import quantise")


def test_an_array_larger_than_memory_is_refused() -> None:
    for shape in ((1 << 40, 1 << 10, 3), (1 << 40, 1 << 10)):
        with pytest.raises(errors.PixelsError, match="image: needs more memory than there is"):
            quantize(np.broadcast_to(np.uint8(5), shape), 2)
