"""What names mean on Windows and macOS: which are one file there, and which are none.

Loaded on those systems alone.
"""

from __future__ import annotations

import os
import re
import unicodedata
from functools import lru_cache
from typing import Final

from quantize.errors import OutputError

_IS_NO_NAME: Final = re.compile(
    r'[<>:"|?*\x00-\x1f]|[ .]$'
    r"|^(?:con|prn|aux|nul|conin\$|conout\$|com[1-9¹²³]|lpt[1-9¹²³]) *(?:\.|$)",
    re.IGNORECASE,
)
"""Source: "Naming Files, Paths, and Namespaces" of Microsoft's documentation. After a colon Windows
writes another stream of the file before it, and a device swallows what is written."""


def refuse_name(path: str) -> None:
    """Refuse the name of a new file that Windows would take for something else.

    Raises:
        OutputError: it has a letter that is none of a name there, or is that of a device.
    """
    if _IS_NO_NAME.search(re.split(r"[/\\]", path)[-1]):
        raise OutputError(path, "is no name of a file on Windows", "choose another name")


def folded(path: str) -> str:
    """Return one text for all spellings of a name, where its folder takes `A.png` for `a.png`.

    Args:
        path: absolute, its folder with links resolved; neither need exist.
    """
    if not _ignores_case(os.path.dirname(path)):
        return path
    return unicodedata.normalize("NFD", unicodedata.normalize("NFD", path).casefold())


@lru_cache(maxsize=4096)
def _ignores_case(folder: str) -> bool:
    """Return whether the nearest folder that exists has the same name in other letters.

    A volume of macOS may be of either kind, so the file system is asked.
    """
    parent, name = os.path.split(folder)
    if not name:
        return True  # a root: the usual volume of these systems
    if not os.path.lexists(folder) or name.swapcase() == name:
        return _ignores_case(parent)
    try:
        return os.path.samestat(os.lstat(folder), os.lstat(os.path.join(parent, name.swapcase())))
    except OSError:
        return False
