"""`--cluster`: the jobs on the machines of a Dask cluster; the only user of Dask.

`far` is what runs on the workers, `connection` the way to them, `course` who does what and what
becomes of the jobs of a worker that is lost, `reduction` the tree in which histograms are added up.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from quantize.errors import MissingPackageError, UsageError

if TYPE_CHECKING:
    from quantize.jobs.cluster.client import Cluster


LOCAL: Final = "local"
"""In place of an address: a cluster of this machine's cores, for as long as the command runs."""

_ADDRESS: Final = r"(?:(?:tcp|tls|ws|wss|ucx)://)?(?:\[[0-9A-Fa-f:.]+\]|[^/:\s]+):[0-9]+"


def check(address: str) -> None:
    """Refuse, before any work, what cannot be an address, and the lack of Dask.

    Raises:
        UsageError: it is neither `local` nor an address with its port.
        MissingPackageError: `dask` or `distributed` is not installed.
    """
    if address != LOCAL and not re.fullmatch(_ADDRESS, address):
        raise UsageError(
            "{address}: wanted 'local', or a scheduler's address like tcp://host:8786",
            address=address,
        )
    from importlib.util import find_spec

    for package in ("dask", "distributed"):
        if find_spec(package) is None:
            raise MissingPackageError("a cluster", package, "cluster")


def connect(address: str, *, warn: Callable[[str], None], cores: int) -> Cluster:
    """A cluster to work on, to be closed like a file.

    Args:
        address: as for `check`.
        warn: called with what the user should know of it, a line each.
        cores: how many workers a `local` one gets.

    Raises:
        ClusterError: no scheduler answers.
    """
    from quantize.jobs.cluster.client import Cluster  # with Dask, half a second

    return Cluster(address, warn=warn, cores=cores if address == LOCAL else 0)
