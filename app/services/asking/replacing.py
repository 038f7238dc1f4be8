"""The replacing of names and numbers in texts of a desk that leave this computer.

A feature may replace them on the way to a server, and in files. Without one, nothing goes to a server unless the person
wants texts to be sent as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias, TypeVar

from app.core.errors import AppError, Code
from app.core.settings import RemoteTexts
from app.core.work import Cancel, Progress, Result, Work
from app.engine.protocol import Engine, EngineOrder, Pixels, Prompt

if TYPE_CHECKING:
    from app.core.conversations.conversation import Question
    from app.core.conversations.events import Looking
    from app.core.conversations.image import Raster
    from app.services.models.models import Models
    from app.store.db import Database

SomeReport = TypeVar("SomeReport")


@dataclass(frozen=True)
class FoundEntry:
    """A person or a number that was found in texts. `kind` is the id of its kind; `stand_in` is what is written in its
    place; `texts` are all ways in which it is written; `replaced` says whether it is."""

    kind: str
    stand_in: str
    texts: tuple[str, ...]
    replaced: bool


@dataclass(frozen=True)
class FoundNames:
    """Everything that was found, by kind, each kind under its name for a person. `limits` says what is not found."""

    kinds: tuple[tuple[str, tuple[FoundEntry, ...]], ...]
    limits: str


class NameReplacing(Protocol):
    """Replaces names and numbers of one desk. All methods raise AppError as the store does."""

    @property
    def engine(self) -> Engine:
        """The engine as the desk uses it: in what goes to a server, names are replaced, if the person wants that; and
        they are put back in what comes from there."""

    def found(self, question: Question) -> FoundNames:
        """Find the names and numbers that would be replaced in a question and its books. Raises AppError FILE_MISSING,
        PAGES_INVALID."""

    def in_file(self, report: SomeReport, conversation_id: str, book_ids: Iterable[str]) -> SomeReport:
        """Return a report about a conversation with its names replaced, as it may be written into a file."""


MakeNameReplacing: TypeAlias = "Callable[[Engine, Database, Models], NameReplacing]"
"""Makes it for a desk, over the engine of all desks; `Models` knows what the person wants."""


class DeskEngine:
    """An `engine.protocol.Engine` of one desk over that of all desks, to say for itself how an order is carried out."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.load, self.revive, self.flush_saved = engine.load, engine.revive, engine.flush_saved
        self.keep_images, self.forget, self.change_desk = engine.keep_images, engine.forget, engine.change_desk
        self.pause, self.resume, self.state, self.model = engine.pause, engine.resume, engine.state, engine.model
        self.disconnect = engine.disconnect
        self.close, self.on_lane, self.close_lanes = engine.close, engine.on_lane, engine.close_lanes

    @property
    def pause_count(self) -> int:
        return self._engine.pause_count

    def see(self, wanted: Pixels, canvas: Raster, overview: Raster | None, cancel: Cancel) -> Work[Looking, None]:
        yield from self._engine.see(wanted, canvas, overview, cancel)

    def run(self, order: EngineOrder[Progress, Result], cancel: Cancel | None = None) -> Work[Progress, Result]:
        return (yield from self._engine.run(order, cancel))


class GuardedEngine(DeskEngine):
    """Has what would go to a server carried out by another engine, which replaces names or refuses. That one is made
    when a server answers first; a model on this machine never needs it."""

    def __init__(self, engine: Engine, leaving: Callable[[], Engine]) -> None:
        """`leaving`: the engine for what leaves this computer."""
        super().__init__(engine)
        self._leaving = leaving

    def run(self, order: EngineOrder[Progress, Result], cancel: Cancel | None = None) -> Work[Progress, Result]:
        """Raises AppError as the other engine does."""
        model = self._engine.model()
        leaves = model is not None and model.host
        return (yield from (self._leaving() if leaves else self._engine).run(order, cancel))


class AsItIsEngine(DeskEngine):
    """Replaces nothing: it refuses what would go to a server, unless texts may go as they are."""

    def __init__(self, engine: Engine, wanted: Callable[[], RemoteTexts]) -> None:
        """Take the engine. `wanted` returns what a person wants of texts that are sent to a server."""
        super().__init__(engine)
        self._wanted = wanted

    def run(self, order: EngineOrder[Progress, Result], cancel: Cancel | None = None) -> Work[Progress, Result]:
        """Carry out an order, unless it would send a text. Raises AppError REMOTE_NAMES."""
        model = self._engine.model()
        sends = model is not None and model.host and isinstance(getattr(order, "prompt", None), Prompt)
        if model is not None and sends and self._wanted() is not RemoteTexts.AS_IS:
            raise AppError(Code.REMOTE_NAMES, host=model.host)
        return (yield from self._engine.run(order, cancel))
