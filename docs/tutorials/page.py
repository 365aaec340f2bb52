"""Makes `README.md` beside it, the contents, and all pictures, from the tutorials themselves.

python docs/tutorials/page.py
"""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from typing import NamedTuple

import jupytext
import tutorial

HERE = Path(__file__).parent

PAGE = HERE / "README.md"

TUTORIALS = (
    "four_blobs",
    "two_blobs",
    "find_clusters",
    "steps",
    "inertia",
    "seeds",
    "restarts",
    "six_clusters",
    "moons",
    "assumptions",
    "digits",
    "digits_pca",
    "digits_tsne",
    "clouds",
    "china_64",
    "china_16",
)
"""In the order in which they are read."""

PICTURE = {"china_64": "china_64_fifth.png"}
"""What stands for a tutorial that has no picture of its own name."""

INTRODUCTION = """\
# k-means, shown

The figures of the texts on k-means, done with `quantize`: each page says which text's example it
answers. The code on a page is what was run, the figures are what it measured, and the claims are
held by [tests/docs/test_tutorials.py](../../tests/docs/test_tutorials.py). scikit-learn lends its
data sets, its scores, t-SNE and spectral clustering; the k-means is ours.

Each is a notebook, kept as a script: run it, or open it with
[Jupytext](https://jupytext.readthedocs.io/).

```sh
pip install -e '.[docs]'
python docs/tutorials/steps.py
jupytext --to notebook docs/tutorials/steps.py
```

As a script it writes its pictures to `pictures/` and prints its tables. As a notebook, and in the
site, some figures are used by hand: [the steps](steps.py) with the slider of the
[report](../report.md), [twenty-five groups](seeds.py), and
[a scatter to pick from](digits_pca.py). What they share lies beside them. The photograph is
danielbuechele's, CC BY 2.0: see [sample_images](../../sample_images/README.md). This page is made
by `python docs/tutorials/page.py`.
"""


class Words(NamedTuple):
    """What a notebook says of itself: title, whose example it answers, and its lesson."""

    title: str
    answers: str
    lesson: str


def words(name: str) -> Words:
    """Read the first cell of a tutorial, and its last."""
    cells = jupytext.read(HERE / f"{name}.py").cells
    title, answers, *_ = cells[0].source.split("\n\n")
    lesson = cells[-1].source.removeprefix("**To learn:** ")
    return Words(*(" ".join(text.split()).strip("#* ") for text in (title, answers, lesson)))


def page() -> str:
    """The contents, with a picture of each."""
    return "\n".join([INTRODUCTION, *map(section, TUTORIALS)])


def section(name: str) -> str:
    """Its title, a picture, whose example it is and what to learn from it."""
    title, answers, lesson = words(name)
    picture = PICTURE.get(name, f"{name}.png")
    parts = [
        f"## [{title}]({name}.py)",
        f"![{alt(name, picture)}](pictures/{picture})",
        f"{answers} {lesson}",
    ]
    return "\n\n".join(parts) + "\n"


def alt(name: str, picture: str) -> str:
    """What a picture shows, as its notebook says it: the text nearest to the name of its file."""
    source = (HERE / f"{name}.py").read_text(encoding="utf-8")
    before, _, after = source.partition(f'"{picture}"')
    beside = re.match(r', "([^"]+)"', after)
    return beside[1] if beside else re.findall(r'alt = \(?\s*"([^"]+)"', before)[-1]


def main() -> None:
    for old in tutorial.PICTURES.glob("*"):
        old.unlink()
    for name in TUTORIALS:
        runpy.run_path(str(HERE / f"{name}.py"))
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
