"""Decides whether another program may see the open desks: what a person allowed, within the administrator's policy."""

from __future__ import annotations

import threading
import time
from collections.abc import Collection
from dataclasses import dataclass

from app.core.errors import AppError, Code
from app.core.machine import desk_window
from app.core.machine.paths import Paths
from app.core.matter import LIBRARY, Matter
from app.core.policy import Policy
from app.core.record import Happening, Noting, RecordKind
from app.core.work import Cancel, Stopped, Work
from app.features.programs.data import McpClient, McpStanding, client_name
from app.features.programs.store import McpClients
from app.language.folding import fold
from app.services.services import Services
from app.store.matters import MatterStore

_LOOK_EVERY_S = 0.25


@dataclass(frozen=True)
class McpAccess:
    """The access of programs. `note` writes into the record of the library. All methods raise AppError as the store
    does."""

    clients: McpClients
    matters: MatterStore
    policy: Policy
    paths: Paths
    note: Noting

    def all(self) -> tuple[McpClient, ...]:
        """Return all programs, those that nobody has decided about first."""
        return self.clients.all()

    def admit(self, name: str, program: str, cancel: Cancel, *, patience_s: float) -> Work[float, McpClient]:
        """Return the program as a person allowed it. If nobody has decided, and the desk's window is open, a person is
        asked there; yields the seconds waited so far. Raises AppError MCP_FORBIDDEN, MCP_REFUSED, MCP_NOT_ALLOWED,
        MCP_UNDECIDED; Stopped."""
        self.policy.check_program(name)
        if (decided := self._decided(name)) is not None:
            return decided
        self.clients.ask(name, program)
        if not desk_window.is_open(self.paths):
            raise AppError(Code.MCP_NOT_ALLOWED, name=name)
        desk_window.knock(self.paths)
        stopped = threading.Event()
        cancel.on_request(stopped.set)
        began = time.monotonic()
        while (waited := time.monotonic() - began) < patience_s:
            yield waited
            if stopped.wait(_LOOK_EVERY_S):
                raise Stopped
            if (decided := self._decided(name)) is not None:
                return decided
        raise AppError(Code.MCP_UNDECIDED, name=name)

    def desks(self, client: McpClient) -> dict[str, Matter | None]:
        """Return the desks that a program may see, by ids; None stands for the library."""
        matters = {matter.id: matter for matter in self.matters.all()}
        seen: dict[str, Matter | None] = {LIBRARY: None} if LIBRARY in client.desks else {}
        return seen | {id: matters[id] for id in client.desks if id in matters}

    def desk_named(self, client: McpClient, name: str) -> str:
        """Return the id of the desk that the program means: the matter of that name; without one the library, or all
        that it may see. It learns nothing about what it may not see. Raises AppError MCP_NO_MATTER."""
        seen = self.desks(client)
        if name.strip():
            named = [id for id, matter in seen.items() if matter is not None and fold(matter.name) == fold(name)]
        else:
            named = [LIBRARY] if LIBRARY in seen else list(seen)
        if len(named) != 1:
            raise AppError(Code.MCP_NO_MATTER, name=client.name, matter=name)
        return named[0]

    def allow(self, name: str, desks: Collection[str]) -> McpClient:
        """Let a program see these desks alone, by their ids. Raises AppError MCP_NO_NAME, MCP_FORBIDDEN,
        MATTER_UNKNOWN."""
        named = client_name(name)
        if not named:
            raise AppError(Code.MCP_NO_NAME)
        self.policy.check_program(named)
        for id in desks:
            if id != LIBRARY:
                self.matters.get(id)
        self.clients.allow(named, desks)
        self._note(named, "allowed")
        allowed = self.clients.get(named)
        assert allowed is not None
        return allowed

    def refuse(self, name: str) -> None:
        """Refuse a program: it is shown nothing, and nobody is asked about it again."""
        self.clients.refuse(name)
        self._note(name, "refused")

    def forget(self, name: str) -> None:
        """Take a decision about a program back: the next time a person is asked. Raises AppError MCP_CLIENT_UNKNOWN."""
        if not self.clients.forget(name):
            raise AppError(Code.MCP_CLIENT_UNKNOWN, name=name)
        self._note(name, "taken back")

    def _decided(self, name: str) -> McpClient | None:
        client = self.clients.get(name)
        if client is not None and client.standing is McpStanding.REFUSED:
            raise AppError(Code.MCP_REFUSED, name=name)
        return client if client is not None and client.standing is McpStanding.ALLOWED else None

    def _note(self, name: str, decision: str) -> None:
        self.note(Happening(RecordKind.PROGRAM, detail=f"program: {name}; {decision}"))


def mcp_access_of(desk: Services) -> McpAccess:
    return McpAccess(
        McpClients(desk.shared.matters.home),
        desk.shared.matters.kept,
        desk.settings.policy,
        desk.paths,
        desk.shared.record.note,
    )
