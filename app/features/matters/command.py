"""`octavo matters`: lists matters, makes, renames, archives, deletes, exports and imports them."""

from __future__ import annotations

import argparse
import sys

from app.cli import passphrases
from app.cli.screen import print_json
from app.core.errors import AppError, Code
from app.core.matter import Matter
from app.services.services import Services
from app.wording.i18n import _
from app.wording.units import printable


def run(options: argparse.Namespace, desk: Services) -> None:
    """Carry out the command. Raises AppError MATTER_*, and as the store does."""
    matters = desk.shared.matters
    match options.matters_command:
        case None:
            _list(options, matters.all())
        case "new":
            _say(options, "created", matters.create(options.name), _("“{name}” was created."))
        case "rename":
            matter = matters.kept.named(options.name)
            matters.kept.rename(matter.id, options.new_name)
            _say(options, "renamed", matters.kept.get(matter.id), _("The matter is called “{name}” now."))
        case "archive" | "unarchive":
            archive = options.matters_command == "archive"
            matter = matters.kept.named(options.name)
            matters.kept.archive(matter.id, archive)
            words = _("“{name}” was archived.") if archive else _("“{name}” is among the others again.")
            _say(options, "archived" if archive else "unarchived", matters.kept.get(matter.id), words)
        case "delete":
            _delete(options, desk)
        case "export":
            matter = matters.kept.named(options.name)
            matters.export(matter.id, options.file, passphrases.of_file(options, new=True))
            _say(options, "exported", matter, _("“{name}” was exported, and the file was read back."))
        case "import":
            _say(
                options,
                "imported",
                matters.take(options.file, passphrases.of_file(options)),
                _("“{name}” was imported."),
            )


def _delete(options: argparse.Namespace, desk: Services) -> None:
    matter = desk.shared.matters.kept.named(options.name)
    if not options.yes and not _agrees(options, matter):
        return
    desk.shared.matters.delete(matter.id)
    _say(options, "deleted", matter, _("“{name}” was deleted with everything in it."))


def _agrees(options: argparse.Namespace, matter: Matter) -> bool:
    if options.json or not sys.stdin.isatty():
        raise AppError(Code.USAGE, detail=_("no terminal to ask for confirmation: use --yes to delete"))
    words = _(
        "This deletes “{name}” with its documents, conversations, tables, notes and saved readings. Nothing of it can"
        " be restored. The files that the documents were read from stay where they are."
    )
    print(words.format(name=printable(matter.name)), file=sys.stderr)
    print(_("Delete it? [y/N] "), end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().casefold() in ("y", "yes", _("yes"))


def _list(options: argparse.Namespace, matters: tuple[Matter, ...]) -> None:
    if options.json:
        print_json({"event": "matters", "matters": [_described(matter) for matter in matters]})
    elif matters:
        for matter in matters:
            print(f"{printable(matter.name)}  ({_('archived')})" if matter.archived else printable(matter.name))
    else:
        print(f"octavo: {_('There are no matters. “octavo matters new NAME” makes one.')}", file=sys.stderr)


def _say(options: argparse.Namespace, event: str, matter: Matter, words: str) -> None:
    if options.json:
        print_json({"event": event, "matter": _described(matter)})
    else:
        print(words.format(name=printable(matter.name)))


def _described(matter: Matter) -> dict[str, object]:
    return {
        "id": matter.id,
        "name": matter.name,
        "created_at": matter.created_at,
        "opened_at": matter.opened_at,
        "archived": matter.archived,
    }
