"""Guards the house: which module may import what, read from the source.

The rules are those of section 4 of the design. Imports inside functions count as well. Imports for
type checkers alone (`if TYPE_CHECKING`) keep to the layers too, but load nothing, so there a type
of Pillow may be named anywhere.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import quantize

HOUSE = Path(quantize.__file__).parent


def name_of(path: Path) -> str:
    parts = path.relative_to(HOUSE.parent).with_suffix("").parts
    return ".".join(parts).removesuffix(".__init__")


FILES = {name_of(path): path for path in sorted(HOUSE.rglob("*.py"))}

COMPILED = "quantize.kernels._compiled"
"""Not written in Python; it imports the reference kernels alone."""

LAYERS = """
deflating errors light pixels zorder
settings formats remote
files
model
kernels opponent
importance
arranging bluenoise contrast estimator_checks namedcolors
colorspace histogram kmeans metrics ordering seeding thresholds
colornames measure merging minibatch png remap rounding search silhouette sklearn_engine summary
clustering estimator_base growing matte opacity reaching regions shared
dither
auto estimators tasks
finding
lossless pipeline
assigning
film
steady
images palettes
report
collisions inputs loading
plan
reels
work
processes
cluster
batch api moving
cli
"""
"""From the ground up: a module, or the modules of a folder, import from the lines above theirs."""

DOORS = ("quantize", "quantize.__main__")
"""These open onto every floor, and import nothing until they are used."""

ENGINE = LAYERS.partition("files")[2].partition("images")[0].split()
"""From the model to the pipeline."""

ONLY = {
    "PIL": ("images", "report.swatch"),
    "pillow_heif": ("images.opening",),
    "click": ("cli",),
    "tqdm": ("cli",),
    "sklearn": ("sklearn_engine", "estimator_base"),
    "deflate": ("deflating",),
    "oxipng": ("png",),
    "fsspec": ("remote",),
    "dask": ("cluster",),
    "distributed": ("cluster",),
    "threadpoolctl": ("kernels",),
}
"""What else is installed → the modules that may use it."""

WITHOUT_NUMPY = (
    *(
        "errors",
        "light",
        "settings",
        "formats",
        "remote",
        "files",
        "inputs",
        "collisions",
        "plan",
        "palettes",
        "cli",
    ),
)
"""The command starts with these; of `palettes` the table only, not the formats."""

KNOWS_ONLY = {
    "kernels": ("errors", "zorder"),
    "deflating": (),
    "matte": ("model", "pixels"),
    "zorder": (),
    "seeding": ("kernels",),
    "kmeans": ("kernels",),
    "minibatch": ("kernels", "kmeans"),
    "search": ("kernels", "kmeans"),
    "summary": ("kernels", "kmeans"),
    "arranging": ("zorder",),
    "growing": ("kmeans", "search"),
    "opacity": ("kmeans",),
    "silhouette": (),
    "pixels": (),
    "model": ("errors", "pixels", "zorder"),
    "histogram": ("importance", "kernels", "model", "pixels"),
    "importance": ("kernels", "model"),
    "colorspace": ("model", "opponent"),
    "ordering": ("model", "opponent"),
    "light": (),
    "opponent": ("light", "model"),
    "contrast": ("light",),
    "metrics": ("model", "opponent", "pixels"),
    "bluenoise": (),
    "thresholds": ("bluenoise",),
}
"""Mathematics knows neither settings nor files; of k-means not even that there are colours."""

FILE_MODULES = {"io", "os", "pathlib", "shutil", "tempfile"}

MAX_LINES = 400


@dataclass(frozen=True)
class Import:
    """One import statement's target, and where it stands."""

    target: str
    nested: bool
    for_types: bool


def inside_house(name: str) -> bool:
    return name.partition(".")[0] == "quantize"


def packages(names: Iterable[str]) -> set[str]:
    """`{'numpy'}` of `['numpy.typing']`."""
    return {name.partition(".")[0] for name in names}


def unit(module: str) -> str:
    """`'palettes'` of `'quantize.palettes.gpl'`."""
    return module.split(".")[1]


def belongs(module: str, units: tuple[str, ...]) -> bool:
    short = module.removeprefix("quantize.")
    return any(short == name or short.startswith(f"{name}.") for name in units)


@cache
def tree(module: str) -> ast.Module:
    return ast.parse(FILES[module].read_text(encoding="utf-8"))


def is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")


def walk(
    node: ast.AST, *, nested: bool = False, for_types: bool = False
) -> Iterator[tuple[ast.AST, bool, bool]]:
    """Every node below, whether it is inside a function, and whether for type checkers alone."""
    for child in ast.iter_child_nodes(node):
        yield child, nested, for_types
        inside = nested or isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef))
        yield from walk(child, nested=inside, for_types=for_types or is_type_checking(child))


def targets(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        assert node.level == 0, "imports are absolute"
        whole = [f"{node.module}.{alias.name}" for alias in node.names]
        return [name if name in {*FILES, COMPILED} else str(node.module) for name in whole]
    return []


@cache
def imports(module: str) -> tuple[Import, ...]:
    return tuple(
        Import(target, nested, for_types)
        for node, nested, for_types in walk(tree(module))
        for target in targets(node)
    )


def at_run_time(module: str) -> set[str]:
    """Top-level packages that a module really imports, inside functions as well."""
    return packages(found.target for found in imports(module) if not found.for_types)


def neighbours(module: str) -> set[str]:
    """Modules of the house that a module imports, for types as well."""
    return {found.target for found in imports(module) if inside_house(found.target)} - {"quantize"}


@cache
def loaded_by(module: str) -> frozenset[str]:
    """Whatever is imported as soon as a module is: others of the house, and what they import."""
    found, waiting = set(), [module]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        if name in FILES:
            eager = [one.target for one in imports(name) if not (one.nested or one.for_types)]
            waiting += [*eager, name.rpartition(".")[0] or name]  # a package before its modules
    return frozenset(found)


ROOMS = [module for module in FILES if module not in DOORS]
EVERY_MODULE = pytest.mark.parametrize("module", FILES)
EVERY_ROOM = pytest.mark.parametrize("module", ROOMS)


# Layers


def test_every_module_has_its_layer() -> None:
    assert sorted(LAYERS.split()) == sorted({unit(module) for module in ROOMS})


@EVERY_ROOM
def test_imports_point_down(module: str) -> None:
    floors = {name: floor for floor, line in enumerate(LAYERS.split("\n")) for name in line.split()}
    for target in neighbours(module):
        assert inside_house(target)
        if unit(target) != unit(module):
            assert floors[unit(target)] < floors[unit(module)], f"{module} imports {target}"


def test_no_modules_import_each_other() -> None:
    graph = {module: neighbours(module) for module in ROOMS}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" → ".join(error.args[1]))


@pytest.mark.parametrize("module", DOORS)
def test_a_door_imports_nothing_until_it_is_used(module: str) -> None:
    eager = {found.target for found in imports(module) if not (found.nested or found.for_types)}
    assert eager <= {"__future__", "sys", "typing", "quantize.cli"}


def test_no_module_fights_with_the_function_over_its_name() -> None:
    assert "quantize.quantize" not in FILES


# What each may use


@EVERY_MODULE
def test_nothing_is_imported_but_the_declared_dependencies(module: str) -> None:
    known = {*sys.stdlib_module_names, "quantize", "numpy", *ONLY}
    assert at_run_time(module) <= known


@pytest.mark.parametrize("package", ONLY)
def test_a_dependency_is_used_where_it_belongs_and_nowhere_else(package: str) -> None:
    users = {module for module in ROOMS if package in at_run_time(module)}
    assert users
    assert not {module for module in users if not belongs(module, ONLY[package])}


@pytest.mark.parametrize("package", ["sklearn", "tqdm", "oxipng"])
def test_what_is_slow_to_import_is_imported_inside_functions_only(package: str) -> None:
    assert not {module for module in FILES if package in packages(loaded_by(module))}


@pytest.mark.parametrize("name", WITHOUT_NUMPY)
def test_the_command_starts_without_numpy(name: str) -> None:
    modules = [f"quantize.{name}"]
    if name == "cli":
        modules += [module for module in ROOMS if unit(module) == "cli"]
    for module in modules:
        assert "numpy" not in at_run_time(module)
        assert not packages(loaded_by(module)) & {"numpy", "PIL"}, module


@EVERY_ROOM
def test_kernels_are_imported_through_their_door(module: str) -> None:
    behind = {target for target in neighbours(module) if target.startswith("quantize.kernels.")}
    assert not behind or unit(module) == "kernels"


@pytest.mark.parametrize("name", KNOWS_ONLY)
def test_mathematics_knows_nothing_of_what_it_is_for(name: str) -> None:
    for module in (module for module in ROOMS if unit(module) == name):
        assert {unit(target) for target in neighbours(module)} <= {*KNOWS_ONLY[name], name}


@pytest.mark.parametrize("module", [module for module in ROOMS if unit(module) in ENGINE])
def test_the_engine_knows_nothing_of_files(module: str) -> None:
    used = at_run_time(module) & FILE_MODULES
    # one counts the cores, one reads a variable of the environment
    assert used <= ({"os"} if module.startswith("quantize.kernels.") else set())
    assert not {unit(target) for target in neighbours(module)} & {"files", "formats", "images"}
    assert "open" not in calls(module)


def calls(module: str) -> set[str]:
    found = (node for node in ast.walk(tree(module)) if isinstance(node, ast.Call))
    return {ast.unparse(call.func) for call in found}


@EVERY_ROOM
def test_a_library_never_prints_and_never_exits(module: str) -> None:
    if unit(module) != "cli":
        assert not calls(module) & {"print", "exit", "quit", "sys.exit", "os._exit"}


# How each is written


def public_things(node: ast.AST, prefix: str) -> Iterator[tuple[str, ast.AST]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            if not child.name.startswith("_"):
                yield f"{prefix}.{child.name}", child
            if isinstance(child, ast.ClassDef) and not child.name.startswith("_"):
                yield from public_things(child, f"{prefix}.{child.name}")


@EVERY_MODULE
def test_everything_public_says_what_it_is(module: str) -> None:
    silent = [name for name, node in public_things(tree(module), module) if not has_words(node)]
    assert not silent
    if module != "quantize.__main__":
        assert has_words(tree(module)), module


def has_words(node: ast.AST) -> bool:
    assert isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))
    return bool(ast.get_docstring(node))


@EVERY_MODULE
def test_no_file_is_longer_than_can_be_read_in_one_go(module: str) -> None:
    assert FILES[module].read_text(encoding="utf-8").count("\n") <= MAX_LINES
