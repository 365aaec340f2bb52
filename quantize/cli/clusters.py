"""The option of a cluster: what contradicts it, and the way to the cluster."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

import click

from quantize.cli import messages
from quantize.cli.streams import say
from quantize.errors import MissingPackageError, UsageError

if TYPE_CHECKING:
    from quantize.jobs.cluster.client import Cluster


def check(options: dict[str, Any]) -> None:
    """Refuse a cluster beside processes of this machine, and an address that is none.

    Raises:
        click.UsageError: so it is, or the package for clusters is missing.
    """
    if options["jobs"] is not None:
        raise click.UsageError("--jobs is for this machine, --cluster for others; take one")
    from quantize.jobs.cluster import connect

    try:
        connect.check(options["cluster"])
    except (UsageError, MissingPackageError) as problem:
        raise click.UsageError(messages.line(problem)) from None


def connected(options: dict[str, Any]) -> AbstractContextManager[Cluster]:
    """Return the cluster as a context manager."""
    from quantize import kernels
    from quantize.jobs.cluster import connect

    def warn(text: str) -> None:
        if not options["quiet"]:
            say(f"warning: {text}")

    return connect.connect(options["cluster"], warn=warn, cores=kernels.available_cores())
