"""Lists of inputs, which may be longer than memory: their rows, and the job of each as it comes.

Loaded where a command is given a list.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Final, NamedTuple

from quantize.errors import (
    CollisionError,
    Failure,
    FileError,
    OutputError,
    QuantizeError,
    UsageError,
)
from quantize.images.table import DEFAULT_FORMAT
from quantize.jobs import plan
from quantize.jobs.inputs import STREAM, Source
from quantize.jobs.request import Job, Request, check, check_formats
from quantize.storage import files

TABLE: Final = ".csv"
"""The ending of a list that has a header, and a cell for each column."""

INPUT: Final = "input"
"""The column that a table must have."""

MOST_REQUESTS: Final = 1000
"""Rows with the same cells share what was made of them, of so many kinds of rows."""

MOST_FOLDERS: Final = 4096
"""Folders that are known to exist, and those that are removed again if nothing came into them."""


class Row(NamedTuple):
    """A row of a list.

    Attributes:
        line: its number in the file, from 1; of NUL-ended names, which of them it is.
        input: a file.
        cells: further columns and their cells, those that are not empty.
        problem: what is wrong with the row itself, or nothing.
    """

    line: int
    input: str
    cells: tuple[tuple[str, str], ...] = ()
    problem: str = ""


def of_lines(lines: Iterable[bytes], end: bytes) -> Iterator[Row | None]:
    """Yield the rows of a list of names; None for an empty line, so that each line is one step.

    Args:
        lines: with their ends.
        end: what ends them; with a line feed, a carriage return before it goes too.
    """
    for number, line in enumerate(lines, 1):
        name = line.removesuffix(end)
        if end == b"\n":
            name = name.removesuffix(b"\r")
            name = name.removeprefix(_MARK) if number == 1 else name
        yield Row(number, os.fsdecode(name)) if name else None


_MARK: Final = b"\xef\xbb\xbf"
"""The byte order mark of UTF-8, which some editors and spreadsheets write."""


class Table:
    """The rows of a table (RFC 4180), whose header is read at once.

    Attributes:
        columns: the names in the header.
    """

    def __init__(self, lines: Iterable[bytes], path: str) -> None:
        """Read the header.

        Raises:
            UsageError: there is none, or no column of inputs, or a column has no name.
        """
        self._reader = csv.reader(_decoded(lines), strict=True)
        try:
            self.columns = [name.strip() for name in next(self._reader, [])]
        except csv.Error as error:
            raise UsageError(f"{path}: the header is damaged: {error}") from None
        if INPUT not in self.columns:
            raise UsageError(f"{path}: wanted a header with a column '{INPUT}' in the first line")
        for name in self.columns:
            if not name or (name == INPUT and self.columns.count(name) > 1):
                raise UsageError(f"{path}: a column has no name, or '{INPUT}' stands there twice")

    def __iter__(self) -> Iterator[Row | None]:
        while True:
            try:
                cells = next(self._reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield Row(self._reader.line_num, "", problem=f"is damaged: {error}")
                continue
            yield self._row(cells)

    def _row(self, cells: list[str]) -> Row | None:
        line = self._reader.line_num
        if not any(cells):
            return None
        named = [*zip(self.columns, cells, strict=False)]
        source = next((cell for name, cell in named if name == INPUT), "")
        others = tuple((name, cell) for name, cell in named if cell and name != INPUT)
        problem = "" if source else "names no input"
        if len(cells) > len(self.columns):
            problem = f"has {len(cells)} cells, and the header {len(self.columns)}"
        return Row(line, source, others, problem)


def _decoded(lines: Iterable[bytes]) -> Iterator[str]:
    for number, line in enumerate(lines):
        text = line.removeprefix(_MARK) if number == 0 else line
        yield text.decode("utf-8", "surrogateescape")


RequestOf = Callable[[tuple[tuple[str, str], ...]], Request]
"""Makes the request of a row from its cells; raises UsageError, SettingError or FileError."""


class Planner:
    """Plans the jobs of a list, one after the other.

    Attributes:
        made: folders that were made, the first `MOST_FOLDERS` of them.
    """

    def __init__(
        self, path: str, request: Request, request_of: RequestOf, shard: tuple[int, int] = (1, 1)
    ) -> None:
        """Check what all rows share.

        Args:
            path: of the list.
            request: what is asked for where a row says nothing.
            request_of: see there.
            shard: which part of how many is done: each row of that number, modulo their count.

        Raises:
            UsageError: the request contradicts itself, whatever the rows say.
        """
        from quantize.jobs.seen_names import SeenNames  # with NumPy, which plans do without

        self.made: list[str] = []
        self._path, self._shard = path, shard
        check((), request, several=True)
        self._into_folder = plan.is_folder_output(("a list",), request, several=True)
        self._shared = request
        self._request_of = lru_cache(MOST_REQUESTS)(request_of)
        self._seen = SeenNames()
        self._make_folder = lru_cache(MOST_FOLDERS)(self._made)

    def jobs(self, rows: Iterable[Row | None], *, dry: bool = False) -> Iterator[Job | None]:
        """Yield the job of each row; None for an empty line, or a row of another part.

        Whatever is wrong with a row is the problem of its job.

        Args:
            rows: of the list.
            dry: make no folders.
        """
        part, parts = self._shard
        number = 0
        for row in self._whole(rows):
            if isinstance(row, Job):
                yield row
                return
            if row is None:
                yield None
                continue
            number += 1
            job = self._planned(row)
            if (number - part) % parts:
                yield None
                continue
            if not dry and job.problem is None:
                job = self._with_folders(job)
            yield job

    def _whole(self, rows: Iterable[Row | None]) -> Iterator[Row | Job | None]:
        """Yield the rows; where the list cannot be read on, a job that has failed is the last."""
        try:
            yield from rows
        except FileError as error:
            problem = f"{error.problem}; what it would name from here on is not done"
            yield self._failed(self._path, Failure.of(error, self._path)._replace(problem=problem))

    def _failed(self, path: str, problem: Failure) -> Job:
        return Job(path, None, DEFAULT_FORMAT, None, (), (), self._shared)._replace(problem=problem)

    def _planned(self, row: Row) -> Job:
        request = self._shared
        try:
            if row.problem:
                raise UsageError(row.problem)
            if row.input == STREAM:
                raise UsageError("'-' names standard input, which is no file of a list")
            if row.cells:
                request = self._request_of(row.cells)
            job = self._job(
                row.input, request, alone=any(name == "output" for name, _ in row.cells)
            )
            self._refuse_collisions(job)
            return job
        except QuantizeError as error:
            problem = Failure.of(error, row.input)
        name = "standard input" if self._path == STREAM else self._path
        where = f"line {row.line} of {name}: {problem.problem}"
        return self._failed(row.input or self._path, problem._replace(problem=where))

    def _job(self, path: str, request: Request, *, alone: bool) -> Job:
        """Return the job of a row; `alone` if the row itself says where its image goes."""
        into_folder = self._into_folder
        if request is not self._shared:
            check((path,), request, several=not alone)
            into_folder = plan.is_folder_output((path,), request, several=not alone)
        job = plan.job_of(Source(path), request, into_folder=into_folder)
        if job.output is not None:
            check_formats([job.format], request)
        if job.output == STREAM:
            raise UsageError("standard output takes one input", "name a folder for several")
        return job

    def _refuse_collisions(self, job: Job) -> None:
        """Refuse a job whose files are those of a row before it, and note its own.

        Raises:
            CollisionError: it would write what another row writes or reads, or read what it writes.
        """
        if job.passed_over or job.problem is not None:
            return
        plan.refuse([(job.input, path) for path in job.claims], [job.input], [job.output])
        source = files.real_name(job.input)
        written = [files.real_name(path) for path in job.claims]
        if job.request.in_place and job.output is not None:
            written.append(source)
        for path, name in zip((*job.claims, job.input), written, strict=False):
            if _WRITES + name in self._seen:
                raise CollisionError(f"{path}: would be written for an earlier row, too")
            if name in self._seen:
                raise CollisionError(f"{path}: is the input of an earlier row")
        if _WRITES + source in self._seen:
            raise CollisionError("is an output of an earlier row")
        self._seen.add([source, *(_WRITES + name for name in written)])

    def _with_folders(self, job: Job) -> Job:
        """Make the folders of a job; where one cannot be made, that is its problem."""
        try:
            for folder in plan.folders_of(job, into_folder=True):
                self._make_folder(folder)
        except OutputError as error:
            return job._replace(problem=Failure.of(error, job.input))
        return job

    def _made(self, folder: str) -> None:
        if files.make_folder(folder) and len(self.made) < MOST_FOLDERS:
            self.made.append(folder)


_WRITES: Final = "\0"
"""Before a name that is written, to tell it from one that is read: no name has it."""
