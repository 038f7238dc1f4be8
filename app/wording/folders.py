"""Words on what became of the documents in folders that were added, and on how far adding them is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from app.core.conversations.sources import Adding, FileEnded, PlaceState, SourceCounts
from app.documents.folders import FolderFiles
from app.services.library.folder_adding import AddingReport, News
from app.wording.errors import sentence
from app.wording.i18n import _
from app.wording.units import count, counted, duration, printable, size

_MOST_PLACES = 8
"""The most places that are named."""


def paths_name(paths: Sequence[Path]) -> str:
    """Return the name of the folder or file that was added, or how many there are."""
    if len(paths) == 1:
        return printable(paths[0].name or str(paths[0]))
    return _("{n} folders and files").format(n=count(len(paths)))


def _quoted(paths: Sequence[Path]) -> str:
    """Return `paths_name` as it stands in a sentence: a name in quotation marks."""
    name = paths_name(paths)
    return _("“{name}”").format(name=name) if len(paths) == 1 else name


def report_words(report: AddingReport, paths: Sequence[Path]) -> str:
    """Say how many were added of these folders and files, how many are otherwise or could not be read, and what was
    left out."""
    parts = [*_added_words(report, _quoted(paths)), *_other_words(report)]
    if failed := len(report.failed):
        parts.append(counted(failed, _("1 could not be read."), _("{n} could not be read.")))
    left_out = [] if report.unchanged else list(left_out_words(report.found))  # else it was said before
    if report.deleted:
        left_out.append(_("{n} that you deleted").format(n=count(report.deleted)))
    if left_out:
        parts.append(_("Skipped: {what}.").format(what=_(", ").join(left_out)))
    if report.stopped:
        parts.append(_("You stopped it before all were tried."))
    return " ".join(parts)


def _added_words(report: AddingReport, name: str) -> Iterator[str]:
    added, changed = len(report.added), len(report.changed)
    if added:
        one, several = _("1 document of {name} is on the shelf."), _("{n} documents of {name} are on the shelf.")
        yield (one if added == 1 else several).format(n=count(added), name=name)
    if changed:
        one, several = _("1 document of {name} has a new version."), _("{n} documents of {name} have new versions.")
        if added:
            one, several = _("1 has a new version."), _("{n} have new versions.")
        yield (one if changed == 1 else several).format(n=count(changed), name=name)
    if not added and not changed:
        nothing = report.unchanged or report.ended
        words = _("There is nothing new in {name}.") if nothing else _("No document of {name} was added.")
        yield words.format(name=name)


def _other_words(report: AddingReport) -> Iterator[str]:
    if doubles := len(report.doubles):
        one, several = _("1 duplicate."), _("{n} duplicates.")
        yield counted(doubles, one, several)
    if gone := len(report.gone):
        one = _("1 file is no longer there; its document stays on the shelf.")
        several = _("{n} files are no longer there; their documents stay on the shelf.")
        yield counted(gone, one, several)


def left_out_words(found: FolderFiles) -> Iterator[str]:
    """Say how many files of a folder were not tried, a piece for each reason."""
    if found.hidden:
        yield _("{n} hidden").format(n=count(found.hidden))
    if found.links:
        words = _("1 link that leads out of the folder") if found.links == 1 else _("{n} links that lead out of it")
        yield words.format(n=count(found.links))
    if found.others:
        words = _("1 file of another type") if found.others == 1 else _("{n} files of other types")
        yield words.format(n=count(found.others))


def progress_words(adding: Adding) -> str:
    """Say how far adding is: "12 of 300 documents · about 3 min left"."""
    one, several = _("{done} of 1 document"), _("{done} of {n} documents")
    words = counted(adding.total, one, several, done=count(adding.done))
    if adding.paused:
        return _("{progress} · paused").format(progress=words)
    if adding.left_s is None:
        return words
    return _("{progress} · {time} left").format(progress=words, time=_about(adding.left_s))


def sizes_words(adding: Adding) -> str:
    """Say how far adding is, with how much of all files that is: "… · 3.1 MB of 9.2 MB"."""
    words = _("{progress} · {done} of {total}")
    done, total = size(adding.done_bytes), size(adding.total_bytes)
    return words.format(progress=progress_words(adding), done=done, total=total)


def _about(seconds: float) -> str:
    """Return seconds in words, rounded to ten seconds or to minutes, since nobody knows better."""
    return duration(max(10.0, 10.0 * round(seconds / 10))) if seconds < 100 else duration(60.0 * round(seconds / 60))


def state_words(state: PlaceState) -> str:
    """Say what became of a file that was looked at before."""
    return {
        PlaceState.WAITING: _("waiting"),
        PlaceState.READ: _("on the shelf"),
        PlaceState.FAILED: _("could not be read"),
        PlaceState.GONE: _("no longer there; its document is on the shelf"),
    }[state]


def ended_words(ended: FileEnded, name: Callable[[Path], str] = lambda path: printable(str(path))) -> str:
    """Say what became of a file; `name` gives the words for another one with the same content."""
    if ended.place.problem is not None:
        return sentence(ended.place.problem)
    if ended.book is None:
        words = _("1 document in it") if ended.members == 1 else _("{n} documents in it")
        return words.format(n=count(ended.members))
    if ended.older is not None:
        return _("a new version of “{title}”").format(title=printable(ended.older.title))
    if ended.others:
        files = _(", ").join(f"“{name(other)}”" for other in ended.others)
        return _("has the same content as {files}").format(files=files)
    return _("as it was") if ended.known else _("added")


def places_words(places: Sequence[Path]) -> str:
    """Return the files that have a document's content, a line for each."""
    lines = [printable(str(place)) for place in places[:_MOST_PLACES]]
    if len(places) > 1:
        lines.insert(0, _("The same content in {n} files:").format(n=count(len(places))))
    if len(places) > _MOST_PLACES:
        lines.append(_("and {n} more").format(n=count(len(places) - _MOST_PLACES)))
    return "\n".join(lines)


def news_words(news: Sequence[News]) -> str:
    """Say how many files are new or changed in folders that are watched."""
    new = sum(len(each.changes.new) for each in news)
    changed = sum(len(each.changes.changed) for each in news)
    parts = list[str]()
    if new:
        parts.append(counted(new, _("1 new file"), _("{n} new files")))
    if changed:
        parts.append(counted(changed, _("1 changed file"), _("{n} changed files")))
    name = _quoted([each.source.path for each in news])
    return _("{files} in {name}.").format(files=_(", ").join(parts), name=name)


def unfinished_words(left: Sequence[SourceCounts]) -> str:
    """Say that Octavo ended before all was read."""
    waiting = sum(counts.waiting for counts in left)
    name = _quoted([counts.source.path for counts in left])
    if waiting == 1:
        return _("1 file of {name} was not read yet when Octavo ended.").format(name=name)
    return _("{n} files of {name} were not read yet when Octavo ended.").format(n=count(waiting), name=name)


def counts_words(counts: SourceCounts) -> str:
    """Say how a source's documents are: "212 documents · 3 could not be read · 1 waiting"."""
    read = counted(counts.read, _("1 document"), _("{n} documents"))
    parts = [read]
    if counts.failed:
        parts.append(_("{n} could not be read").format(n=count(counts.failed)))
    if counts.waiting:
        parts.append(_("{n} waiting").format(n=count(counts.waiting)))
    if counts.gone:
        parts.append(_("{n} no longer there").format(n=count(counts.gone)))
    if counts.source.watched:
        parts.append(_("watched"))
    return " · ".join(parts)
