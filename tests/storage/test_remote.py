"""Guards remote storage: URLs as inputs and outputs, told from names, whole, and never overwritten.

`memory://` lives in one process, so there the command runs in ours; `file://` takes the same way as
`sftp://` does, and is seen by every process.
"""

from __future__ import annotations

import io
import json
import os
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest
from fsspec.implementations.local import LocalFileSystem
from fsspec.implementations.memory import MemoryFileSystem

from helpers.command import PATIENCE, Run, modules_loaded_by
from helpers.folders import names
from helpers.pictures import picture
from quantize import load_palette, quantize
from quantize.cli.run import command_line
from quantize.errors import (
    FileError,
    ImageReadError,
    InputIsFolderError,
    InputMissingError,
    OutputError,
    OutputExistsError,
)
from quantize.jobs.inputs import stem_of
from quantize.storage import files, local, remote, safe_write
from quantize.storage.backend import Backend
from quantize.storage.lines import Lines

Store = MemoryFileSystem
Command = Callable[..., tuple[int, list[str], list[str]]]


@pytest.fixture
def store() -> Iterator[Store]:
    """Three photographs, one of them in a subfolder, and nothing else."""
    found: Store = fsspec.filesystem("memory")
    found.store.clear()
    found.pseudo_dirs[:] = [""]
    for seed, name in enumerate(("photos/a.png", "photos/b.png", "photos/sub/c.png")):
        put(found, name, seed)
    yield found
    found.store.clear()
    found.pseudo_dirs[:] = [""]


def put(store: Store, name: str, seed: int = 0) -> None:
    content = io.BytesIO()
    picture(seed).save(content, "PNG")
    store.pipe_file(f"/{name}", content.getvalue())


def within(store: Store) -> set[str]:
    return {name.removeprefix("/") for name in store.find("/")}


@pytest.fixture
def go(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Command:
    """The command in this process: its exit code and the lines of both streams."""

    def run(*arguments: object) -> tuple[int, list[str], list[str]]:
        monkeypatch.setattr(sys, "argv", ["quantize", *map(str, arguments)])
        code = command_line()
        said = capfd.readouterr()
        return code, said.out.splitlines(), said.err.splitlines()

    return run


PHOTOS = {"photos/a.png", "photos/b.png", "photos/sub/c.png"}


# ------------------------------------------------------------------------------------------ names


@pytest.mark.parametrize(
    "name", ["a.png", "/a/b.png", "C:\\a.png", "C://a.png", "a:/b", "a/s3://b"]
)
def test_a_name_is_no_url(name: str) -> None:
    assert not files.is_url(name)


@pytest.mark.parametrize(
    "name", ["s3://b/a.png", "GS://b", "file:///a", "memory://a", "ssh+x://h/a"]
)
def test_a_url_is_told_by_its_scheme(name: str) -> None:
    assert files.is_url(name)


@pytest.mark.parametrize(
    ("url", "folder", "name"),
    [
        ("s3://b/p/a.png", "s3://b/p", "a.png"),
        ("s3://b/a.png", "s3://b", "a.png"),
        ("memory://a.png", "memory://", "a.png"),
        ("file:///a.png", "file:///", "a.png"),
        ("file:///t/a.png", "file:///t", "a.png"),
    ],
)
def test_a_url_is_a_folder_and_a_name(url: str, folder: str, name: str) -> None:
    assert remote.split(url) == (folder, name)
    assert remote.join(folder, name) == url


def test_one_object_has_one_identity(tmp_path: Path) -> None:
    assert files.identity("memory://a/b.png") == files.identity("memory:///a/b.png")
    assert files.identity("memory://a/b.png") != files.identity("memory://a/c.png")
    assert files.identity("memory://a/b/") == files.identity("memory://a/b")
    assert files.full_name(f"file://{tmp_path}/b.png") == f"{tmp_path}/b.png"


def test_a_link_is_the_file_it_points_to_under_a_url_too(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    (tmp_path / "b").symlink_to("a")
    assert files.identity(f"file://{tmp_path}/b") == files.identity(str(tmp_path / "a"))
    assert files.full_name(f"file://{tmp_path}/b") != files.full_name(str(tmp_path / "a"))


@pytest.mark.parametrize("backend", [local, remote])
def test_a_backend_has_every_function_of_storage(backend: object) -> None:
    wanted = {name for name in vars(Backend) if not name.startswith("_")}
    assert len(wanted) > 15
    assert all(callable(getattr(backend, name, None)) for name in wanted)


# ----------------------------------------------------------------------------------------- inputs


def test_an_object_is_quantized_beside_itself_to_the_bytes_of_a_file(
    store: Store, go: Command, run: Run, tmp_path: Path
) -> None:
    code, out, err = go("memory://photos/a.png", "-k", 8)
    assert (code, err) == (0, [])
    assert out[0] == "memory://photos/a.png → memory://photos/a-8.png"
    assert within(store) == PHOTOS | {"photos/a-8.png", "photos/a-8.json"}
    (tmp_path / "a.png").write_bytes(store.cat_file("/photos/a.png"))
    run("a.png", "-k", 8)
    assert store.cat_file("/photos/a-8.png") == (tmp_path / "a-8.png").read_bytes()
    theirs, ours = json.loads(store.cat_file("/photos/a-8.json")), read(tmp_path / "a-8.json")
    rest = {"input": "", "output": "", "seconds": {}}
    assert theirs | rest == ours | rest


def read(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text("utf-8"))


@pytest.mark.parametrize("folder", ["memory://photos/", "memory://photos"])
def test_a_folder_stands_for_its_images(folder: str, store: Store, go: Command) -> None:
    store.pipe_file("/photos/notes.txt", b"no image")
    store.pipe_file("/photos/.hidden.png", b"no image either")
    code, _, err = go(folder, "-k", 8, "-o", "memory://out/", "--no-sidecar", "-q")
    assert (code, err) == (0, [])
    assert {name for name in within(store) if name.startswith("out/")} == {
        *("out/a-8.png", "out/b-8.png"),
    }


def test_a_tree_is_mirrored_and_not_taken_in_again(store: Store, go: Command) -> None:
    mirrored = {"photos/out/a-8.png", "photos/out/b-8.png", "photos/out/sub/c-8.png"}
    words = ("memory://photos", "-r", "-k", 8, "-o", "memory://photos/out", "--no-sidecar", "-q")
    assert go(*words) == (0, [], [])
    assert within(store) == PHOTOS | mirrored
    assert go(*words, "--skip-existing") == (0, [], [])
    assert within(store) == PHOTOS | mirrored


def test_own_outputs_beside_the_inputs_are_known_by_their_sidecars(
    store: Store, go: Command
) -> None:
    assert go("memory://photos/", "-k", 8, "-q")[0] == 0
    once = within(store)
    assert go("memory://photos/", "-k", 8, "-q", "--skip-existing")[0] == 0
    assert within(store) == once
    assert go("memory://photos/", "-k", 4, "-q")[0] == 0
    fours = {"photos/a-4.png", "photos/a-4.json", "photos/b-4.png", "photos/b-4.json"}
    assert within(store) == once | fours


def test_a_pattern_is_filled_in_by_the_storage(store: Store, go: Command, tmp_path: Path) -> None:
    code, out, _ = go("memory://photos/*/*.png", "-k", 8, "-o", tmp_path, "--json")
    assert code == 0
    assert json.loads(out[0])["input"] == "memory://photos/sub/c.png"
    assert names(tmp_path) == {"c-8.png", "c-8.json"}


def test_one_bad_object_does_not_stop_the_rest(store: Store, go: Command) -> None:
    store.pipe_file("/photos/aa.png", b"\x89PNG\r\n\x1a\n")
    code, out, err = go(
        "memory://photos/", "memory://no/x.png", "memory://no/", "-k", 8, "-o", "memory://out/"
    )
    assert code == 1
    assert [line.split(": ")[1] for line in err] == [
        *("memory://photos/aa.png", "memory://no/x.png", "memory://no/"),
    ]
    assert "no such file; check the name" in err[1]
    assert out[-4].startswith("5 inputs: 2 done, 3 failed")


def test_no_match_is_that_patterns_failure(store: Store, go: Command) -> None:
    code, _, err = go(
        "memory://photos/*.jpg", "memory://photos/a.png", "-k", 8, "-o", "memory://o/"
    )
    assert code == 1
    assert len(err) == 1
    assert err[0].startswith("quantize: memory://photos/*.jpg: no file matches this pattern")


# ---------------------------------------------------------------------------------------- outputs


def test_what_exists_is_refused_kept_or_replaced(store: Store, go: Command) -> None:
    store.pipe_file("/photos/a-8.png", b"mine")
    code, _, err = go("memory://photos/a.png", "-k", 8)
    assert code == 1
    assert "memory://photos/a-8.png: exists already; overwrite it with --force" in err[0]
    assert store.cat_file("/photos/a-8.png") == b"mine"
    assert "photos/a-8.json" not in within(store)
    assert go("memory://photos/a.png", "-k", 8, "--skip-existing")[0] == 0
    assert store.cat_file("/photos/a-8.png") == b"mine"
    assert go("memory://photos/a.png", "-k", 8, "--force")[0] == 0
    assert store.cat_file("/photos/a-8.png").startswith(b"\x89PNG")


def test_an_output_that_is_an_input_is_refused(store: Store, go: Command) -> None:
    before = store.cat_file("/photos/a.png")
    code, _, err = go("memory://photos/a.png", "-o", "memory:///photos/a.png", "--force")
    assert code == 1
    assert "is the same file as the input memory://photos/a.png" in err[0]
    assert store.cat_file("/photos/a.png") == before


def test_palettes_and_swatches_go_where_their_urls_say(store: Store, go: Command) -> None:
    more = ("--save-palette", "memory://pal/{stem}-{k}.gpl", "--swatch", "memory://pal/{stem}.png")
    assert go("memory://photos/a.png", "-k", 8, "--no-image", "--no-sidecar", *more)[0] == 0
    assert within(store) == PHOTOS | {"pal/a-8.gpl", "pal/a.png"}
    assert len(load_palette("memory://pal/a-8.gpl")) == 8


def test_a_shared_palette_is_written_once(store: Store, go: Command) -> None:
    words = ("--shared-palette", "--save-palette", "memory://out/{stem}.hex", "--no-sidecar", "-q")
    assert go("memory://photos", "-r", "-k", 8, "-o", "memory://out/", *words)[0] == 0
    assert {name for name in within(store) if name.startswith("out/")} == {
        *("out/a-8.png", "out/b-8.png", "out/sub/c-8.png", "out/shared.hex"),
    }


def test_a_shared_palette_that_exists_is_kept_by_skip_existing(store: Store, go: Command) -> None:
    words = ("memory://photos", "-k", 8, "-o", "memory://out/", "--shared-palette", "-q")
    more = ("--no-sidecar", "--save-palette", "memory://pal/{stem}.hex", "--skip-existing")
    store.pipe_file("/pal/shared.hex", b"mine")
    assert go(*words, *more) == (0, [], [])
    assert store.cat_file("/pal/shared.hex") == b"mine"
    assert {name for name in within(store) if name.startswith("out/")} == {
        *("out/a-8.png", "out/b-8.png"),
    }


# ----------------------------------------------------------------------------------- lists of names


def test_a_list_its_rows_and_their_outputs_are_urls(store: Store, go: Command) -> None:
    store.pipe_file(
        "/list.csv",
        b"input,output,colors\nmemory://photos/a.png,memory://out/first.png,4\n"
        b"memory://photos/none.png,,\nmemory://photos/sub/c.png,,8\n",
    )
    code, printed, errors = go(
        *("--files-from", "memory://list.csv", "-o", "memory://out/{stem}-{k}.png", "--json"),
        "--no-sidecar",
    )
    assert code == 1
    assert len(errors) == 1
    assert "photos/none.png: no such file" in errors[0]
    assert [json.loads(line)["input"] for line in printed[:-1]] == [
        f"memory://photos/{name}.png" for name in ("a", "none", "sub/c")
    ]
    assert {name for name in within(store) if "out" in name} == {"out/first.png", "out/c-8.png"}
    again = ("--files-from", "memory://list.csv", "-o", "memory://out/{stem}-{k}.png", "--update")
    code, printed, errors = go(*again, "--no-sidecar", "--json")
    assert json.loads(printed[-1])["skipped"] == 2


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_objects_of_this_process_are_never_given_to_others(
    jobs: str, store: Store, go: Command
) -> None:
    store.pipe_file("/list", b"memory://photos/a.png\nmemory://photos/b.png\n")
    words = ("--files-from", "memory://list", "-o", "memory://out/{stem}.png", "-k", 4, "-j", jobs)
    assert go(*words)[::2] == (0, [])


def test_a_list_that_is_missing_is_one_line(store: Store, go: Command) -> None:
    code, _, errors = go("--files-from", "memory://none.csv", "-o", "memory://out/")
    assert (code, len(errors)) == (1, 1)
    assert "memory://none.csv: no such file" in errors[0]


def test_what_a_list_had_is_done_where_it_breaks_off(
    store: Store, go: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(url: str, *_: object) -> Iterator[bytes]:
        yield b"memory://photos/a.png\nmemory://photos/b.p"
        raise FileError(url, "the storage refuses to read: it is gone")

    monkeypatch.setattr(remote, "pieces", broken)
    words = ("--files-from", "memory://list", "-o", "memory://out/{stem}.png", "-k", 4)
    code, printed, errors = go(*words, "--no-sidecar", "--json")
    assert (code, len(errors)) == (1, 1)
    assert "memory://list: the storage refuses to read: it is gone; what it would" in errors[0]
    assert {name for name in within(store) if "out" in name} == {"out/a.png"}
    assert (json.loads(printed[-1])["done"], json.loads(printed[-1])["failed"]) == (1, 1)


def test_work_begins_before_a_remote_list_ends(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = threading.Event()

    def slow(*_: object) -> Iterator[bytes]:
        yield b"one\ntwo\n"
        assert first.wait(PATIENCE)
        yield b"three"

    monkeypatch.setattr(remote, "pieces", slow)
    with Lines("memory://list", FileError) as lines:
        assert [next(iter(lines)), next(iter(lines))] == [b"one\n", b"two\n"]
        told = threading.Event()
        lines.on_ready = told.set
        assert not lines.ready()
        first.set()
        assert told.wait(PATIENCE)
        assert [*lines] == [b"three"]


def test_a_remote_file_is_read_piece_by_piece(store: Store) -> None:
    store.pipe_file("/list", bytes(range(250)))
    found = [*remote.pieces("memory://list", 100, FileError)]
    assert b"".join(found) == bytes(range(250))
    assert [*map(len, found)] == [100, 100, 50]


def test_a_palette_at_a_url_is_converted(store: Store, go: Command, tmp_path: Path) -> None:
    (tmp_path / "p.hex").write_text("102030\nffffff\n")
    store.pipe_file("/p.hex", (tmp_path / "p.hex").read_bytes())
    for source in (f"file://{tmp_path}/p.hex", "memory://p.hex"):
        target = tmp_path / f"{source.partition(':')[0]}.gpl"
        words = (source, "--no-image", "--save-palette", target, "--json")
        code, out, err = go(*words)
        assert (code, err) == (0, [])
        assert json.loads(out[0])["bytes_before"] == 14
        assert load_palette(target).hex == ["#102030", "#ffffff"]


def test_all_files_of_an_input_or_none(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    put_first = MemoryFileSystem.pipe_file

    def refuse(self: Store, path: str, value: bytes, **options: Any) -> None:
        if path.endswith("b.png"):
            raise RuntimeError("Slow\nDown")
        put_first(self, path, value, **options)

    monkeypatch.setattr(MemoryFileSystem, "pipe_file", refuse)
    items = [("memory://o/a.json", b"1"), ("memory://o/b.png", b"2")]
    with pytest.raises(OutputError, match="refuses to write: RuntimeError: Slow Down"):
        safe_write.write_all(items, force=False)
    assert within(store) == PHOTOS


def test_an_object_that_came_meanwhile_is_not_overwritten(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.pipe_file("/o/a.png", b"theirs")
    before, real = iter([False]), MemoryFileSystem.exists
    monkeypatch.setattr(MemoryFileSystem, "exists", lambda *name: next(before, real(*name)))
    with pytest.raises(OutputExistsError):
        safe_write.write_all([("memory://o/a.png", b"ours")], force=False)
    assert store.store["/o/a.png"].getvalue() == b"theirs"


def test_the_library_reads_and_writes_urls(store: Store) -> None:
    quantize("memory://photos/a.png", 8).save("memory://photos/lib.png")
    assert "photos/lib.png" in within(store)
    with pytest.raises(InputMissingError):
        quantize("memory://photos/none.png", 8)


def test_a_dry_run_asks_the_storage(store: Store, go: Command) -> None:
    store.pipe_file("/photos/a-8.png", b"mine")
    code, out, err = go("memory://photos/a.png", "memory://photos/x.png", "-k", 8, "--dry-run")
    assert code == 1
    assert out == []
    assert len(err) == 2
    assert "exists already" in err[0]
    assert err[1].endswith("memory://photos/x.png: no such file; check the name")


# ------------------------------------------------------------------------------- stores like trees


def test_a_tree_is_written_by_renames_from_many_processes(run_child: Run, tmp_path: Path) -> None:
    (tmp_path / "in" / "sub").mkdir(parents=True)
    for seed in range(4):
        picture(seed).save(tmp_path / "in" / ("sub" if seed > 2 else "") / f"{seed}.png")
    url = f"file://{tmp_path}"
    answer = run_child(f"{url}/in/", "-r", "-k", 8, "-o", f"{url}/out/deep/", "-j", 2, "-q")
    assert (answer.code, answer.errors) == (0, [])
    assert names(tmp_path / "out") == {
        *("deep", "deep/sub", "deep/0-8.png", "deep/1-8.png", "deep/2-8.png", "deep/sub/3-8.png"),
        *("deep/0-8.json", "deep/1-8.json", "deep/2-8.json", "deep/sub/3-8.json"),
    }
    run_child("in", "-r", "-k", 8, "-o", "local", "-q")
    for path in (tmp_path / "local").rglob("*.png"):
        other = tmp_path / "out" / "deep" / path.relative_to(tmp_path / "local")
        assert other.read_bytes() == path.read_bytes()


def test_a_failed_rename_leaves_no_litter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError("gone")

    monkeypatch.setattr(LocalFileSystem, "mv", refuse)
    with pytest.raises(OutputError):
        safe_write.write_all([(f"file://{tmp_path}/a.png", b"1")], force=True)
    assert names(tmp_path) == set()


def test_what_a_killed_process_left_is_removed(tmp_path: Path) -> None:
    owners = ("here.77", "here.78", "there.77")
    left = [f".a.png.{owner}-00aa00112233-0.tmp" for owner in owners]
    for name in (*left, ".b.png.here.77-00aa00112233-0.tmp", "a.png"):
        (tmp_path / name).touch()
    safe_write.remove_litter([f"file://{tmp_path}/a.png"], "here.77")
    assert set(os.listdir(tmp_path)) == {*left[1:], ".b.png.here.77-00aa00112233-0.tmp", "a.png"}


def test_a_missing_folder_is_said_before_the_work(tmp_path: Path, run: Run) -> None:
    picture().save(tmp_path / "a.png")
    answer = run("a.png", "-o", f"file://{tmp_path}/none/a.png")
    assert answer.code == 1
    assert f"the folder file://{tmp_path}/none does not exist; make it first" in answer.errors[0]
    with pytest.raises(OutputError, match="is a folder"):
        files.check_target(f"file://{tmp_path}", force=True)


def test_a_file_under_two_names_is_one_file(tmp_path: Path, run: Run) -> None:
    picture().save(tmp_path / "a.png")
    answer = run("a.png", "-o", f"file://{tmp_path}/a.png", "--force")
    assert answer.code == 1
    assert "is the same file as the input a.png" in answer.errors[0]


# ---------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("raised", "error", "words"),
    [
        (FileNotFoundError(), InputMissingError, "no such file"),
        (IsADirectoryError(), InputIsFolderError, "is a folder"),
        (PermissionError("x"), ImageReadError, "permission denied; check your credentials"),
        (RuntimeError("no\ncredentials"), ImageReadError, "read: RuntimeError: no credentials"),
    ],
)
def test_whatever_a_storage_raises_is_one_line_about_the_url(
    raised: Exception,
    error: type[Exception],
    words: str,
    store: Store,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise raised

    monkeypatch.setattr(MemoryFileSystem, "cat_file", refuse)
    with pytest.raises(error, match=words) as caught:
        files.read("memory://photos/a.png", 9, ImageReadError)
    assert str(caught.value).startswith("memory://photos/a.png: ")
    assert "\n" not in str(caught.value)


def test_an_unknown_scheme_is_a_mistake_of_the_command_line(run: Run) -> None:
    answer = run("zzz://bucket/a.png")
    assert answer.code == 2
    assert "zzz:// is no storage that fsspec knows" in answer.errors[-1]


@pytest.mark.parametrize(("scheme", "package"), [("s3", "s3fs"), ("gs", "gcsfs")])
def test_a_missing_package_of_a_store_is_named(
    scheme: str, package: str, go: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    monkeypatch.delitem(sys.modules["fsspec.registry"]._registry, scheme, raising=False)
    code, _, err = go(f"{scheme}://bucket/a.png")
    assert code == 2
    assert err[-1].endswith(
        f"{scheme}:// needs {package}, which is not installed: pip install {package}"
    )


def test_a_missing_fsspec_names_the_extra(go: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fsspec", None)
    code, _, err = go("photo.png", "-o", "s3://bucket/a.png")
    assert code == 2
    assert err[-1].endswith(
        "needs fsspec, which is not installed: pip install 'quantize-colors[cluster]'"
    )


def test_local_files_load_nothing_of_remote_storage(tmp_path: Path) -> None:
    picture().save(tmp_path / "a.png")
    modules = modules_loaded_by("a.png", cwd=tmp_path)
    assert "quantize.storage.local" in modules
    remote_ones = {"quantize.storage.remote", "quantize.storage.backend", "fsspec", "dask"}
    assert not modules & remote_ones


def test_a_url_loads_its_storage(tmp_path: Path) -> None:
    picture().save(tmp_path / "a.png")
    modules = modules_loaded_by(f"file://{tmp_path}/a.png", cwd=tmp_path)
    assert {"quantize.storage.remote", "fsspec"} <= modules


def test_a_signature_is_no_part_of_a_name() -> None:
    signed = "https://h/a/x.csv?sig=a/b.c"
    assert files.without_query(signed) == "https://h/a/x.csv"
    assert files.without_query("s3://h/what?.png") == "s3://h/what?.png"
    assert files.without_query("a?b.png") == "a?b.png"
    assert stem_of(signed) == "x"
