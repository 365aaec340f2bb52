"""Jobs on the machines of a Dask cluster: the entrance to the only room that uses Dask.

`worker` runs on the workers, `client` is the connection to them, `scheduling` hands out the jobs
and handles the loss of a worker, `reduction` adds up histograms in a tree.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from quantize.errors import MissingPackageError, UsageError

if TYPE_CHECKING:
    from quantize.jobs.cluster.client import Cluster


LOCAL: Final = "local"
"""In place of an address: a cluster of this machine's cores, which ends with the command."""

_ADDRESS: Final = r"(?:(?:tcp|tls|ws|wss|ucx)://)?(?:\[[0-9A-Fa-f:.]+\]|[^/:\s]+):[0-9]+"


def check(address: str) -> None:
    """Refuse, before any work, a text that cannot be an address, and the lack of Dask.

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
    """Return a connection to a cluster, to be used in `with`.

    Args:
        address: as for `check`.
        warn: called with a line for each thing that the user should know.
        cores: number of workers of a `local` cluster.

    Raises:
        ClusterError: no scheduler answers.
    """
    from quantize.jobs.cluster.client import Cluster  # with Dask, half a second

    return Cluster(address, warn=warn, cores=cores if address == LOCAL else 0)
