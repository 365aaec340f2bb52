"""Guards the way from each option to its effect: one that is forgotten on the way fails here.

An option has its effect in `Settings`, in `Request`, or in what the command does and says. The
value that each is given here is not its default.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import fields
from pathlib import Path
from typing import Any

import click
import numpy as np
import pytest
from PIL import Image

from quantize.cli import run as cli_run
from quantize.cli.help import GROUPS, GroupedOption
from quantize.cli.run import quantize as command
from quantize.jobs import run as jobs_run
from quantize.jobs.cluster import connect
from quantize.jobs.request import Request
from quantize.pipeline.settings import Settings

OPTIONS = {
    option.opts[-1]: option for option in command.params if isinstance(option, GroupedOption)
}
EVERY_OPTION = pytest.mark.parametrize("name", OPTIONS)

VALUES = {
    "--preset": "web",
    "--colors": "7",
    "--max-error": "3.5",
    "--quality": "40-70",
    "--keep-color": "#123456",
    "--output": "other.png",
    "--background": "#abcdef",
    "--backup": ".orig",
    "--max-pixels": "123456",
    "--save-palette": "palette.gpl",
    "--swatch": "swatch.svg",
    "--from-images": "more",
    "--summary": "table.csv",
    "--report": "page.html",
    "--cluster": "tcp://example:8786",
    "--files-from": "short list",
    "--shard": "2/2",
    "--use-palette": "given.hex",
    "--prefix": "brand",
    "--title": "A title",
}
"""Values that do not follow from the type of an option."""

NEEDS = {
    "--auto-criterion": ("--colors", "auto"),
    "--backup": ("--in-place",),
    "--batch-size": ("--algorithm", "mini-batch"),
    "--or-best": ("--max-error", "3.5"),
    "--null": ("--files-from", "list"),
    "--shard": ("--files-from", "list"),
    "--dither-strength": ("--dither", "stucki"),
    "--shared-weight": ("--shared-palette",),
    "--swatch-style": ("--swatch", "swatch.png"),
    "--swatch-theme": ("--swatch", "swatch.png"),
    "--title": ("--swatch", "swatch.png"),
    **dict.fromkeys(
        ("--names", "--prefix", "--css-colors", "--ramps"), ("--save-palette", "x.css")
    ),
}
"""What must be said besides."""

EFFECTS = {
    "--use-palette": "palette",
    "--jobs": "processes",
    "--cluster": "address",
    "--files-from": "files",
    "--null": "files",
    "--shard": "files",
    "--fail-fast": "fail_fast",
    "--dry-run": "files",
    "--summary": "files",
    "--json": "said",
    "--quiet": "said",
    "--verbose": "said",
    "--version": "said",
    "--preset": "files",
    "--no-config": "files",
    "-h": "said",
}
"""Effects other than in `Settings` and `Request`, as `observed` names them."""

MADE_OF_SEVERAL = {"settings", "palette", "palette_source", "palette_size"}
"""Fields of `Request` that no option fills alone; the palette is that of `--use-palette`."""


def spoken(name: str) -> tuple[str, ...]:
    """The words for an option with a value that is not its default."""
    option = OPTIONS[name]
    if option.is_flag:
        return (name,)
    if name in VALUES:
        return (name, VALUES[name])
    if isinstance(option.type, click.Choice):
        return (name, [choice for choice in option.type.choices if choice != option.default][-1])
    assert isinstance(option.type, (click.IntRange, click.FloatRange)), f"say a value of {name}"
    low = option.type.min or 0
    return (name, str(low + 0.25 if isinstance(option.type, click.FloatRange) else int(low) + 5))


def asked_for(*words: str) -> dict[str, object]:
    """Every field of `Settings` and `Request` that a command line comes to."""
    with command.make_context("quantize", ["picture.png", *words]) as context:
        request = cli_run._request({**context.params})
    settings = request.settings
    found = {field.name: getattr(settings, field.name) for field in fields(settings)}
    assert not found.keys() & {*Request._fields} - {"settings"}
    return found | request._replace(settings=Settings())._asdict()


def changed(name: str) -> set[str]:
    """The fields that an option changes."""
    needs = NEEDS.get(name, ())
    before, after = asked_for(*needs), asked_for(*needs, *spoken(name))
    return {field for field in before if before[field] != after[field]}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two pictures and a palette, which the process is in."""
    monkeypatch.chdir(tmp_path)
    noise = np.random.default_rng(0).integers(0, 256, (2, 8, 9, 3)).astype(np.uint8)
    for number, pixels in enumerate(noise):
        Image.fromarray(pixels).save(f"{number}.png")
    Path("short list").write_text("1.png")
    Path("list").write_text("0.png\n1.png")
    Path("0.png\n1.png").write_bytes(Path("0.png").read_bytes())  # the list as one name
    Path("quantize.toml").write_text("summary = 'usual.csv'\n[presets.web]\nformat = 'webp'\n")
    Path("given.hex").write_text("000000\nff0000\nffffff\n")
    return tmp_path


def observed(
    *words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Mapping[str, object]:
    """What a command does and says, and what it hands on for that."""
    seen: dict[str, object] = {"address": None}
    before = {*Path().iterdir()}
    run = jobs_run.Executor.run

    def spy(executor: jobs_run.Executor, work: Any, jobs: Any, **how: Any) -> Any:
        seen["processes"], seen["fail_fast"] = executor.processes, executor.fail_fast
        seen["palette"] = jobs[0].request.palette if isinstance(jobs, list) else None
        return run(executor, work, jobs, **how)

    def connected(address: str, **_how: Any) -> Any:
        seen["address"] = address
        return nullcontext()

    with monkeypatch.context() as patched:
        patched.setattr(jobs_run.Executor, "run", spy)
        patched.setattr(connect, "connect", connected)
        patched.setattr(connect, "check", lambda address: None)
        inputs = () if "--files-from" in words else ("0.png", "1.png")
        patched.setattr("sys.argv", ["quantize", *inputs, *words])
        seen["code"] = cli_run.command_line()
    seen["said"] = capsys.readouterr()
    made = {*Path().iterdir()} - before
    seen["files"] = sorted(path.name for path in made)
    for path in made:
        path.unlink()
    return seen


@EVERY_OPTION
def test_each_option_has_an_effect(
    name: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if name not in EFFECTS:
        assert changed(name), f"{name} is accepted and ignored"
        return
    needs = NEEDS.get(name, ())
    plain = observed(*needs, monkeypatch=monkeypatch, capsys=capsys)
    told = observed(*needs, *spoken(name), monkeypatch=monkeypatch, capsys=capsys)
    assert plain["code"] == told["code"] == 0, told["said"]
    assert plain[EFFECTS[name]] != told[EFFECTS[name]], f"{name} is accepted and ignored"


def test_each_setting_and_each_wish_has_an_option() -> None:
    found = set[str]().union(*(changed(name) for name in OPTIONS if name not in EFFECTS))
    assert found == {field.name for field in fields(Settings)} | {*Request._fields} - (
        MADE_OF_SEVERAL
    )


@EVERY_OPTION
def test_the_value_of_an_option_arrives_as_it_is(name: str) -> None:
    option = OPTIONS[name]
    if name in EFFECTS or option.is_flag or option.multiple:
        return
    field = option.name or ""
    arrived = asked_for(*NEEDS.get(name, ()), *spoken(name))
    of_request = {"shared_weight": "shared"}
    if name == "--quality":
        assert arrived["quality"] == (40, 70)
        return
    assert str(arrived[of_request.get(field, field)]) == spoken(name)[1]


@EVERY_OPTION
def test_each_option_has_a_group_and_a_help(name: str) -> None:
    assert OPTIONS[name].group in GROUPS
    assert OPTIONS[name].help


@EVERY_OPTION
@pytest.mark.parametrize("given", ["given.hex", "--use-palette"])
def test_an_option_of_a_stage_that_is_left_out_is_refused(
    name: str, given: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    stages = {"given.hex": ("finding", "mapping"), "--use-palette": ("finding", "merging")}
    number = given == "--use-palette" and name == "--colors"  # of the best of it
    inputs = [given, "--no-image"] if given == "given.hex" else ["0.png", given, "given.hex"]
    if number or OPTIONS[name].stage not in {*stages[given], "choosing"}:
        return
    words = (*NEEDS.get(name, ()), *spoken(name), "--dry-run")
    monkeypatch.setattr("sys.argv", ["quantize", *inputs, *words])
    assert cli_run.command_line() == 2
    assert "is for palettes that are found;" in capsys.readouterr().err
