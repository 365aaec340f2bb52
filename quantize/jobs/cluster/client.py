"""The way to a cluster: a scheduler that others have started, or one of this machine's cores."""

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

from quantize.errors import ClusterError
from quantize.jobs.cluster import setup
from quantize.jobs.cluster import worker as far
from quantize.jobs.cluster.protocol import Begun, Ended, Left, Message
from quantize.jobs.cluster.reduction import TreeMerger
from quantize.jobs.cluster.scheduling import Course
from quantize.jobs.job import Outcome
from quantize.jobs.plan import Job
from quantize.storage import files

CONNECT_SECONDS: Final = 5
"""How long a scheduler may take to answer."""

PATIENCE_SECONDS: Final = 5
"""How long there may be no worker before that is said."""

TICK_SECONDS: Final = 0.5
"""How often a quiet cluster is asked whether it is still there."""


class _Joined(NamedTuple):
    """A worker has come, and what it says of itself; or the exception that it gave instead."""

    worker: str
    facts: Any


class Cluster:
    """A connection to a scheduler; to be used in `with`, and from one thread.

    Attributes:
        folder: the current one, which relative names are relative to.
        processes: of the workers that are or were there, by their addresses.
    """

    def __init__(self, address: str, *, warn: Callable[[str], None], cores: int = 0) -> None:
        """As `quantize.cluster.connect`; with `cores` a cluster of these is started."""
        self.folder = os.getcwd()
        self.processes: dict[str, int] = {}
        self._address, self._warn, self._cores = address, warn, cores
        self._here = far.facts()["versions"]
        self._threads: dict[str, int] = {}
        self._messages: SimpleQueue[Message | _Joined] = SimpleQueue()
        self._asked: set[Any] = set()
        self._deserted_since: float | None = None
        self._interrupted: Callable[[], bool] = bool
        self._abandoned: list[Sequence[str]] = []
        self._client: Any = None
        self._resources = ExitStack()

    # ------------------------------------------------------------------------ coming and going

    def __enter__(self) -> Cluster:
        try:
            setup.silence(logging.ERROR)
            interruption = setup.remembered_interruption()
            self._interrupted = self._resources.enter_context(interruption)
            self._resources.enter_context(warnings.catch_warnings())
            warnings.filterwarnings("ignore", module="distributed|dask|tornado")
            with warnings.catch_warnings():  # versions are compared by us
                warnings.simplefilter("ignore", distributed.versions.VersionMismatchWarning)
                self._connect()
            self._client.subscribe_topic("all", self._hear)
            self._client.subscribe_topic(self.topic, self._hear_begun)
            for worker, said in self._client.run(far.facts, on_error="return").items():
                self._welcome(_Joined(worker, said))
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
        """See that it is a scheduler; a client that finds none cannot be closed in peace."""

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
        setup.silence(logging.CRITICAL + 1)  # a farewell in haste is noisy
        if self._client is not None:
            with suppress(Exception):
                for topic in ("all", self.topic):
                    self._client.unsubscribe_topic(topic)
            with suppress(Exception):
                self._client.close(timeout=setup.FAREWELL_SECONDS)
        self._resources.close()

    def _clean_up(self) -> None:
        """Behind the workers of a local cluster, once they are gone."""
        for targets in self._abandoned:
            for process in self.processes.values():
                files.remove_litter(targets, process)

    # -------------------------------------------------------------------------- what is asked of it

    def run(
        self,
        function: Callable[..., Outcome],
        jobs: Sequence[Job],
        proceed: Callable[[], bool],
        *,
        in_bundles: bool = True,
    ) -> Generator[tuple[int, Outcome]]:
        """Do jobs on the cluster; each result as it comes, with the number of its job.

        Closing the iterator takes back what no worker has begun; what one has in hand it finishes.

        Args:
            function: `work.run_one`, or `work.count_one`, which leaves its histograms there.
            jobs: what to do.
            proceed: asked before each job is handed out; False ends the work.
            in_bundles: hand out several short jobs together.

        Raises:
            ClusterError: the scheduler is lost.
        """
        return Course(self, function, jobs, proceed, in_bundles=in_bundles).outcomes()

    def merger(self) -> TreeMerger:
        """Adds up what `count_one` has left on the workers."""
        return TreeMerger(self)

    # ------------------------------------------------------------------- what its users here need

    @property
    def threads(self) -> int:
        """Of all workers together."""
        return sum(self._threads.values())

    def submit(self, function: Callable[..., Any], *arguments: Any, key: Any = None) -> Any:
        """A future of the function's result."""
        return self._client.submit(function, *arguments, key=key, pure=False)

    def tell_end(self, future: Any) -> None:
        """Have a message when a future is done, whatever its end is."""
        future.add_done_callback(lambda ended: self._messages.put(Ended(ended)))

    def results(self, futures: Sequence[Any]) -> list[Any]:
        """The results of futures that are done, or the exceptions in their places."""
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
        """The result of one future.

        Raises:
            ClusterError: it has none; `problem` says what that means.
        """
        found = self._result_or_error(future)
        if isinstance(found, Exception):
            said = " ".join(f"{type(found).__name__}: {found}".split())
            raise ClusterError(f"{self._address}: {problem}: {said}")
        return found

    def cancel(self, futures: Sequence[Any]) -> None:
        """Take back what has not been begun."""
        with suppress(Exception):
            self._client.cancel(list(futures))

    def abandon(self, targets: Sequence[str]) -> None:
        """Note what a worker may be about to write that is not waited for."""
        self._abandoned.append(targets)

    def messages(self) -> Generator[Message]:
        """What has happened; waits until something has.

        Raises:
            ClusterError: the scheduler is lost.
        """
        message = None
        while message is None:
            self._check_presence()
            with suppress(Empty):
                message = self._messages.get(timeout=TICK_SECONDS)
        with suppress(Empty):
            while True:
                if isinstance(message, _Joined):
                    self._welcome(message)
                else:
                    yield message
                    if isinstance(message, Left):
                        self._threads.pop(message.worker, None)
                message = self._messages.get_nowait()

    def _check_presence(self) -> None:
        if self._interrupted():
            raise KeyboardInterrupt
        if self._client.status != "running":
            raise ClusterError(
                f"{self._address}: the scheduler is gone",
                "start it again, then go on with skip_existing=True",
            )
        if self._threads:
            self._deserted_since = None
        elif self._deserted_since is None:
            self._deserted_since = monotonic()
        elif 0 < self._deserted_since < monotonic() - PATIENCE_SECONDS:
            self._deserted_since = -1.0
            self._warn(f"{self._address} has no workers; the jobs wait until one joins")

    # ----------------------------------------------------------------------- in the loop's thread

    async def _hear(self, event: tuple[float, dict[str, Any]]) -> None:
        _, said = event
        action = said.get("action")
        if action == "remove-worker":
            keys = [tuple(key) for key in said["processing-tasks"] if not isinstance(key, str)]
            self._messages.put(Left(said["worker"], keys, bool(said.get("expected"))))
        elif action == "add-worker":
            asked = self._client.loop.asyncio_loop.create_task(self._ask(said["worker"]))
            self._asked.add(asked)  # else nobody holds it
            asked.add_done_callback(self._asked.discard)

    async def _ask(self, worker: str) -> None:
        with suppress(Exception):  # it is gone again
            said = await self._client.run(far.facts, workers=[worker], on_error="return")
            self._messages.put(_Joined(worker, said[worker]))

    def _hear_begun(self, event: tuple[float, dict[str, Any]]) -> None:
        _, said = event
        self._messages.put(Begun(said["number"], said["worker"]))

    # ------------------------------------------------------------------------ in the user's thread

    def _welcome(self, joined: _Joined) -> None:
        worker, facts = joined
        if isinstance(facts, Exception):
            said = " ".join(f"{type(facts).__name__}: {facts}".split())
            self._threads[worker] = 1
            self._warn(f"worker {worker} cannot use quantize; install it there: {said}")
            return
        if self.processes.get(worker) == facts["process"]:
            return
        self.processes[worker] = facts["process"]
        self._threads[worker] = facts["threads"]
        other = [
            f"{name} {theirs} (here {self._here.get(name)})"
            for name, theirs in facts["versions"].items()
            if theirs != self._here.get(name)
        ]
        if other:
            self._warn(
                f"worker {worker} has {', '.join(other)}; its results may differ from those here"
            )
