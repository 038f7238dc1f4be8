"""The main database's tables of programs: which asked for the desk over MCP, and what each may see."""

from __future__ import annotations

import time
from collections.abc import Collection

import apsw

from app.core.matter import LIBRARY
from app.features.programs.data import McpClient, McpStanding
from app.language.folding import storable
from app.store.db import Database

_MOST_ASKED = 20
"""The number of others that have to ask before a program that nobody has decided about is kept no longer."""


class McpClients:
    """The programs on disk. All methods raise AppError as `Database.read` and `Database.write` do; what they did is on
    disk."""

    def __init__(self, home: Database) -> None:
        self._home = home

    def all(self) -> tuple[McpClient, ...]:
        """Return all programs, those that nobody has decided about first, then by name."""
        rows = self._home.rows("SELECT name FROM mcp_clients ORDER BY standing <> 'asked', name COLLATE NOCASE, name")
        found = (self.get(str(name)) for (name,) in rows)
        return tuple(client for client in found if client is not None)

    def get(self, name: str) -> McpClient | None:
        row = self._home.row(
            "SELECT name, standing, program, library, asked_at FROM mcp_clients WHERE name = ?", (storable(name),)
        )
        if row is None:
            return None
        named, standing, program, library, asked_at = row
        matters = self._home.rows("SELECT matter_id FROM mcp_matters WHERE name = ? ORDER BY matter_id", (named,))
        ids = tuple(str(id) for (id,) in matters)
        return McpClient(str(named), McpStanding(str(standing)), str(program), bool(library), ids, float(asked_at))

    def ask(self, name: str, program: str) -> None:
        """Note that a program wants to see something; what was decided about it stays."""
        with self._home.write() as connection:
            connection.execute(
                """INSERT INTO mcp_clients (name, standing, program, library, asked_at) VALUES (?, 'asked', ?, 0, ?)
                    ON CONFLICT (name) DO UPDATE SET program = excluded.program, asked_at = excluded.asked_at""",
                (storable(name), storable(program), time.time()),
            )
            connection.execute(
                """DELETE FROM mcp_clients WHERE standing = 'asked' AND name NOT IN (
                    SELECT name FROM mcp_clients WHERE standing = 'asked' ORDER BY asked_at DESC LIMIT ?)""",
                (_MOST_ASKED,),
            )

    def allow(self, name: str, desks: Collection[str]) -> None:
        """Let a program see these desks, by their ids, and no others."""
        with self._home.write() as connection:
            _decide(connection, name, McpStanding.ALLOWED, LIBRARY in desks)
            for id in desks:
                if id != LIBRARY:
                    connection.execute("INSERT INTO mcp_matters (name, matter_id) VALUES (?, ?)", (storable(name), id))

    def refuse(self, name: str) -> None:
        """Refuse a program: it may see nothing, and nobody is asked about it again."""
        with self._home.write() as connection:
            _decide(connection, name, McpStanding.REFUSED, False)

    def forget(self, name: str) -> bool:
        """Remove a program as if it had never asked; return whether it had."""
        with self._home.write() as connection:
            connection.execute("DELETE FROM mcp_clients WHERE name = ?", (storable(name),))
            return connection.changes() > 0


def _decide(connection: apsw.Connection, name: str, standing: McpStanding, library: bool) -> None:
    connection.execute(
        """INSERT INTO mcp_clients (name, standing, program, library, asked_at) VALUES (?, ?, '', ?, 0)
            ON CONFLICT (name) DO UPDATE SET standing = excluded.standing, library = excluded.library""",
        (storable(name), standing, library),
    )
    connection.execute("DELETE FROM mcp_matters WHERE name = ?", (storable(name),))
