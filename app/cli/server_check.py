"""`octavo doctor --server`: what a server does of all that Octavo needs, tried with a made-up text."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

import msgspec

from app.cli.screen import print_json, print_rows
from app.core.errors import AppError, Code
from app.core.record import Happening, RecordKind
from app.core.settings import RemoteSettings
from app.core.work import Cancel
from app.services.models.server_check import ServerCheck, check_server
from app.services.services import Services
from app.wording import units
from app.wording.i18n import _


def run(options: argparse.Namespace, desk: Services, cancel: Cancel) -> None:
    """Try each address of the server and print what was seen. Raises AppError REMOTE_UNSOUND where answers from there
    may be wrong, REMOTE_*, USAGE, and as the store does; Stopped."""
    wanted = _wanted(options, desk)
    if not wanted.address:
        raise AppError(Code.REMOTE_NOT_SET)
    spec = desk.models.remote.spec(wanted, desk.settings.load().engine.context_tokens)
    unsound = ""
    for seen in check_server(desk.engine, spec, cancel):
        desk.models.note(Happening(RecordKind.REMOTE, model=seen.model, engine=seen.address, detail="connected"))
        if options.json:
            own = {"counts_alike": seen.counts_alike, "limit_kept": seen.limit_kept, "reads_once": seen.reads_once}
            print_json({"event": "server", **msgspec.structs.asdict(seen), **own, "sound": seen.is_sound})
        else:
            print_rows(_rows(seen))
        if not seen.is_sound:
            unsound = seen.address
    if unsound:
        raise AppError(Code.REMOTE_UNSOUND, host=unsound)


def _wanted(options: argparse.Namespace, desk: Services) -> RemoteSettings:
    """Return the server that was named or whose address was given, else the one that answers."""
    named = options.server_check.strip()
    known = desk.settings.load().remote
    if not named:
        return known
    return known.choosing(named) or RemoteSettings(named, model=options.remote_model, ca_file=options.remote_ca)


def _rows(seen: ServerCheck) -> Iterator[tuple[str, str]]:
    yield _("server"), seen.address
    yield (
        _("model"),
        _("{name} ({kind}, context of {n} tokens)").format(
            name=seen.model, kind=seen.device.partition(",")[0], n=units.count(seen.context_tokens)
        ),
    )
    slots = _("as many as it bears: it does not tell") if not seen.slots else units.count(seen.slots)
    yield _("questions at the same time"), slots
    if seen.engines > 1:
        yield _("engines"), _("{n}, each asked about the documents that it has read").format(n=seen.engines)
    yield _("tokens as counted here"), _yes(seen.counts_alike, _counts(seen))
    limit = _("{n} of {limit} tokens").format(n=seen.written_tokens, limit=seen.limit_tokens)
    yield _("limit of an answer"), _yes(seen.limit_kept, limit)
    yield _("answers held to a form"), _form_words(seen)
    yield _("says how sure its model is"), _yes(seen.weighs, "" if seen.weighs else _("no sentence is weighed by it"))
    yield _("reads a document once"), _reuse_words(seen)
    yield _("sees images"), _("yes") if seen.sees else _("no")


def _yes(kept: bool, words: str) -> str:
    return ": ".join(filter(None, (_("yes") if kept else _("no"), words)))


def _counts(seen: ServerCheck) -> str:
    if seen.counts_alike:
        return units.count(seen.counted_tokens)
    words = _("{here} here, {there} there")
    return words.format(here=units.count(seen.counted_tokens), there=units.count(seen.read_tokens))


def _form_words(seen: ServerCheck) -> str:
    if not seen.way:
        return _yes(False, _("values and quotations in tables are only checked"))
    return _yes(
        seen.form_kept,
        seen.way if seen.form_kept else _("it took the form and did not hold to it ({way})").format(way=seen.way),
    )


def _reuse_words(seen: ServerCheck) -> str:
    """Say whether a document is read once, with the seconds to the first token before and after."""
    times = _("first word after {first}, then after {again}").format(
        first=_seconds(seen.first_s), again=_seconds(seen.again_s)
    )
    if seen.reads_once is None:
        return _("not told; {times}. vLLM tells with --enable-prompt-tokens-details").format(times=times)
    reused = _("{n} of {total} tokens not read again; {times}").format(
        n=units.count(seen.reused_tokens or 0), total=units.count(seen.read_tokens), times=times
    )
    return _yes(seen.reads_once, reused)


def _seconds(seconds: float) -> str:
    return _("{n} s").format(n=f"{seconds:.2f}")
