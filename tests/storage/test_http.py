"""Guards lists and inputs at addresses of the web, from a server of our own."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from helpers.command import Run
from helpers.folders import names
from helpers.pictures import picture

pytest.importorskip("aiohttp", reason="fsspec speaks HTTP by it")


class Handler(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    """The address of a folder with two pictures, and lists of them and of one that is missing."""
    folder = tmp_path / "site"
    (folder / "sub").mkdir(parents=True)
    picture(0).save(folder / "a.png")
    picture(1).save(folder / "sub" / "b.jpg")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=os.fspath(folder)))
    address = f"http://127.0.0.1:{server.server_address[1]}"
    rows = [f"{address}/{name}" for name in ("a.png", "sub/b.jpg", "none.png")]
    (folder / "list").write_text("\n".join(rows))
    table = [f"{row},out/{number}.png,{number + 2}" for number, row in enumerate(rows)]
    (folder / "list.csv").write_text("\n".join(["input,output,colors", *table]))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield address
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("words", "made"),
    [
        (("{site}/list", "-k", 4, "-o", "out/{{stem}}{{ext}}"), {"a.png", "b.png"}),
        (("{site}/list.csv?part=1",), {"0.png", "1.png"}),
    ],
)
def test_a_list_and_its_rows_may_be_on_the_web(
    words: tuple[object, ...], made: set[str], site: str, run: Run, tmp_path: Path
) -> None:
    filled = [str(word).format(site=site) for word in words]
    command = ("--files-from", *filled, "--no-sidecar")
    answer = run(*command)
    missing = f"quantize: {site}/none.png: no such file; check the name; nothing was written"
    assert (answer.code, answer.errors) == (1, [missing])
    assert "3 inputs: 2 done, 1 failed;" in answer.text
    assert names(tmp_path / "out") == made
    again = run(*command, "--update")
    assert "3 inputs: 0 done, 2 skipped, 1 failed" in again.text


def test_an_address_where_nobody_answers_is_said(run: Run, site: str, tmp_path: Path) -> None:
    nobody = "http://127.0.0.1:1/list"
    answer = run("--files-from", nobody, "-o", "out/")
    assert answer.code == 1
    assert answer.errors[0].startswith(f"quantize: {nobody}: the storage does not answer: ")
    answer = run("--files-from", f"{site}/nolist", "-o", "out/")
    assert answer.errors == [f"quantize: {site}/nolist: no such file; check the name"]
