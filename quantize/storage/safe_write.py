"""Writing files so that nothing is lost: all of them, or none.

A crash, a full disk or Ctrl-C leaves the old file or the new one, never half of one, and no
temporary file. Object stores keep these promises as far as they can, see `remote`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from quantize.storage import files, local

if TYPE_CHECKING:
    from quantize.storage.backend import Backend


class _Staged(NamedTuple):
    """A file whose content waits under a temporary name, which is empty if the store has none."""

    backend: Backend
    path: str
    temporary: str
    data: bytes


def write_all(items: Sequence[tuple[str, bytes]], *, force: bool) -> None:
    """Write all files, or none: each is whole, and a failure leaves no temporary file.

    All are written whole under temporary names first, then renamed in the order given. Without
    `force`, a file that another program has made meanwhile is not overwritten either. With
    `force`, a rename that fails, which is rare, leaves the files before it replaced.

    Args:
        items: path and content of each file, or of a device such as `/dev/null`.
        force: replace a file that exists; a link stays, and the file it points to is replaced.

    Raises:
        OutputError: one cannot be written; the message says which and why.
        OutputExistsError: one exists and `force` is not set.
    """
    staged: list[_Staged] = []
    published: list[_Staged] = []
    try:
        for path, data in items:
            if files.is_device(path):
                local.write_to_device(path, data)
                continue
            backend = files.backend_of(path)
            target = backend.target_of(path) if force else path
            staged.append(_Staged(backend, target, backend.temporary_name(target), data))
            backend.stage(path, staged[-1].temporary, data)
        for each in staged:
            each.backend.publish(each.path, each.temporary, each.data, force=force)
            if not force:
                published.append(each)
    except BaseException:
        _remove((each.backend, each.path) for each in published)
        raise
    finally:
        _remove((each.backend, each.temporary) for each in staged)


def _remove(files_of: Iterable[tuple[Backend, str]]) -> None:
    for backend, path in files_of:
        if path:
            backend.remove(path)
