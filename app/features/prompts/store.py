"""Saved prompts on disk."""

from __future__ import annotations

import uuid

import msgspec

from app.features.prompts.data import SavedPrompt
from app.language.folding import storable
from app.store.db import Database


class SavedPrompts:
    """The saved prompts. All methods raise AppError as `Database.read` and `Database.write` do; what they keep is on
    disk."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> tuple[SavedPrompt, ...]:
        """Return all prompts by their names."""
        rows = self._database.rows("SELECT id, name, text, shortcut FROM saved_prompts ORDER BY name COLLATE NOCASE")
        return tuple(SavedPrompt(*row) for row in rows)

    def keep(self, prompt: SavedPrompt) -> SavedPrompt:
        """Keep a prompt in place of the one with its id; one without an id is new, in place of any with its name."""
        made = msgspec.structs.replace(
            prompt,
            id=prompt.id or uuid.uuid4().hex,
            name=storable(prompt.name),
            text=storable(prompt.text),
            shortcut=storable(prompt.shortcut),
        )
        with self._database.write() as connection:
            if not prompt.id:
                connection.execute("DELETE FROM saved_prompts WHERE name = ?", (made.name,))
            connection.execute(
                """INSERT INTO saved_prompts (id, name, text, shortcut) VALUES (?, ?, ?, ?)
                    ON CONFLICT (id) DO UPDATE SET name = excluded.name, text = excluded.text,
                        shortcut = excluded.shortcut""",
                (made.id, made.name, made.text, made.shortcut),
            )
        return made

    def delete(self, id: str) -> None:
        """Delete a prompt; its bytes are overwritten, in the log of changes too."""
        self._database.run("DELETE FROM saved_prompts WHERE id = ?", (id,))
        self._database.scrub()
