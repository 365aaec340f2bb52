"""The page of several pictures, which leads to theirs; loaded where it is asked for."""

from __future__ import annotations

import os
from time import monotonic
from typing import Final

from quantize.jobs.job import Outcome
from quantize.jobs.pages import address
from quantize.report.page import folder
from quantize.report.record import Record
from quantize.storage import safe_write

PAUSE_SECONDS: Final = 5.0
"""Time between two writings: the page has a row for each picture that is done."""


class FolderPage:
    """The page of several pictures: it is written anew as they are done.

    Args:
        path: the page.
        command: the words that made it.
        force: replace a file that exists; what this has written itself it does replace.
    """

    def __init__(self, path: str, command: str, *, force: bool) -> None:
        self.path, self.command, self.force = path, command, force
        self.rows: list[folder.Row] = []
        self._written = monotonic()

    def add(self, outcome: Outcome, record: Record) -> None:
        """Add a row for an outcome; its record has the field `error` where it has failed."""
        link = ""
        if outcome.job.report is not None and outcome.failure is None:
            link = address(outcome.job.report, self.path)
        self.rows.append(folder.Row(record, link, outcome.thumbnails))
        if monotonic() - self._written > PAUSE_SECONDS:
            self.write()

    def write(self) -> None:
        """Write the page with the rows so far.

        Raises:
            OutputError: it cannot be written.
            OutputExistsError: it exists and may not be replaced.
        """
        data = folder.build(self.rows, os.path.basename(self.path), self.command)
        safe_write.write_all([(self.path, data)], force=self.force)
        self.force, self._written = True, monotonic()
