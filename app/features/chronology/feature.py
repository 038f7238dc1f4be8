"""The chronology: the dated events of all documents, and the persons and organisations that they name."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from app.cli import parsers
from app.cli.terminal_command import Commands, TerminalCommand
from app.core.kept import CountedTable, FoundPeople, Keeps, KeptKind, RecordedThing, SearchedTable, SharedRows
from app.core.work import Cancel
from app.feature import Feature
from app.wording.i18n import _

if TYPE_CHECKING:
    from app.services.services import Services
    from app.ui.window_feature import WindowFeature
    from app.ui.workspace import Workspace


def _window(workspace: Workspace) -> WindowFeature:
    from app.features.chronology.window.chronology import ChronologyWindow

    return ChronologyWindow(workspace)


def _run(options: argparse.Namespace, desk: Services, cancel: Cancel) -> None:
    from app.features.chronology import command

    command.run(options, desk, cancel)


def _add(commands: Commands) -> None:
    chronology = parsers.add_command(
        commands, "chronology", _("list the dated events of your documents with their pages, found by rules")
    )
    chronology.add_argument("--person", metavar="NAME", help=_("only events that name this person or organisation"))
    people = parsers.add_command(
        commands, "people", _("list the persons and organisations of your documents with their pages, found by rules")
    )
    for command in (chronology, people):
        parsers.add_documents(command, pages=False)
        command.add_argument(
            "--ask", action="store_true",
            help=_("also ask the model for what the rules missed; it reads each document once, which may take long"),
        )  # fmt: skip
        command.add_argument(
            "--export", type=Path, metavar="FILE", help=_("also write the table to a file: .xlsx, .csv, .md")
        )
        parsers.add_engine(command)


def _remedy() -> str:
    return _("Delete the entry in the chronology, or remove its document.")


_EVENTS, _PEOPLE = "events", "people"
_KEEPS = Keeps(
    kinds=(
        KeptKind(
            _EVENTS,
            lambda: _("Chronology"),
            _remedy,
            total="timeline_events",
            title="SELECT iif(e.text = '', (SELECT quote FROM timeline_event_places WHERE event_id = e.id LIMIT 1),"
            " e.text), 0 FROM timeline_events e WHERE e.id = ?",
        ),
        KeptKind(
            _PEOPLE,
            lambda: _("People and organisations"),
            _remedy,
            total="timeline_entities",
            title="SELECT name, 0 FROM timeline_entities WHERE id = ?",
        ),
    ),
    tables=(
        SearchedTable("timeline_events", _EVENTS, "t.id", ("text",)),
        SearchedTable("timeline_event_places", _EVENTS, "t.event_id", ("quote", "words")),
        SearchedTable("timeline_entities", _PEOPLE, "t.id", ("name",)),
        SearchedTable("timeline_entity_places", _PEOPLE, "t.entity_id", ("name",)),
        SearchedTable("timeline_names", _PEOPLE, "t.entity_id", ("key",)),
    ),
    without_texts=frozenset(("timeline_books", "timeline_left_out")),
    counted=(CountedTable("timeline_events", lambda: _("events of the chronology: {n}")),),
    recorded=(RecordedThing("chronology", lambda: _("Chronology")), RecordedThing("people", lambda: _("People"))),
    shared=(SharedRows(names="timeline_names", key="key", places="timeline_entity_places"),),
    people=(
        FoundPeople(
            counted="""SELECT e.name, count(DISTINCT p.book_id) FROM timeline_entities e
                JOIN timeline_entity_places p ON p.entity_id = e.id JOIN books b ON b.id = p.book_id
                WHERE b.bin_id = '' AND p.count > 0 GROUP BY e.id""",
            places="SELECT DISTINCT book_id, name FROM timeline_entity_places WHERE count > 0",
        ),
    ),
)

CHRONOLOGY = Feature(
    name="chronology", terminal=(TerminalCommand(("chronology", "people"), _add, _run),), window=_window, keeps=_KEEPS
)
