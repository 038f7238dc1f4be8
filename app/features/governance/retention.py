"""Deletes by age, if a person or the administrator wants that: it is said a day before it is done first."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from dataclasses import dataclass

import msgspec

from app.core.conversations.bin import BinKind
from app.core.conversations.conversation import Conversation
from app.core.record import Happening, RecordKind
from app.core.settings import RetentionSettings, Settings
from app.engine.kv.saved_states import SavedState
from app.services.audit_log import AuditLog
from app.services.library.removal import Removal
from app.services.models.readings import SavedReadings
from app.services.services import Services
from app.store.conversations import Conversations
from app.store.settings import SettingsStore

DAY_S = 86_400

_SAID = "retention"
"""The name of a blob of a desk: what was said there, and when."""


class _Said(msgspec.Struct, frozen=True):
    conversations_days: int
    readings_days: int
    at: float


class Aged(msgspec.Struct, frozen=True):
    """Conversations and readings that are older than they may be. `done` tells that they are deleted now; else this was
    said, and they are deleted a day later."""

    conversations: tuple[Conversation, ...] = ()
    readings: tuple[SavedState, ...] = ()
    limits: RetentionSettings = RetentionSettings()
    done: bool = False

    @property
    def is_empty(self) -> bool:
        return not self.conversations and not self.readings


@dataclass(frozen=True)
class Retention:
    """Deletes by age. Conversations count from the last question, readings from when they were saved. What is pinned is
    kept, and so are sheets, grids, documents and notes. `own` is the desk's; `settings` returns those in force.

    All methods raise AppError FOLDER_READ_ONLY, and as the store does. `now` is in seconds since the epoch, UTC.
    """

    conversations: Conversations
    removal: Removal
    readings: SavedReadings
    audit_log: AuditLog
    own: SettingsStore
    settings: Callable[[], Settings]

    def run(self, now: float, spared: Collection[str] = ()) -> Aged:
        """Delete for good what has its age; but limits that are new or shorter than those that were said are said
        first, and count a day later. `spared` are the ids of conversations that are not deleted now."""
        limits = self.settings().retention
        if not deletes_by_age(limits):
            return Aged()
        aged = self.look(now)
        said = self._said()
        if said is None or _is_shorter(limits, said):
            said = _Said(limits.conversations_days, limits.readings_days, now)
            self.own.set_blob(_SAID, msgspec.json.encode(said))
            return aged
        if not said.at + DAY_S <= now:
            return Aged()
        for each in aged.conversations:
            if each.id not in spared:
                self._delete(each)
        for reading in aged.readings:
            self.readings.delete(reading)
        if aged.readings:
            self.audit_log.note(Happening(RecordKind.EXPIRED, detail=f"readings: {len(aged.readings)}"))
        return msgspec.structs.replace(aged, done=True)

    def look(self, now: float) -> Aged:
        """Look for what is older than the settings say; nothing is deleted."""
        limits = self.settings().retention
        oldest, saved_since = _since(now, limits.conversations_days), _since(now, limits.readings_days)
        aged = (each for each in self.conversations.all() if not each.pinned and each.updated_at < oldest)
        readings = (each for each in self.readings.all() if each.saved_at < saved_since) if saved_since > 0 else ()
        return Aged(tuple(aged), tuple(readings), limits)

    def _delete(self, conversation: Conversation) -> None:
        entry = self.removal.kept.put(BinKind.CONVERSATION, conversation.id)
        if entry is not None:
            self.removal.purge(entry, RecordKind.EXPIRED)

    def _said(self) -> _Said | None:
        blob = self.own.get_blob(_SAID)
        try:
            return msgspec.json.decode(blob, type=_Said) if blob else None
        except msgspec.MsgspecError:
            return None


def retention_of(desk: Services) -> Retention:
    in_force = desk.settings.load
    return Retention(
        desk.conversations, desk.documents.removal, desk.readings, desk.record, desk.own_settings, in_force
    )


def deletes_by_age(limits: RetentionSettings) -> bool:
    """Return whether anything is deleted because of its age."""
    return limits.conversations_days > 0 or limits.readings_days > 0


def _since(now: float, days: int) -> float:
    """Return the time before which things are deleted; minus infinity if they are kept whatever their age."""
    return now - days * DAY_S if days else -math.inf


def _is_shorter(limits: RetentionSettings, said: _Said) -> bool:
    """Return whether more is deleted than was said."""
    pairs = ((limits.conversations_days, said.conversations_days), (limits.readings_days, said.readings_days))
    return any((wanted or math.inf) < (known or math.inf) for wanted, known in pairs)
