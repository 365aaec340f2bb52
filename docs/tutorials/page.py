"""Makes `README.md` beside it, and all its pictures, from the tutorials themselves.

python docs/tutorials/page.py
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import china_16
import china_64
import clouds
import digits
import digits_tsne
import four_blobs
import inertia
import moons
import restarts
import seeds
import steps
import tutorial
import two_blobs

PAGE = Path(__file__).parent / "README.md"

TUTORIALS: tuple[ModuleType, ...] = (
    four_blobs,
    two_blobs,
    steps,
    inertia,
    seeds,
    restarts,
    moons,
    digits,
    digits_tsne,
    clouds,
    china_64,
    china_16,
)

INTRODUCTION = """\
# k-means, shown

The examples of the classic k-means tutorials, done with `quantize`. Each is a script to run and to
change: it computes, draws its pictures and prints its figures.

```sh
pip install -e '.[docs]'
python docs/tutorials/four_blobs.py
```

The code below is what the scripts run, the figures are what they measured, and the claims are held
by [tests/docs/test_tutorials.py](../../tests/docs/test_tutorials.py). scikit-learn lends its data
sets, its scores, t-SNE and spectral clustering; the k-means is ours. `grid` and `picture`, which
some import, are small modules beside the scripts: points in twenty-five groups, and the photograph.
The page and its pictures are made by `python docs/tutorials/page.py`. The photograph is
danielbuechele's, CC BY 2.0: see [sample_images](../../sample_images/README.md).
"""


def page(results: Mapping[str, Any]) -> str:
    """The page, from what each tutorial's `run` found, by the tutorial's name."""
    contents = [f"- [{title(module)}](#{_anchor(title(module))})" for module in TUTORIALS]
    sections = [section(module, results[module.__name__]) for module in TUTORIALS]
    return "\n".join([INTRODUCTION, *contents, "", "\n".join(sections)])


def section(module: ModuleType, found: Any) -> str:
    """What it shows, its code, its pictures, its figures, and what to learn from it."""
    script = f"{module.__name__}.py"
    parts = [
        f"## {title(module)}",
        inspect.getdoc(module).partition("\n\n")[2],
        f"```python\n{code(module)}\n```",
        pictures(module),
        tutorial.table(module.figures(found)),
        f"**To learn:** {module.LESSON} ([{script}]({script}))",
    ]
    return "\n\n".join(parts) + "\n"


def title(module: ModuleType) -> str:
    """The first line of its docstring."""
    return inspect.getdoc(module).partition("\n")[0].rstrip(".")


def _anchor(heading: str) -> str:
    kept = (letter for letter in heading.lower() if letter.isalnum() or letter in " -_")
    return "".join(kept).replace(" ", "-")


def pictures(module: ModuleType) -> str:
    """Its picture, or several in a row with their captions above."""
    images = [f"![{text}](pictures/{name})" for name, text in module.PICTURES.items()]
    if len(images) == 1:
        return images[0]
    return tutorial.table([tuple(module.PICTURES.values()), tuple(images)])


def code(module: ModuleType) -> str:
    """The body of its `run` but for the last statement, and the imports that it needs."""
    source = inspect.getsource(module)
    tree = ast.parse(source)
    run = next(
        node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "run"
    )
    used = {node.id for node in ast.walk(run) if isinstance(node, ast.Name)}
    body = source.splitlines()[run.body[0].lineno - 1 : run.body[-1].lineno - 1]
    lines = [line.removeprefix("    ") for line in body]
    return "\n".join([*_imports(tree, used), "", *lines])


def _imports(tree: ast.Module, used: set[str]) -> Iterator[str]:
    """The module's imports of the names that are used."""
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [alias for alias in node.names if (alias.asname or alias.name) in used]
            if names:
                node.names = names
                yield ast.unparse(node)


def main() -> None:
    tutorial.PICTURES.mkdir(exist_ok=True)
    results = {}
    for module in TUTORIALS:
        results[module.__name__] = found = module.run()
        module.draw(found, tutorial.PICTURES)
    PAGE.write_text(page(results), encoding="utf-8")


if __name__ == "__main__":
    main()
