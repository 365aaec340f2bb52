"""Guards the scale of quality: pngquant's, and what the page says of it."""

from __future__ import annotations

import math
import re

import pytest

from helpers.paths import ROOT
from quantize.pipeline.quality_scale import AIM, quality_of, squared_error

PAGE = (ROOT / "docs" / "quality.md").read_text()
ROWS = re.findall(r"^\| (\d+) \| ([\d.]+) \| ([\d.]+) \| ([\d.]*)[a-z ]*\|$", PAGE, re.MULTILINE)

SEEN = [
    (296.177, 0),
    (143.765, 1),
    (91.168, 2),
    (29.727, 24),
    (28.211, 27),
    (19.779, 44),
    (6.666, 78),
    (6.315, 79),
]
"""What pngquant 2.17 said with `--verbose` of eight files: its MSE, whose unit is 6 / 256² of ours
at full scale, and its quality."""


@pytest.mark.parametrize(("its_mse", "quality"), SEEN)
def test_the_scale_is_that_of_pngquant(its_mse: float, quality: int) -> None:
    mse = its_mse * 6 / 256**2 * 255**2
    assert squared_error(quality + 1) < mse <= squared_error(quality) * 1.001


def test_a_better_quality_has_a_smaller_error() -> None:
    errors = [squared_error(quality) for quality in range(101)]
    assert errors == sorted(set(errors), reverse=True)
    assert (errors[0], errors[100]) == (math.inf, 0)


@pytest.mark.parametrize("quality", [0, 1, 50, 99, 100])
def test_the_quality_of_its_largest_error_is_itself(quality: int) -> None:
    assert quality_of(squared_error(quality)) == quality


def test_an_error_beyond_the_scale_has_the_quality_0() -> None:
    assert quality_of(3 * 255.0**2) in (0, 1)


def test_the_page_has_the_errors_of_the_scale() -> None:
    assert len(ROWS) > 12
    for quality, largest, aim, psnr in ROWS:
        error = squared_error(int(quality))
        assert float(largest) == pytest.approx(error, abs=0.05)
        assert float(aim) == pytest.approx(AIM * error, abs=0.05)
        assert not psnr or float(psnr) == pytest.approx(
            10 * math.log10(255**2 * 3 / error), abs=0.05
        )
