"""Where the project's files are."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]
"""The folder of the checkout."""

SAMPLES = ROOT / "sample_images"
"""The pictures that come with the project."""

DOCS = ROOT / "docs"
"""The documentation and the scripts that generate parts of it."""

TESTS = ROOT / "tests"
"""The folder from which `helpers` can be imported."""
