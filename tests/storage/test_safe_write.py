"""Guards what is written: whole files, all or none, whatever the moment at which the work ends."""

from __future__ import annotations

import errno
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from helpers.folders import names
from quantize.errors import OutputError, OutputExistsError
from quantize.storage import interruption, local, safe_write
from quantize.storage.interruption import Interrupted

POSIX = pytest.mark.skipif(os.name == "nt", reason="signals, modes and owners of POSIX")


@pytest.fixture(autouse=True)
def _nothing_swept() -> Iterator[None]:
    safe_write._swept.clear()
    yield
    safe_write._swept.clear()


def items(folder: Path, *stems: str) -> list[tuple[str, bytes]]:
    return [(str(folder / stem), stem.encode() * 1000) for stem in stems]


# Mode and owner


def test_on_windows_a_file_that_is_open_elsewhere_is_named_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        error = PermissionError(errno.EACCES, "Permission denied")
        error.winerror = 32  # type: ignore[attr-defined]  # ERROR_SHARING_VIOLATION
        raise error

    target = tmp_path / "seen.png"
    target.write_bytes(b"old")
    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(OutputError, match=r"seen\.png: is open in another program; close it there"):
        safe_write.write_all([(str(target), b"new")], force=True)
    assert names(tmp_path) == {"seen.png"}
    assert target.read_bytes() == b"old"


@POSIX
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664, 0o755, 0o222])
@pytest.mark.parametrize("scheme", ["", "file://"])
def test_a_file_that_replaces_another_has_its_mode(scheme: str, mode: int, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"old")
    (tmp_path / "a").chmod(mode)
    safe_write.write_all([(f"{scheme}{tmp_path}/a", b"new")], force=True)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == mode
    (tmp_path / "a").chmod(0o600)
    assert (tmp_path / "a").read_bytes() == b"new"


@POSIX
def test_through_a_link_it_has_the_mode_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"old")
    (tmp_path / "file").chmod(0o600)
    (tmp_path / "link").symlink_to("file")
    safe_write.write_all([(str(tmp_path / "link"), b"new")], force=True)
    assert (tmp_path / "link").is_symlink()
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == 0o600


@POSIX
def test_a_new_file_has_what_the_umask_leaves(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        safe_write.write_all(items(tmp_path, "a"), force=True)
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o640


@POSIX
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="root alone may")
def test_it_has_the_owner_of_the_file_that_it_replaces(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"old")
    os.chown(tmp_path / "a", 12345, 23456)
    (tmp_path / "a").chmod(0o4750)
    safe_write.write_all(items(tmp_path, "a"), force=True)
    found = (tmp_path / "a").stat()
    assert (found.st_uid, found.st_gid, stat.S_IMODE(found.st_mode)) == (12345, 23456, 0o4750)


@POSIX
def test_an_owner_that_cannot_be_kept_takes_his_rights_along(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a").write_bytes(b"old")
    (tmp_path / "a").chmod(0o4755)
    old = (tmp_path / "a").stat()
    real = os.fstat

    def another(descriptor: int) -> os.stat_result:
        found = list(real(descriptor))
        found[stat.ST_UID] = old.st_uid + 1
        return os.stat_result(found)

    monkeypatch.setattr(os, "fchown", lambda *_: (_ for _ in ()).throw(PermissionError))
    monkeypatch.setattr(os, "fstat", another)
    safe_write.write_all(items(tmp_path, "a"), force=True)
    monkeypatch.undo()
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o755


@POSIX
@pytest.mark.parametrize("scheme", ["", "file://"])
def test_a_read_only_file_is_refused(scheme: str, tmp_path: Path) -> None:
    path = f"{scheme}{tmp_path}/a"
    (tmp_path / "a").write_bytes(b"old")
    (tmp_path / "a").chmod(0o444)
    with pytest.raises(OutputError, match="is read-only; make it writable first"):
        (
            local if not scheme else __import__("quantize.storage.remote").storage.remote
        ).check_target(path, force=True)
    with pytest.raises(OutputError, match="is read-only"):
        safe_write.write_all([(str(tmp_path / "b"), b"b"), (path, b"new")], force=True)
    assert names(tmp_path) == {"a"}
    assert (tmp_path / "a").read_bytes() == b"old"


def test_what_replaces_a_file_is_on_the_disk_before_the_rename(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    fsync, replace = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda at: (done.append("fsync"), fsync(at)))
    monkeypatch.setattr(os, "replace", lambda *names: (done.append("replace"), replace(*names)))
    (tmp_path / "a").write_bytes(b"old")
    safe_write.write_all(items(tmp_path, "a"), force=True)
    assert done == ["fsync", "replace"]
    safe_write.write_all(items(tmp_path, "b"), force=False)
    assert done == ["fsync", "replace"]


# Names


@pytest.mark.parametrize("name", ["a", "\u6f22" * 84, "\U0001f3a8" * 63, "x" * 255])
def test_a_name_may_have_all_the_bytes_that_a_file_system_takes(name: str, tmp_path: Path) -> None:
    try:
        (tmp_path / name).touch()
        (tmp_path / name).unlink()
    except OSError:
        pytest.skip("this file system has no such names")
    safe_write.write_all([(str(tmp_path / name), b"1")], force=False)
    assert names(tmp_path) == {name}
    assert len(os.fsencode(safe_write.temporary_file(name, "00000000", 999))) <= 143


# Signals in the middle


def stop_at(call: str, monkeypatch: pytest.MonkeyPatch, number: int, times: int = 1) -> None:
    """Send a signal to this process in the middle of a call of `local`."""
    real = getattr(local, call)
    left = [times]

    def interrupted(*arguments: Any, **named: Any) -> Any:
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), number)
        found = real(*arguments, **named)
        if left[0] == 0:
            os.kill(os.getpid(), number)
        return found

    monkeypatch.setattr(local, call, interrupted)


MOMENTS = (
    *(("stage", 1, set[str]()), ("stage", 3, set[str]())),
    *(("publish", 1, {"a", "b", "c"}), ("publish", 3, {"a", "b", "c"})),
    ("remove", 1, {"a", "b", "c"}),
)
"""A call of `local`, which of its calls, and the files that are there afterwards."""


@POSIX
@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize("number", interruption.SIGNALS)
def test_all_files_or_none_whenever_a_signal_comes(
    number: int, force: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for call, times, found in MOMENTS:
        with monkeypatch.context() as patched:
            stop_at(call, patched, number, times)
            with interruption.listening(), pytest.raises(Interrupted) as caught:
                safe_write.write_all(items(tmp_path, "a", "b", "c"), force=force)
        assert interruption.exit_code(caught.value) == 128 + number
        assert names(tmp_path) == found
        for name in found:
            (tmp_path / name).unlink()


@POSIX
def test_ctrl_c_waits_in_a_program_that_uses_the_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        stop_at("publish", monkeypatch, signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            safe_write.write_all(items(tmp_path, "a", "b"), force=False)
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)
    assert names(tmp_path) == {"a", "b"}


@POSIX
def test_a_signal_that_is_ignored_stays_so_and_one_that_has_a_handler_keeps_it() -> None:
    calls: list[int] = []
    before = [
        signal.signal(signal.SIGHUP, signal.SIG_IGN),
        signal.signal(signal.SIGTERM, lambda number, _: calls.append(number)),
    ]
    try:
        with interruption.listening():
            os.kill(os.getpid(), signal.SIGHUP)
            os.kill(os.getpid(), signal.SIGTERM)
    finally:
        signal.signal(signal.SIGHUP, before[0])
        signal.signal(signal.SIGTERM, before[1])
    assert calls == [signal.SIGTERM]


@POSIX
def test_a_signal_whose_exception_was_swallowed_is_raised_again(tmp_path: Path) -> None:
    with interruption.listening():
        try:
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(0.01)
        except KeyboardInterrupt:
            pass  # as Python does in a finaliser
        with pytest.raises(Interrupted):
            safe_write.write_all(items(tmp_path, "a"), force=False)
        interruption.answered()
        safe_write.write_all(items(tmp_path, "b"), force=False)
    assert names(tmp_path) == {"b"}


@POSIX
def test_an_exception_that_python_cannot_raise_is_not_printed(
    capfd: pytest.CaptureFixture[str],
) -> None:
    class Short:
        def __del__(self) -> None:
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(0.01)

    hook = sys.unraisablehook
    with interruption.listening():
        Short()
        with pytest.raises(Interrupted):
            interruption.check()
    assert sys.unraisablehook is hook
    assert capfd.readouterr().err == ""


def test_other_threads_may_write_and_hear_nothing(tmp_path: Path) -> None:
    def work() -> None:
        with interruption.listening():
            safe_write.write_all(items(tmp_path, "a"), force=False)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert names(tmp_path) == {"a"}


# What a killed process leaves

KILLED = """
import os, signal, sys
from quantize.storage import local, safe_write
call, times, folder = sys.argv[1], int(sys.argv[2]), sys.argv[3]
real = getattr(local, call)
def killed(*arguments, **named):
    global times
    times -= 1
    if times == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*arguments, **named)
setattr(local, call, killed)
safe_write.write_all([(f"{folder}/{stem}", stem.encode()) for stem in "abc"], force=False)
"""


@POSIX
@pytest.mark.parametrize(
    ("call", "times", "left"),
    [
        ("stage", 1, 0),
        ("stage", 3, 2),
        ("publish", 1, 3),
        ("publish", 3, 5),
        ("remove", 1, 6),
        ("remove", 3, 4),
    ],
)
def test_the_next_run_sweeps_what_a_killed_one_left(
    call: str, times: int, left: int, tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", KILLED, call, str(times), str(tmp_path)], check=False
    )
    assert done.returncode == -signal.SIGKILL
    assert len(names(tmp_path)) == left
    safe_write.write_all(items(tmp_path, "d"), force=False)
    assert names(tmp_path) - {"d"} == ({"a", "b", "c"} if call == "remove" else set())


@POSIX
def test_what_a_live_process_another_machine_or_another_program_left_stays(tmp_path: Path) -> None:
    here, dead = safe_write.machine(), dead_process()
    other = "0000" if safe_write.TOKEN != "0000" else "1111"
    stays = {
        f".a.{here}.{os.getppid()}-00aa00112233-0.tmp",
        f".a.{here}.{os.getpid()}-{safe_write.TOKEN}00112233-0.tmp",
        f".a.elsewhere.{dead}-00aa00112233-0.tmp",
        f".a.{dead}-00112233.tmp",
        "a.tmp",
        ".tmp",
    }
    swept = {
        f".a.{here}.{dead}-00aa00112233-0.tmp",
        f".two\nlines.{here}.{dead}-00aa00112233-1.tmp",
        f".a.{here}.{os.getpid()}-{other}00112233-0.tmp",
        f".a.{here}.99999999999999999-00aa00112233-0.tmp",
    }
    for name in stays | swept:
        (tmp_path / name).touch()
    safe_write.write_all(items(tmp_path, "b"), force=False)
    assert names(tmp_path) == stays | {"b"}


@POSIX
def test_a_tree_behind_a_url_is_swept_too(tmp_path: Path) -> None:
    (tmp_path / f".a.{safe_write.machine()}.{dead_process()}-00aa00112233-0.tmp").touch()
    safe_write.write_all([(f"file://{tmp_path}/b", b"1")], force=False)
    assert names(tmp_path) == {"b"}


def dead_process() -> int:
    """The number of a process that has ended a moment ago."""
    done = subprocess.Popen([sys.executable, "-S", "-c", ""])
    done.wait()
    return done.pid


def test_what_came_meanwhile_is_left(tmp_path: Path) -> None:
    (tmp_path / "c").write_bytes(b"theirs")
    with pytest.raises(OutputExistsError):
        safe_write.write_all(items(tmp_path, "a", "b", "c"), force=False)
    assert names(tmp_path) == {"c"}
    assert (tmp_path / "c").read_bytes() == b"theirs"
