"""The process that speaks with the hub, seen from the desk: its environment, what is asked of it, how it died."""

from __future__ import annotations

import logging
import os
import time
from concurrent.futures import Executor
from pathlib import Path
from typing import TypeVar

from app.core.errors import AppError, Code
from app.core.secret import Password
from app.core.work import Cancel, Stopped, Work
from app.isolation import sandbox
from app.isolation.child import Cause, Child, ChildDied
from app.isolation.heartbeat import WireFailed
from app.isolation.program import command
from app.models.hub.address import check_endpoint
from app.models.hub.protocol import Begin, DownloadProgress, Event, Fetch, HubReady, HubTimeouts, Order

ANSWER_LIMIT_S = 240.0
"""How long one question may take in all, with every new try: a hub could let an answer trickle for ever."""

STALL_LIMIT_S = 300.0
"""How long nothing at all may happen during a download; longer than the longest wait before a new try."""

_MODULE = "app.models.hub.worker"
_POLL_S = 0.05
_NOWHERE = "octavo-keeps-nothing-here"
_KEPT = ("SSL_CERT_FILE", "SSL_CERT_DIR", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
"""What a person's system says about its network; proxies in small letters, too."""

_FOUND = frozenset(
    {
        *(Code.HUB_UNREACHABLE, Code.HUB_INTERRUPTED, Code.HUB_ANSWER_STRANGE, Code.HUB_ADDRESS_INSECURE),
        *(Code.HUB_NOT_FOUND, Code.HUB_FILE_MISSING, Code.HUB_GATED, Code.HUB_TOKEN_REFUSED, Code.HUB_HASH_WRONG),
        *(Code.DISK_FULL, Code.DISK_FILE_LIMIT, Code.FOLDER_READ_ONLY, Code.BUG),
    }
)

_log = logging.getLogger("octavo.models")

Answer = TypeVar("Answer")


class HubProcess:
    """Carries out one order at a time; `kill` may come from any thread."""

    def __init__(
        self, endpoint: str, token: Password | None, patience: HubTimeouts, folder: Path | None, starter: Executor
    ) -> None:
        """It ends with the thread of `starter` that starts it. It may write beneath `folder` alone.

        Raises AppError HUB_ADDRESS_INSECURE, BUG.
        """
        self.host = check_endpoint(endpoint)
        self.confined: bool | None = None
        try:
            self._child: Child[Event] = starter.submit(
                Child[Event],
                command(_MODULE, str(folder) if folder else ""),
                Event,
                stall_limit_s=STALL_LIMIT_S,
                env=environment(endpoint),
            ).result()
        except OSError as error:
            raise AppError(Code.BUG, where=f"hub process: {type(error).__name__}") from error
        self._begin = Begin(endpoint, token, patience)
        self._began = False

    @property
    def pid(self) -> int:
        return self._child.pid

    def kill(self) -> None:
        self._child.kill()

    def ask(self, order: Order, answer: type[Answer], cancel: Cancel) -> Work[DownloadProgress, Answer]:
        """The answer to an order; only a Fetch has progress. Raises AppError: what went wrong, or how the process
        died; Stopped, and the process has ended."""
        try:
            if not self._began:
                self._child.send(self._begin)
                self._began = True
            self._child.send(order)
            until = None if isinstance(order, Fetch) else time.monotonic() + ANSWER_LIMIT_S
            while not cancel.requested:
                event = self._child.receive(_POLL_S)
                if event is None:
                    if until is not None and time.monotonic() > until:
                        raise AppError(Code.HUB_UNREACHABLE, host=self.host)
                elif isinstance(event, HubReady):
                    self.confined = event.confined
                    _log.info("hub: process started, confined: %s", event.confined)
                elif isinstance(event, WireFailed):
                    raise AppError.of(event.problem) if event.problem.code in _FOUND else self.strange()
                elif isinstance(event, answer):
                    return event
                elif isinstance(event, DownloadProgress) and isinstance(order, Fetch):
                    yield event
                else:
                    raise self.strange()
        except ChildDied as died:
            raise self._explain(died) from died
        self.kill()
        raise Stopped

    def strange(self) -> AppError:
        """For an answer that no sound process gives."""
        return AppError(Code.HUB_ANSWER_STRANGE, host=self.host)

    def _explain(self, died: ChildDied) -> AppError:
        match died.cause:
            case Cause.EXITED:
                return AppError(Code.BUG, where=f"hub process exited with {died.detail}")
            case Cause.PROTOCOL:
                return self.strange()
        return AppError(Code.HUB_INTERRUPTED, host=self.host)


def environment(endpoint: str) -> dict[str, str]:
    """The whole environment of the process: what huggingface_hub reads when it is imported, and the system's proxies.

    There is no home folder, no cache and no token in it. Xet, the hub's other way to deliver, is native code that
    speaks with servers of its own choice, and mirrors do not have it. Addresses of this machine need no proxy.
    """
    variables = sandbox.environment() | {
        "HF_ENDPOINT": endpoint,
        "HF_HOME": os.path.join(os.sep, _NOWHERE),  # noqa: PTH118 -- a text, not a path to look at
        "HF_HUB_OFFLINE": "0",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "DO_NOT_TRACK": "1",
        "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1",
        "HF_HUB_DISABLE_XET": "1",
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    }
    names = (*_KEPT, *map(str.lower, _KEPT))
    variables |= {name: os.environ[name] for name in names if name in os.environ}
    without = ",".join(filter(None, (variables.pop("no_proxy", ""), variables.get("NO_PROXY", ""))))
    variables["NO_PROXY"] = ",".join(filter(None, (without, "localhost", "127.0.0.1", "[::1]")))
    return variables
