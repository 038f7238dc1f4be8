"""Settings on disk: one row per field that differs from its default; and small blobs, such as a window's geometry."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import msgspec

from app.core.errors import AppError, Code
from app.core.policy import Policy
from app.core.settings import Settings, value_of, with_value
from app.store.db import Database

Group = TypeVar("Group", bound=msgspec.Struct)


class SettingsStore:
    """All methods raise AppError as `Database.read` and `Database.write` do; what they return is on disk."""

    def __init__(self, database: Database, policy: Policy | None = None) -> None:
        """Take the database. `policy` is what the administrator has decided; None means nothing."""
        self._database = database
        self._policy = policy or Policy()
        self.watch: Callable[[Settings, Settings], object] | None = None
        """Called with the settings before and after a change, as a part of it."""
        self._known: Settings | None = None
        self._overruling: Settings | None = None

    @property
    def policy(self) -> Policy:
        return self._policy

    @policy.setter
    def policy(self, policy: Policy) -> None:
        self._policy, self._known = policy, None

    def load(self) -> Settings:
        """Return the settings. A field whose stored value is missing or not valid (any more) has its default; the
        others have theirs, or what the policy says.

        They are read once: nobody else has the database open.
        """
        if (known := self._known) is None:
            with self._database.read() as connection:  # while nobody saves others
                rows = connection.execute("SELECT name, value FROM settings").fetchall()
                own = assemble(Settings, {str(name): str(value) for name, value in rows})
                known = self._known = self.policy.applied(own)
        return known

    def in_force(self) -> Settings:
        """Return the settings that answers follow: those that overrule the kept ones, else those. Raises AppError as
        `load` does."""
        return self.load() if self._overruling is None else self._overruling

    def overrule(self, settings: Settings | None) -> None:
        """Have these in force in this process, in place of those that are kept, which stay as they are; None: the kept
        ones again."""
        self._overruling = settings

    def save(self, settings: Settings) -> None:
        """Keep settings. Raises AppError SETTING_INVALID (name, such as engine.threads; detail), SETTING_HELD (name),
        and then keeps none of them. What a person had chosen before a policy decided stays for the time after it.

        A field at its default is not kept, so that a better default of a later version reaches it. Rows of a newer
        version's fields stay.
        """
        fields = [each for each in _take_apart(settings, Settings(), "") if not self._is_held(settings, each[0])]
        before = self.load()
        with self._database.write() as connection:
            self._known = None
            for name, value in fields:
                if value is None:
                    connection.execute("DELETE FROM settings WHERE name = ?", (name,))
                else:
                    connection.execute("INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)", (name, value))
            if self.watch is not None:
                self.watch(before, settings)

    def _is_held(self, settings: Settings, name: str) -> bool:
        """Return whether a field is as the policy made it, so that nothing is kept. Raises AppError SETTING_HELD."""
        if name not in self.policy.held():
            return False
        value = value_of(settings, name)
        self.policy.check_setting(name, value)
        return value == value_of(self.load(), name)

    def change(self, name: str, value: object) -> Settings:
        """Save one setting, such as engine.threads, beside the others as they are now; all of them. Raises AppError as
        `save`."""
        changed = with_value(self.load(), name, value)
        self.save(changed)
        return changed

    def get_blob(self, name: str) -> bytes | None:
        row = self._database.row("SELECT value FROM blobs WHERE name = ?", (name,))
        return None if row is None else bytes(row[0])

    def set_blob(self, name: str, value: bytes) -> None:
        self._database.run("INSERT OR REPLACE INTO blobs (name, value) VALUES (?, ?)", (name, value))


def assemble(group: type[Group], stored: Mapping[str, str | msgspec.Raw], prefix: str = "") -> Group:
    """Return settings from their fields in JSON, by their names after `prefix`.

    A field that is missing or not valid (any more) has its default; names that are not known are passed over.
    """
    values: dict[str, Any] = {}
    for field in msgspec.structs.fields(group):
        name = prefix + field.name
        if _is_group(field.type):
            values[field.name] = assemble(field.type, stored, f"{name}.")
        elif name in stored:
            try:
                values[field.name] = msgspec.json.decode(stored[name], type=field.type)
            except msgspec.MsgspecError:
                continue  # written by another version, with other bounds: the default it is
    return group(**values)


def _take_apart(group: msgspec.Struct, default: msgspec.Struct, prefix: str) -> list[tuple[str, str | None]]:
    """Return the names and values (JSON; None at the default) of all fields. Raises AppError SETTING_INVALID."""
    rows: list[tuple[str, str | None]] = []
    for field in msgspec.structs.fields(type(group)):
        name, value, usual = prefix + field.name, getattr(group, field.name), getattr(default, field.name)
        if _is_group(field.type):
            rows += _take_apart(value, usual, f"{name}.")
            continue
        try:
            text = msgspec.json.encode(value).decode("utf-8")
            msgspec.json.decode(text, type=field.type)
        except (msgspec.MsgspecError, UnicodeEncodeError) as error:
            raise AppError(Code.SETTING_INVALID, name=name, detail=str(error)) from error
        rows.append((name, None if value == usual else text))
    return rows


def _is_group(field_type: Any) -> bool:
    return isinstance(field_type, type) and issubclass(field_type, msgspec.Struct)
