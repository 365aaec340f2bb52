"""Guard the house: which room may import which, read from the source.

`docs/architecture.md` explains the rooms. A new room is a change of the tables below alone. Imports
inside functions and under `TYPE_CHECKING` count as well, and so does a string that names a module:
`"quantize.x.y"`, `"quantize.x:name"`.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter
from importlib import import_module
from pathlib import Path

import pytest

import quantize

HOUSE = Path(quantize.__file__).parent
ROOT = HOUSE.parent

FLOORS = (
    "errors values version",
    "checks kernels model storage",
    "color dither images kmeans",
    "pipeline swatch",
    "palette_files report",
    "api",
    "jobs",
    "cli",
)
"""From the ground up. A room imports from the floors below its own."""

DOORS = ("quantize", "quantize.__main__")
"""These open onto every floor, and import nothing but the version until they are used."""

INSIDE = {
    "images": (
        "png_chunks table deflate",
        "png read file_header",
        "write",
        "animation",
        "load encode",
        "shown",
    ),
    "pipeline": (
        "timing similarity pixel_weights background criteria",
        "table",
        "settings histogram",
        "target quality_scale",
        "quality color_table",
        "statistics lossless_size",
        "mappers given_palette kept_table frame_colors",
        "lossy",
        "lossy_frames palette",
        "frame_palettes arrangement",
        "shared",
        "run",
    ),
}
"""The floors inside large rooms, from the ground up."""

KNOWS_ONLY = {
    "checks": "errors",
    "kernels": "errors",
    "model": "errors values",
    "storage": "errors",
    "kmeans": "kernels checks errors",
    "dither": "kernels checks model",
    "color": "kernels model checks errors",
    "swatch": "color model checks errors",
    "images": "kernels model storage checks errors values",
}
"""Rooms that know less than their floor allows. Mathematics knows neither settings nor files."""

ALONE = {
    "PIL": "images swatch",
    "pillow_heif": "images.read.heif",
    "click": "cli",
    "tqdm": "cli",
    "sklearn": "kmeans.sklearn_backend kmeans.sklearn_bridge",
    "scipy": "kmeans.sparse",
    "pandas": "kmeans.sklearn_bridge model.palette",
    "matplotlib": "api.figures api.plots model.palette",
    "polars": "kmeans.sklearn_bridge",
    "deflate": "images.deflate",
    "oxipng": "images.png",
    "fsspec": "storage.remote",
    "dask": "jobs.cluster",
    "distributed": "jobs.cluster",
    "threadpoolctl": "kernels",
}
"""What else is installed, and the modules that may use it."""

WITHOUT_NUMPY = (
    "errors values version checks storage */table pipeline.settings jobs.plan jobs.inputs "
    "jobs.request jobs.patterns cli"
)
"""The command starts with these; `*` stands for any room."""

FILES = (
    "os.path.exists os.path.lexists os.path.isfile os.path.isdir os.path.islink os.path.getsize "
    "os.path.realpath os.path.samefile os.stat os.scandir os.listdir os.access os.makedirs "
    "os.replace os.remove glob.glob tempfile open Path"
)
"""Calls that reach a file. A user's file may be a URL, so only `storage` makes them."""

FILES_ALLOWED = {
    "storage": "all",
    "swatch.labels": "Path",  # its own fonts
    "kernels.choice": "os.path.exists",  # its own source
}

MOST_LINES = 400
MOST_LINES_OF_A_FUNCTION = 60

AT_THE_TOP = {
    *(".ci", ".dockerignore", ".editorconfig", ".gitattributes", ".github", ".gitignore"),
    ".pre-commit-config.yaml",
    *("CHANGELOG.md", "CONTRIBUTING.md", "Dockerfile", "LICENSE", "MANIFEST.in", "README.md"),
    *("SECURITY.md", "action.yml", "benchmarks", "docs", "mkdocs.yml", "pyproject.toml"),
    *("quantize", "sample_images", "tests"),
}
"""What may stand beside the package, as users and tools expect it there."""


# --- reading the source ---------------------------------------------------------------------------


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts).removesuffix(".__init__")


MODULES = {name_of(path): path for path in sorted(HOUSE.rglob("*.py"))}

COMPILED = "quantize.kernels._compiled"
"""Not written in Python; it imports the reference kernels alone."""

MODULE_NAME = re.compile(r"quantize(\.\w+){2,}|quantize(\.\w+)+:\w+")


@dataclass(frozen=True)
class Import:
    """The target of one import, and where it stands."""

    target: str
    nested: bool = False
    for_types: bool = False
    by_string: bool = False


def is_of_the_house(name: str) -> bool:
    return name.partition(".")[0] == "quantize"


def packages(names: Iterable[str]) -> set[str]:
    """`{'numpy'}` of `['numpy.typing']`."""
    return {name.partition(".")[0] for name in names}


def room(module: str) -> str:
    """`'images'` of `'quantize.images.png'`."""
    return module.split(".")[1]


def belongs(module: str, places: str) -> bool:
    short = module.removeprefix("quantize.")
    return any(
        short == place
        or short.startswith(f"{place}.")
        or (place.startswith("*/") and short.endswith(f".{place[2:]}"))
        for place in places.split()
    )


@cache
def tree(module: str) -> ast.Module:
    return ast.parse(MODULES[module].read_text(encoding="utf-8"))


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
        return [name if name in {*MODULES, COMPILED} else str(node.module) for name in whole]
    return []


def strings(module: str) -> list[str]:
    """Strings of a module, without its docstrings."""
    said = {
        id(node.value)
        for node in ast.walk(tree(module))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    return [
        node.value
        for node in ast.walk(tree(module))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said
    ]


def by_string(module: str) -> list[str]:
    """The modules that strings of a module name."""
    names = [text for text in strings(module) if MODULE_NAME.fullmatch(text)]
    return [name.partition(":")[0] for name in names]


@cache
def imports(module: str) -> tuple[Import, ...]:
    written = [
        Import(target, nested, for_types)
        for node, nested, for_types in walk(tree(module))
        for target in targets(node)
    ]
    return (*written, *(Import(name, nested=True, by_string=True) for name in by_string(module)))


def at_run_time(module: str) -> set[str]:
    """Top-level packages that a module really imports, inside functions as well."""
    return packages(found.target for found in imports(module) if not found.for_types)


def neighbours(module: str) -> set[str]:
    """Modules of the house that a module imports, for types and by strings as well."""
    found = {one.target for one in imports(module) if is_of_the_house(one.target)}
    return found - {"quantize", module}


def imported_by(module: str) -> set[str]:
    """Modules of the house that a module imports itself, for types as well."""
    found = {one.target for one in imports(module) if not one.by_string}
    return {name for name in found if is_of_the_house(name)} - {"quantize", module}


@cache
def loaded_by(module: str) -> frozenset[str]:
    """Whatever is imported as soon as a module is: others of the house, and what they import."""
    found, waiting = set(), [module]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        if name in MODULES:
            waiting += [one.target for one in imports(name) if not (one.nested or one.for_types)]
        if name.rpartition(".")[0]:
            waiting.append(name.rpartition(".")[0])  # a package before its modules
    return frozenset(found)


def calls(module: str) -> set[str]:
    found = (node for node in ast.walk(tree(module)) if isinstance(node, ast.Call))
    return {ast.unparse(call.func) for call in found}


INDOORS = [module for module in MODULES if module not in DOORS]


# --- the rooms ------------------------------------------------------------------------------------


def test_every_room_has_its_floor() -> None:
    assert sorted(" ".join(FLOORS).split()) == sorted({room(module) for module in INDOORS})


def test_there_are_at_most_twenty_rooms_on_nine_floors() -> None:
    assert len(" ".join(FLOORS).split()) <= 20
    assert len(FLOORS) + 1 <= 9  # with the door


def test_the_tree_shows_no_more_than_its_rooms() -> None:
    left_out = {"__init__.py", "__main__.py", "__pycache__", "py.typed"}
    there = {path.name.removesuffix(".py") for path in HOUSE.iterdir() if path.name not in left_out}
    assert there == set(" ".join(FLOORS).split())


def test_imports_point_down() -> None:
    floors = {name: floor for floor, line in enumerate(FLOORS) for name in line.split()}
    assert not [
        f"{module} imports {target}"
        for module in INDOORS
        for target in neighbours(module)
        if room(target) != room(module) and floors[room(target)] >= floors[room(module)]
    ]


@pytest.mark.parametrize("name", INSIDE)
def test_imports_inside_a_large_room_point_down(name: str) -> None:
    """The table of a room names modules of all its floors; they are loaded when they are used."""
    floors = {part: floor for floor, line in enumerate(INSIDE[name]) for part in line.split()}
    here = [module for module in INDOORS if room(module) == name and module.count(".") > 1]
    assert {module.split(".")[2] for module in here} == set(floors)
    for module in here:
        part = module.split(".")[2]
        for target in (one for one in imported_by(module) if room(one) == name):
            other = target.split(".")[2]
            assert other == part or floors[other] < floors[part], f"{module} imports {target}"


def test_no_modules_import_each_other() -> None:
    graph = {module: neighbours(module) for module in INDOORS}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" → ".join(error.args[1]))


@pytest.mark.parametrize("module", DOORS)
def test_a_door_imports_nothing_until_it_is_used(module: str) -> None:
    eager = {found.target for found in imports(module) if not (found.nested or found.for_types)}
    assert eager <= {"__future__", "sys", "typing", "quantize.cli", "quantize.version"}


def test_the_init_file_of_a_room_is_a_docstring() -> None:
    """Code there would be paid for by whoever imports any module of the room."""
    with_code = {"quantize.kernels", "quantize.cli", "quantize.cli.options"}
    packages = [module for module in INDOORS if MODULES[module].name == "__init__.py"]
    assert {module for module in packages if len(tree(module).body) > 1} <= with_code


def test_no_module_fights_with_the_function_over_its_name() -> None:
    assert "quantize.quantize" not in MODULES


def test_nothing_else_stands_at_the_top_of_the_repository() -> None:
    listed = {path.name for path in ROOT.iterdir()}
    passing = {"build", "dist", "site"}  # what tools make there, and git does not know
    hidden = {name for name in listed if name.startswith(".")}
    assert {name for name in listed - hidden - passing if not name.endswith(".egg-info")} <= (
        AT_THE_TOP
    )


# --- strings and tables ---------------------------------------------------------------------------


def test_a_module_that_a_string_names_exists_and_is_in_the_same_room() -> None:
    for module in MODULES:
        for text in (text for text in strings(module) if MODULE_NAME.fullmatch(text)):
            name, _, attribute = text.partition(":")
            if module not in DOORS:
                assert room(name) == room(module), f"{module} names {text}"
            found = import_module(name)
            assert not attribute or hasattr(found, attribute), text


def test_modules_are_imported_by_string_in_one_place() -> None:
    users = {module for module in MODULES if any("import_module" in name for name in calls(module))}
    assert users == {"quantize", "quantize.checks"}


# --- what each may use ----------------------------------------------------------------------------


def test_nothing_is_imported_but_the_declared_dependencies() -> None:
    known = {*sys.stdlib_module_names, "quantize", "numpy", *ALONE}
    assert not {module: new for module in MODULES if (new := at_run_time(module) - known)}


@pytest.mark.parametrize("package", ALONE)
def test_a_dependency_is_used_where_it_belongs_and_nowhere_else(package: str) -> None:
    users = {module for module in INDOORS if package in at_run_time(module)}
    assert users
    assert not {module for module in users if not belongs(module, ALONE[package])}


@pytest.mark.parametrize("package", ["sklearn", "tqdm", "oxipng"])
def test_what_is_slow_to_import_is_imported_inside_functions_only(package: str) -> None:
    assert not {module for module in MODULES if package in packages(loaded_by(module))}


def test_the_command_starts_without_numpy() -> None:
    for module in (module for module in INDOORS if belongs(module, WITHOUT_NUMPY)):
        assert "numpy" not in at_run_time(module), module
        assert not packages(loaded_by(module)) & {"numpy", "PIL"}, module


def test_kernels_are_imported_through_their_door() -> None:
    others = [module for module in INDOORS if room(module) != "kernels"]
    assert not [
        f"{module} imports {target}"
        for module in others
        for target in neighbours(module)
        if target.startswith("quantize.kernels.")
    ]


@pytest.mark.parametrize("name", KNOWS_ONLY)
def test_a_room_knows_only_what_it_needs(name: str) -> None:
    for module in (module for module in INDOORS if room(module) == name):
        others = {room(target) for target in neighbours(module)} - {name}
        assert others <= set(KNOWS_ONLY[name].split()), module


def test_only_storage_reaches_for_files() -> None:
    reach = set(FILES.split())
    found = {
        (module.removeprefix("quantize."), name)
        for module in INDOORS
        if room(module) not in FILES_ALLOWED
        for name in calls(module)
        if name in reach or name.partition(".")[0] in reach
    }
    assert found == {(module, name) for module, name in FILES_ALLOWED.items() if name != "all"}


OPTION = re.compile(r"(?<![^\s'\"(])--?[a-zA-Z][a-z-]*")


@cache
def options() -> frozenset[str]:
    """The options of the command, short names too."""
    from quantize.cli.run import quantize as command

    with command.make_context("quantize", [], resilient_parsing=True) as context:
        parameters = command.get_params(context)
    return frozenset(name for each in parameters for name in (*each.opts, *each.secondary_opts))


def test_only_the_command_names_its_options() -> None:
    assert {"--skip-existing", "-o", "--help"} <= options()
    assert not [
        f"{module}: {text}"
        for module in INDOORS
        if room(module) != "cli"
        for text in strings(module)
        if options() & set(OPTION.findall(text))
    ]


def test_a_library_never_prints_and_never_exits() -> None:
    ways_out = {"print", "exit", "quit", "sys.exit", "os._exit"}
    others = [module for module in INDOORS if room(module) != "cli"]
    assert not {module: used for module in others if (used := calls(module) & ways_out)}


# --- how each is written --------------------------------------------------------------------------


def public_things(node: ast.AST, prefix: str) -> Iterator[tuple[str, ast.AST]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            if not child.name.startswith("_"):
                yield f"{prefix}.{child.name}", child
            if isinstance(child, ast.ClassDef) and not child.name.startswith("_"):
                yield from public_things(child, f"{prefix}.{child.name}")


def has_words(node: ast.AST) -> bool:
    assert isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))
    return bool(ast.get_docstring(node))


def test_everything_public_says_what_it_is() -> None:
    silent = [
        name
        for module in MODULES
        for name, node in ((module, tree(module)), *public_things(tree(module), module))
        if not has_words(node)
    ]
    assert not silent


def test_no_file_is_longer_than_can_be_read_in_one_go() -> None:
    lengths = {module: path.read_text("utf-8").count("\n") for module, path in MODULES.items()}
    assert not {module: lines for module, lines in lengths.items() if lines > MOST_LINES}


def lines_of_code(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count the lines of a function but for its docstring."""
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    if ast.get_docstring(function):
        said = function.body[0]
        lines -= (said.end_lineno or said.lineno) - said.lineno + 1
    return lines


def test_every_function_fits_on_a_screen() -> None:
    lengths = {
        f"{module}.{node.name}": lines_of_code(node)
        for module in MODULES
        for node in ast.walk(tree(module))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    }
    assert not {name: lines for name, lines in lengths.items() if lines >= MOST_LINES_OF_A_FUNCTION}
