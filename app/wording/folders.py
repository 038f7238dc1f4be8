"""What became of the documents in a folder."""

from __future__ import annotations

from collections.abc import Iterator

from app.documents.folders import FolderFiles, FolderReport
from app.wording.i18n import _
from app.wording.units import count, printable


def report_words(report: FolderReport) -> str:
    """How many were added, how many could not be, and what was left out."""
    parts = [_added_words(report)]
    if failed := len(report.failed):
        parts.append(_("1 could not be read.") if failed == 1 else _("{n} could not be read.").format(n=count(failed)))
    if left_out := _(", ").join(left_out_words(report.found)):
        parts.append(_("Left out: {what}.").format(what=left_out))
    if report.stopped:
        parts.append(_("You stopped it before all were tried."))
    return " ".join(parts)


def _added_words(report: FolderReport) -> str:
    name = printable(report.name)
    if not report.added:
        return _("No document of “{name}” was added.").format(name=name)
    if report.added == 1:
        return _("1 document of “{name}” is on the shelf.").format(name=name)
    return _("{n} documents of “{name}” are on the shelf.").format(n=count(report.added), name=name)


def left_out_words(found: FolderFiles) -> Iterator[str]:
    """What was not tried."""
    if found.hidden:
        yield _("{n} hidden").format(n=count(found.hidden))
    if found.links:
        words = _("1 link that leads out of the folder") if found.links == 1 else _("{n} links that lead out of it")
        yield words.format(n=count(found.links))
    if found.others:
        words = _("1 file of another kind") if found.others == 1 else _("{n} files of other kinds")
        yield words.format(n=count(found.others))
