"""Names and numbers before they go to a server: listed, and whether they are replaced, asked on a terminal."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable

import msgspec

from app.cli.screen import print_json
from app.core.errors import AppError, Code
from app.core.settings import RemoteImages, RemoteTexts, Settings
from app.core.work import Stopped
from app.services.asking.replacing import FoundNames, NameReplacing, SomeReport
from app.services.services import Services
from app.wording.i18n import _
from app.wording.units import printable


def decided(settings: Settings, host: str, desk: Services, *, as_json: bool) -> Settings:
    """Return the settings with what becomes of names and numbers in this run. If nobody has decided that yet, a person
    is asked, once; without a terminal they go as they are, which is said. Raises AppError USAGE if it is to be asked
    each time and cannot be; Stopped."""
    wanted = settings.remote.texts
    if wanted in (RemoteTexts.AS_IS, RemoteTexts.REPLACED):
        return settings
    at_terminal = not as_json and sys.stdin.isatty() and sys.stderr.isatty()
    if wanted is RemoteTexts.ASKED and not at_terminal:
        raise AppError(Code.USAGE, detail=_("no terminal to ask about names and numbers: use --pseudonyms on or off"))
    if not at_terminal:
        if not as_json:
            words = _("Names and numbers go as they are.")
            if desk.asking.replacing is not None:
                words = _("Names and numbers go as they are. With --pseudonyms on they are replaced.")
            print(f"octavo: {words}", file=sys.stderr)
        return _with(settings, RemoteTexts.AS_IS)
    chosen = _ask(host) if desk.asking.replacing is not None else _ask_as_is()
    if wanted is RemoteTexts.UNDECIDED:
        desk.settings.change("remote.texts", chosen)
    return _with(settings, chosen)


def images_decided(settings: Settings, host: str, desk: Services, *, as_json: bool) -> Settings:
    """Return the settings with whether images go to a server in this run. If nobody has decided that yet, a person is
    asked, once; without a terminal they go, which is said. Raises Stopped."""
    if settings.remote.images is not RemoteImages.UNDECIDED:
        return settings
    words = _("Images go to {host} as they are. Nothing in them can be replaced.").format(host=host)
    if not as_json:
        print(printable(f"octavo: {words}"), file=sys.stderr)
        if sys.stdin.isatty() and sys.stderr.isatty():
            _agree(_("s: send them, now and later   n: send nothing"), "s")
            desk.settings.change("remote.images", RemoteImages.SENT)
    return msgspec.structs.replace(settings, remote=msgspec.structs.replace(settings.remote, images=RemoteImages.SENT))


def _agree(words: str, key: str) -> None:
    """Ask a person, who agrees by typing `key`. Raises Stopped for anything else."""
    print(words, end=" ", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().casefold() != key:
        raise Stopped


def exported(
    report: SomeReport, options: argparse.Namespace, desk: Services, conversation_id: str, book_ids: Iterable[str]
) -> SomeReport:
    """Return a report as it is written into a file: with stand-ins, if the command line says so."""
    if options.pseudonyms != "on":
        return report
    return replacing(desk).in_file(report, conversation_id, book_ids)


def replacing(desk: Services) -> NameReplacing:
    """Return what replaces names on this desk. Raises AppError USAGE if nothing can."""
    if desk.asking.replacing is None:
        raise AppError(Code.USAGE, detail=_("this Octavo cannot replace names and numbers: use --pseudonyms off"))
    return desk.asking.replacing


def show(found: FoundNames, *, as_json: bool) -> None:
    """Print the names and numbers that would be replaced, by kind, on stdout."""
    if as_json:
        entries = [entry for _words, of_kind in found.kinds for entry in of_kind]
        print_json({"event": "pseudonyms", "found": entries})
        return
    for words, of_kind in found.kinds:
        print(words)
        for entry in of_kind:
            print(printable(f"  {entry.stand_in}  {', '.join(entry.texts)}"))
    if not found.kinds:
        print(_("No names or numbers were found."))
    print(found.limits, file=sys.stderr)


def _ask(host: str) -> RemoteTexts:
    """Ask a person how texts may go to a server. Raises Stopped."""
    words = _("Replace names, numbers, addresses and accounts on the way to {host}, and put them back in the answer?")
    print(printable(words.format(host=host)), file=sys.stderr)
    while True:
        print(_("r: replace them   a: send them as they are   n: send nothing"), end=" ", file=sys.stderr, flush=True)
        answer = sys.stdin.readline()
        match answer.strip().casefold():
            case "r":
                return RemoteTexts.REPLACED
            case "a":
                return RemoteTexts.AS_IS
            case "n" | "" if not answer or answer.strip():
                raise Stopped


def _ask_as_is() -> RemoteTexts:
    """Ask whether names and numbers may go as they are, since nothing can replace them. Raises Stopped."""
    print(f"octavo: {_('Names and numbers go as they are.')}", file=sys.stderr)
    _agree(_("a: send them as they are   n: send nothing"), "a")
    return RemoteTexts.AS_IS


def _with(settings: Settings, texts: RemoteTexts) -> Settings:
    remote = msgspec.structs.replace(settings.remote, texts=texts)
    return msgspec.structs.replace(settings, remote=remote)
