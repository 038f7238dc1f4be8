"""Words for what a rescue saved and what it could not save; for the terminal and the window."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from app.core.kept import CountedTable
from app.features.rescue.service import RescuedDesk, RescueReport
from app.features.rescue.store.saving import Saved, StandIns
from app.wording.i18n import _
from app.wording.units import count, counted, printable

_MOST_TITLES = 10


def stand_ins() -> StandIns:
    """Return the words that stand in for lost ones, in the person's language."""
    return StandIns(
        document=_("Document whose title was lost"),
        conversation=_("Conversation whose title was lost"),
        question=_("(This question was lost.)"),
    )


def report_lines(report: RescueReport, tables: Sequence[CountedTable]) -> list[str]:
    """Return the lines of the report, one paragraph each. `tables` are those that a person knows by a name."""
    lines = (
        [_("Octavo read all of your data. Nothing is damaged, and nothing was changed.")] if _is_whole(report) else []
    )
    for desk in report.damaged:
        lines += _desk_lines(desk, tables)
    if report.keyless:
        one = _(
            "The key of 1 matter was lost with the damage, so nobody can open its file any more: {files}. If you have a"
            " backup of the desk or an exported matter, use that."
        )
        several = _(
            "The keys of {n} matters were lost with the damage, so nobody can open their files any more: {files}. If"
            " you have a backup of the desk or an exported matter, use that."
        )
        lines.append(counted(len(report.keyless), one, several, files=", ".join(map(printable, report.keyless))))
    return lines


def _is_whole(report: RescueReport) -> bool:
    return not report.damaged and not report.keyless


def _desk_lines(desk: RescuedDesk, tables: Sequence[CountedTable]) -> Iterator[str]:
    rescued = desk.rescued
    if rescued is None:
        return
    name = _("the matter “{name}”").format(name=printable(desk.name)) if desk.name else _("the library")
    saved = ", ".join(_kinds(rescued.saved.saved, tables))
    yield _("Saved from {name}: {kinds}.").format(name=name, kinds=saved or _("nothing"))
    lost = ", ".join(_kinds(_lost(rescued.saved), tables))
    if lost:
        yield _("Lost with the damage, at least: {kinds}.").format(kinds=lost)
    if unknown := rescued.saved.unknown:
        one = _("Nobody can say what was in 1 damaged place of the file.")
        yield counted(unknown, one, _("Nobody can say what was in {n} damaged places of the file."))
    if not (lost or unknown or rescued.saved.incomplete):
        yield _("Nothing of it was lost: only what Octavo makes anew by itself was damaged.")
    yield from _incomplete_lines(rescued.saved)
    if rescued.saved.stood_in.keys() - {"pages"}:
        yield _("In place of lost titles and questions there is a note that says so.")
    yield _("The damaged data is still there, as “{path}”. Delete that file when you no longer need it.").format(
        path=printable(rescued.aside)
    )


def _incomplete_lines(saved: Saved) -> Iterator[str]:
    for book in saved.incomplete[:_MOST_TITLES]:
        one = _("1 page of “{title}” is empty now, of {pages}. Read the document again to get it back.")
        several = _("{n} of {pages} pages of “{title}” are empty now. Read the document again to get them back.")
        yield counted(book.missing, one, several, pages=count(book.pages), title=printable(book.title))
    if (more := len(saved.incomplete) - _MOST_TITLES) > 0:
        yield counted(more, _("1 more document has empty pages."), _("{n} more documents have empty pages."))


def _lost(saved: Saved) -> dict[str, int]:
    names = saved.damaged.keys() | saved.dropped.keys()
    return {name: saved.damaged.get(name, 0) + saved.dropped.get(name, 0) for name in names}


def _kinds(counts: dict[str, int], tables: Sequence[CountedTable]) -> Iterator[str]:
    """Name the counts of tables that a person knows by their names, and of all others together."""
    for table in tables:
        if number := counts.get(table.table, 0):
            yield table.words().format(n=count(number))
    named = {table.table for table in tables}
    if other := sum(number for table, number in counts.items() if table not in named):
        yield _("other entries: {n}").format(n=count(other))
