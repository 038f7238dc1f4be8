"""Other programs that ask the desk over MCP, and what a person lets each of them see."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from app.core.documents.untrusted import disarm
from app.core.matter import LIBRARY

NAME_CHARACTERS = 80


class McpStanding(StrEnum):
    ASKED = "asked"  # nobody has decided yet
    ALLOWED = "allowed"
    REFUSED = "refused"


class McpClient(msgspec.Struct, frozen=True):
    """A program by the name that it gives itself: nothing proves it. `program` is the file that started the server
    last, as far as the system says. `library` and `matters` tell which desks it may see, matters by their ids.
    `asked_at` is when it asked last, in seconds since the epoch."""

    name: str
    standing: McpStanding = McpStanding.ASKED
    program: str = ""
    library: bool = False
    matters: tuple[str, ...] = ()
    asked_at: float = 0.0

    @property
    def desks(self) -> tuple[str, ...]:
        """The ids of the desks that it may see, LIBRARY among them."""
        if self.standing is not McpStanding.ALLOWED:
            return ()
        return ((LIBRARY,) if self.library else ()) + self.matters


def client_name(untrusted_name: str) -> str:
    """Return a name as it is kept and shown: on one line, not long; empty if nothing is left of it."""
    return " ".join(disarm(untrusted_name).split())[:NAME_CHARACTERS].strip()
