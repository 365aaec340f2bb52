"""The connection to a cluster: a running scheduler, or a local one for this machine's cores."""

from __future__ import annotations

import asyncio
import logging
import os
import warnings
from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack, suppress
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Any, Final, NamedTuple

import distributed
from distributed.comm import connect

from quantize.errors import ClusterError, said_by
from quantize.jobs.cluster import setup, worker
from quantize.jobs.cluster.protocol import (
    JobsReady,
    JobsStarted,
    Message,
    TaskFinished,
    WorkerLeft,
)
from quantize.jobs.cluster.reduction import TreeMerger
from quantize.jobs.cluster.scheduling import Scheduler
from quantize.jobs.feed import Feed
from quantize.jobs.job import Outcome
from quantize.storage import interruption, safe_write

CONNECT_SECONDS: Final = 5
"""Time that a scheduler has to answer."""

PATIENCE_SECONDS: Final = 5
"""Time without any worker after which the user is warned."""

TICK_SECONDS: Final = 0.5
"""Time between two checks that a quiet cluster is still there."""


class _WorkerJoined(NamedTuple):
    """A worker has come; `facts` are those of `worker.facts`, or the exception it raised."""

    worker: str
    facts: Any


class Cluster:
    """A connection to a scheduler; to be used in `with`, and from one thread.

    Attributes:
        folder: the current folder, which relative names are relative to.
        owners: of temporary files, of present and former workers by their addresses.
    """

    def __init__(self, address: str, *, warn: Callable[[str], None], cores: int = 0) -> None:
        """Prepare a connection; the arguments are those of `connect.connect`.

        With `cores`, a local cluster of so many workers is started.
        """
        self.folder = os.getcwd()
        self.owners: dict[str, str] = {}
        self._address, self._warn, self._cores = address, warn, cores
        self._here = worker.facts()["versions"]
        self._threads: dict[str, int] = {}
        self._messages: SimpleQueue[Message | _WorkerJoined] = SimpleQueue()
        self._asked: set[Any] = set()
        self._without_workers_since: float | None = None
        self._abandoned: list[Sequence[str]] = []
        self._client: Any = None
        self._resources = ExitStack()

    # ------------------------------------------------------------------------ opening and closing

    def __enter__(self) -> Cluster:
        try:
            setup.silence(logging.ERROR)
            self._resources.enter_context(setup.silent_when_interrupted())
            self._resources.enter_context(warnings.catch_warnings())
            warnings.filterwarnings("ignore", module="distributed|dask|tornado")
            with warnings.catch_warnings():  # versions are compared by us
                warnings.simplefilter("ignore", distributed.versions.VersionMismatchWarning)
                self._connect()
            self._client.subscribe_topic("all", self._on_event)
            self._client.subscribe_topic(self.topic, self._on_started)
            for address, said in self._client.run(worker.facts, on_error="return").items():
                self._welcome(_WorkerJoined(address, said))
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def _connect(self) -> None:
        where: Any = self._address
        if self._cores:
            self._resources.callback(self._clean_up)
            where = self._resources.enter_context(setup.local_cluster(self._cores))
        else:
            self._probe()
        self._client = distributed.Client(
            where,
            timeout=CONNECT_SECONDS,
            set_as_default=False,
            loop=where.loop if self._cores else None,
        )
        self.topic = f"quantize-{self._client.id}"

    def _probe(self) -> None:
        """Check that a scheduler answers; a client that finds none cannot be closed cleanly."""

        async def shake_hands() -> None:
            arguments = distributed.Security().get_connection_args("client")
            reached = connect(self._address, timeout=CONNECT_SECONDS, **arguments)
            (await asyncio.wait_for(reached, CONNECT_SECONDS)).abort()

        try:
            asyncio.run(shake_hands())
        except Exception as error:  # what answers may be anything
            raise ClusterError(
                f"{self._address}: no Dask scheduler answers there within {CONNECT_SECONDS} "
                f"seconds; is it running, and is its port open? ({type(error).__name__})"
            ) from None

    def __exit__(self, *_: object) -> None:
        setup.silence(logging.CRITICAL + 1)  # closing in a hurry logs a lot
        if self._client is not None:
            with suppress(Exception):
                for topic in ("all", self.topic):
                    self._client.unsubscribe_topic(topic)
            with suppress(Exception):
                self._client.close(timeout=setup.CLOSE_SECONDS)
        self._resources.close()

    def _clean_up(self) -> None:
        """Remove the temporary files of a local cluster's workers, once they have ended."""
        for targets in self._abandoned:
            for owner in self.owners.values():
                safe_write.remove_litter(targets, owner)

    # -------------------------------------------------------------------------- use

    def run(
        self,
        function: Callable[..., Outcome],
        feed: Feed,
        proceed: Callable[[], bool],
        *,
        in_bundles: bool = True,
    ) -> Generator[tuple[int, Outcome]]:
        """Do jobs on the cluster; yield the number and the outcome of each as it completes.

        Closing the iterator cancels jobs that no worker has started; a started job is finished.

        Args:
            function: `job.run_one`, or `job.count_one`, whose histograms stay on the workers.
            feed: what to do.
            proceed: called before each job is handed out; False ends the work.
            in_bundles: hand out several short jobs together.

        Raises:
            ClusterError: the scheduler is lost.
        """
        return Scheduler(self, function, feed, proceed, in_bundles=in_bundles).outcomes()

    def merger(self) -> TreeMerger:
        """Return what adds up the histograms that `count_one` has left on the workers."""
        return TreeMerger(self)

    # ---------------------------------------------------------------- for scheduling and reduction

    @property
    def threads(self) -> int:
        """Return the number of threads of all workers."""
        return sum(self._threads.values())

    def submit(self, function: Callable[..., Any], *arguments: Any, key: Any = None) -> Any:
        """Return a future of the function's result."""
        return self._client.submit(function, *arguments, key=key, pure=False)

    def notify_when_finished(self, future: Any) -> None:
        """Send a `TaskFinished` when a future has ended."""
        future.add_done_callback(lambda ended: self._messages.put(TaskFinished(ended)))

    def results(self, futures: Sequence[Any]) -> list[Any]:
        """Return the results of futures that have ended; for a failed one, its exception."""
        try:
            return list(self._client.gather(list(futures)))
        except Exception:
            return [self._result_or_error(future) for future in futures]

    def _result_or_error(self, future: Any) -> Any:
        try:
            return future.result()
        except Exception as error:
            return error

    def result(self, future: Any, problem: str) -> Any:
        """Return the result of one future.

        Raises:
            ClusterError: it has none; `problem` words the error.
        """
        found = self._result_or_error(future)
        if isinstance(found, Exception):
            raise ClusterError(f"{self._address}: {problem}: {said_by(found)}")
        return found

    def cancel(self, futures: Sequence[Any]) -> None:
        """Cancel the tasks that no worker has started."""
        with suppress(Exception):
            self._client.cancel(list(futures))

    def abandon(self, targets: Sequence[str]) -> None:
        """Note outputs that a worker may still be writing when the run ends."""
        self._abandoned.append(targets)

    def gone(self) -> ClusterError:
        """Return the error of a scheduler that does not answer any more."""
        advice = "start it again, then go on with skip_existing=True or update=True"
        return ClusterError(f"{self._address}: the scheduler is gone", advice)

    def wake(self) -> None:
        """Send a `JobsReady`; from any thread."""
        self._messages.put(JobsReady())

    def messages(self) -> Generator[Message]:
        """Wait for at least one message, then yield those that are there.

        Raises:
            ClusterError: the scheduler is lost.
        """
        message = None
        while message is None:
            self._check_connection()
            with suppress(Empty):
                message = self._messages.get(timeout=TICK_SECONDS)
        with suppress(Empty):
            while True:
                if isinstance(message, _WorkerJoined):
                    self._welcome(message)
                else:
                    yield message
                    if isinstance(message, WorkerLeft):
                        self._threads.pop(message.worker, None)
                message = self._messages.get_nowait()

    def _check_connection(self) -> None:
        interruption.check()  # an exception in a finaliser of one of Dask's objects is lost
        if self._client.status != "running":
            raise self.gone()
        if self._threads:
            self._without_workers_since = None
        elif self._without_workers_since is None:
            self._without_workers_since = monotonic()
        elif 0 < self._without_workers_since < monotonic() - PATIENCE_SECONDS:
            self._without_workers_since = -1.0
            self._warn(f"{self._address} has no workers; the jobs wait until one joins")

    # ----------------------------------------------------------------------- in the loop's thread

    async def _on_event(self, event: tuple[float, dict[str, Any]]) -> None:
        _, said = event
        action = said.get("action")
        if action == "remove-worker":
            keys = [tuple(key) for key in said["processing-tasks"] if not isinstance(key, str)]
            self._messages.put(WorkerLeft(said["worker"], keys, bool(said.get("expected"))))
        elif action == "add-worker":
            asked = self._client.loop.asyncio_loop.create_task(self._ask(said["worker"]))
            self._asked.add(asked)  # else nobody holds it
            asked.add_done_callback(self._asked.discard)

    async def _ask(self, address: str) -> None:
        with suppress(Exception):  # it is gone again
            said = await self._client.run(worker.facts, workers=[address], on_error="return")
            self._messages.put(_WorkerJoined(address, said[address]))

    def _on_started(self, event: tuple[float, dict[str, Any]]) -> None:
        _, said = event
        self._messages.put(JobsStarted(said["numbers"], said["worker"]))

    # ------------------------------------------------------------------------ in the user's thread

    def _welcome(self, joined: _WorkerJoined) -> None:
        """Note a worker; warn if it cannot be used, or has other versions than this machine."""
        address, facts = joined
        if isinstance(facts, Exception):
            self._threads[address] = 1
            said = f"worker {address} cannot use quantize; install it there: {said_by(facts)}"
            self._warn(said)
            return
        owner = facts.get("owner", "")  # an old version has none
        if self.owners.get(address) == owner:
            return
        self.owners[address] = owner
        self._threads[address] = facts["threads"]
        other = [
            f"{name} {theirs} (here {self._here.get(name)})"
            for name, theirs in facts["versions"].items()
            if theirs != self._here.get(name)
        ]
        if other:
            self._warn(
                f"worker {address} has {', '.join(other)}; its results may differ from those here"
            )
