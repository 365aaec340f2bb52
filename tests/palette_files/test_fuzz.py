"""Guards the promise that no bytes, however damaged or hostile, do more than be refused.

Each reader gets arbitrary bytes, and files of its own format that were cut, changed or lengthened
at random: the answer is a palette or a `PaletteReadError` of one line, and nothing else.
"""

from __future__ import annotations

import io
import json
import time
import tracemalloc
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.examples import examples
from helpers.sprites import layer_chunk, palette_chunk, sprite
from quantize.checks import MAX_GIVEN, load
from quantize.errors import PaletteReadError
from quantize.model.palette import Palette
from quantize.palette_files.codec import decode, encode
from quantize.palette_files.reading import MAX_BYTES, Malformed, to_palette
from quantize.palette_files.table import FORMATS, PaletteFormat

READ = [row for row in FORMATS.values() if row.reads]
EVERY_READER = pytest.mark.parametrize("row", READ, ids=lambda row: row.name)

SEEDS = {
    "few": Palette(np.array([[94, 49, 91, 255], [10, 255, 0, 128], [0, 0, 0, 0]], np.uint8)),
    "named": Palette(
        np.array([[94, 49, 91], [10, 255, 0]], np.uint8), np.array([3, 1]), ("plum", "grün 🎨")
    ),
}
EVERY_SEED = pytest.mark.parametrize("seed", SEEDS)


def written(row: PaletteFormat, seed: str) -> bytes:
    """A file of a format; of one that is only read, by hand."""
    if row.writes:
        return encode(SEEDS[seed], f"x{row.endings[0]}", "sunset")
    return sprite(layer_chunk(1), palette_chunk((94, 49, 91, 255, "plum"), (10, 255, 0, 128, "")))


def answer(data: bytes, path: str) -> str:
    """What the door says: nothing where there is a palette, which was checked when it was made."""
    try:
        assert 1 <= len(decode(data, path)) <= MAX_GIVEN
    except PaletteReadError as error:
        said = str(error)
        assert said.startswith(f"{path}: ")
        assert said.isprintable()
        assert len(said) < 400
        return said
    return ""


def answer_of(row: PaletteFormat, data: bytes) -> None:
    """As `answer`, of one reader whatever the content looks like."""
    answer(data or b"\0", f"x{row.endings[0]}")
    try:
        to_palette(load(row.target).read(data))
    except Malformed as complaint:
        assert str(complaint).isprintable()  # noqa: PT017 - either is right


@EVERY_READER
@examples(40)
@given(
    data=st.binary(max_size=2000)
    | st.text(max_size=500).map(lambda text: text.encode("utf-8", "replace"))
)
def test_arbitrary_bytes_are_a_palette_or_refused(row: PaletteFormat, data: bytes) -> None:
    answer_of(row, data)


@EVERY_READER
@examples(40)
@given(data=st.binary(max_size=200))
def test_arbitrary_bytes_behind_a_good_beginning_are_too(row: PaletteFormat, data: bytes) -> None:
    whole = written(row, "few")
    for length in (4, 8, 12, 30, 100):
        answer_of(row, whole[:length] + data)


@EVERY_SEED
@EVERY_READER
def test_a_file_cut_anywhere_is_a_palette_or_refused(row: PaletteFormat, seed: str) -> None:
    whole = written(row, seed)
    step = max(1, len(whole) // 300)
    for length in range(0, len(whole), step):
        answer_of(row, whole[:length])


@st.composite
def damage(draw: st.DrawFn, whole: bytes) -> bytes:
    """A few changes at random places: bytes set to what breaks lengths, inserted, or taken out."""
    data = bytearray(whole)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(data)))
        put = draw(
            st.sampled_from(
                [b"\xff" * 4, b"\0" * 4, b"\x7f\xff", b"\xff", b"\0", b"-1", b"9" * 400]
            )
            | st.binary(max_size=6)
        )
        over = draw(st.sampled_from([0, 1, len(put), 20]))
        data[at : at + over] = put
    return bytes(data)


@EVERY_SEED
@EVERY_READER
@examples(60)
@given(data=st.data())
def test_a_file_changed_anywhere_is_a_palette_or_refused(
    row: PaletteFormat, seed: str, data: st.DataObject
) -> None:
    answer_of(row, data.draw(damage(written(row, seed))))


def archived(name: str, content: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return stream.getvalue()


@pytest.mark.parametrize("path", ["x.swatches", "x.kpl"])
@examples(60)
@given(data=st.data())
def test_what_is_in_an_archive_may_be_changed_as_well(path: str, data: st.DataObject) -> None:
    """A checksum would hide most changes of an archive from the reader of what is in it."""
    whole = encode(SEEDS["named"], path, "sunset")
    name = {"x.swatches": "Swatches.json", "x.kpl": "colorset.xml"}[path]
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        content = archive.read(name)
    answer(archived(name, data.draw(damage(content))), path)


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(["#5e315b", "none", "srgb", "{a}", "color"])
    | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    *(
                        "colors",
                        "palette",
                        "hex",
                        "rgb",
                        "alpha",
                        "count",
                        "name",
                        "swatches",
                        "hue",
                    ),
                    *("components", "$value", "$type", "$root", "colorSpace", "a"),
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@examples(200)
@given(content=anything)
def test_any_json_is_a_palette_or_refused(content: object) -> None:
    data = json.dumps(content).encode()
    for path in ("x.json", "x.tokens.json"):
        answer(data, path)
    answer(archived("Swatches.json", data), "x.swatches")


HUGE = {
    "x.hex": b"0" * MAX_BYTES,
    "x.gpl": b"GIMP Palette\n300 " + b"0 " * (MAX_BYTES // 2 - 10),
    "x.pal": b"JASC-PAL\n0100\n" + b"1\n" * (MAX_BYTES // 2 - 10),
    "x.txt": b";\n" * (MAX_BYTES // 2),
    "x.csv": b"," * MAX_BYTES,
    "x.soc": b"<color-table>" + b"<a>" * (MAX_BYTES // 3 - 5),
    "x.json": b"[" * MAX_BYTES,
    "x.tokens.json": b'{"$value": ' * (MAX_BYTES // 11),
    "x.ase": b"ASEF\0\1\0\0\xff\xff\xff\xff" + b"\0" * (MAX_BYTES - 16),
    "x.aco": b"\0\1\xff\xff" + b"\0\3" * (MAX_BYTES // 2 - 2),
    "x.riff.pal": b"RIFF\0\0\0\0PAL " + b"\0" * (MAX_BYTES - 16),
    "x.kpl": archived("colorset.xml", b"<ColorSet>" * (MAX_BYTES // 10)),
    "x.swatches": archived("Swatches.json", b'[{"swatches":[' + b"null," * (MAX_BYTES // 5 - 9)),
}


STREAMED = {"x.ase", "x.aco", "x.riff.pal", "x.txt"}
"""Of these one piece after the other is read and let go; to count memory would take seconds."""


def peak(data: bytes, path: str) -> int:
    """The most memory, in bytes, that reading a file takes."""
    tracemalloc.start()
    try:
        answer(data, path)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("path", HUGE)
def test_the_largest_file_costs_neither_time_nor_memory(path: str) -> None:
    begun = time.process_time()
    assert answer(HUGE[path], path)
    assert time.process_time() - begun < 6  # a square would take minutes
    if path not in STREAMED:
        assert peak(HUGE[path], path) < 60 << 20


@pytest.mark.slow
def test_many_different_colours_are_counted_in_bounded_memory() -> None:
    codes = "\n".join(f"{number:06x}" for number in range(MAX_BYTES // 7)).encode()
    assert "299,593 different colours" in answer(codes, "x.hex")
    assert peak(codes[: len(codes) // 4], "x.hex") < 15 << 20
