"""`octavo add` and `octavo folders`: documents are put on the shelf, and what was added is listed."""

from __future__ import annotations

import argparse
import sys
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from app.cli.bars import Bar
from app.cli.screen import print_json
from app.core.conversations.sources import Adding, FileEnded, Scanning, SourceCounts
from app.core.errors import AppError, Code, Problem
from app.core.work import Cancel, Stopped, finish
from app.services.library.folder_adding import AddingReport, FolderAdding, FolderProgress
from app.services.services import Services
from app.wording.errors import sentence
from app.wording.folders import counts_words, ended_words, report_words
from app.wording.i18n import _
from app.wording.units import printable

_LOOK_EVERY_S = 3.0
"""Seconds between two looks at folders that are watched: a look takes some milliseconds for each thousand files."""


def add(options: argparse.Namespace, desk: Services, cancel: Cancel) -> Problem | None:
    """Add what the command names, and return why the first file failed that did. Raises AppError, Stopped."""
    paths = _paths(options, desk.documents.adding)
    report = _Adder(desk, cancel, as_json=options.json).add(paths, retry=options.retry)
    if options.watch:
        for source in report.sources:
            desk.documents.adding.sources.set_watched(source.id, watched=True)
        _watch(_Adder(desk, cancel, as_json=options.json), desk.documents.adding, cancel)
    elif report.stopped:
        raise Stopped
    return report.failed[0][1] if report.failed else None


def _paths(options: argparse.Namespace, adding: FolderAdding) -> Sequence[Path]:
    """Return the paths that were named; else, with `--watch`, the folders that are watched, and without it the sources
    that are not done. Raises AppError USAGE, FILE_MISSING."""
    for path in options.paths:
        if not path.exists():
            raise AppError(Code.FILE_MISSING, path=printable(str(path)))
    if options.paths:
        return list(options.paths)
    if options.watch:
        return [counts.source.path for counts in adding.all() if counts.source.watched]
    left = [
        counts.source.path for counts in adding.sources.all() if counts.waiting or (options.retry and counts.failed)
    ]
    if not left:
        raise AppError(Code.USAGE, detail=_("name a folder or a file; nothing is left to be read from before"))
    return left


def _watch(adder: _Adder, adding: FolderAdding, cancel: Cancel) -> None:
    """Watch the folders until the person presses Ctrl+C."""
    over = threading.Event()
    cancel.on_request(over.set)
    if not adder.as_json:
        print(_("Watching for new and changed files; Ctrl+C ends it."), file=sys.stderr)
    while not _wait(over, _LOOK_EVERY_S):
        try:
            news = finish(adding.look(cancel))
        except Stopped:
            return
        if news:
            adder.add([each.source.path for each in news], retry=False)


_wait = threading.Event.wait
"""Wait for the end of watching, and return whether it came within so many seconds."""


class _Adder:
    """Adds, and says what happens: lines of JSON; a bar at a terminal; elsewhere a line for each file."""

    def __init__(self, desk: Services, cancel: Cancel, *, as_json: bool) -> None:
        self.as_json = as_json
        self._desk = desk
        self._cancel = cancel
        self._bar = Bar()
        self._by_line = not sys.stdout.isatty()

    def add(self, paths: Iterable[Path], *, retry: bool) -> AddingReport:
        """Add files and folders, and show how that goes. Raises AppError."""
        try:
            report = finish(self._desk.documents.adding.add(paths, self._cancel, retry=retry), self._show)
        finally:
            self._bar.close()
        if self.as_json:
            print_json({"event": "ended", **_totals(report)})
            return report
        if not self._by_line:
            for ended in (*report.doubles, *report.changed):
                print(self._line(ended))
        for path in report.gone:
            print(f"{printable(str(path))}: {_('no longer there')}")
        for path, problem in report.failed:
            print(f"octavo: {printable(str(path))}: {sentence(problem)}", file=sys.stderr)
        print(report_words(report, [source.path for source in report.sources] or [path.resolve() for path in paths]))
        return report

    def _show(self, event: FolderProgress) -> None:
        match event:
            case Adding(done, total):
                self._bar.show(_("importing"), done, total)
            case Scanning():
                self._bar.busy(_("looking for documents"))
            case FileEnded() if self.as_json:
                print_json(self._described(event))
            case FileEnded(_path, place) if self._by_line and place.problem is None:
                print(self._line(event))

    def _line(self, ended: FileEnded) -> str:
        return f"{printable(str(ended.path))}: {ended_words(ended)}"

    def _described(self, ended: FileEnded) -> dict[str, Any]:
        place, book = ended.place, ended.book
        described: dict[str, Any] = {"event": "file", "path": str(ended.path), "state": place.state}
        if place.problem is not None:
            return described | {"code": place.problem.code, "message": sentence(place.problem)}
        if book is not None:
            described |= {"document": book.title, "pages": book.page_count, "known": ended.known}
        if ended.others:
            described["same_content"] = [str(path) for path in ended.others]
        return described | ({"earlier_version": ended.older.title} if ended.older is not None else {})


def _totals(report: AddingReport) -> dict[str, Any]:
    return {
        "added": len(report.added),
        "new_versions": len(report.changed),
        "same_content": len(report.doubles),
        "unchanged": len(report.unchanged),
        "gone": [str(path) for path in report.gone],
        "failed": [{"path": str(path), "code": why.code, "message": sentence(why)} for path, why in report.failed],
        "left": report.left,
        "stopped": report.stopped,
    }


def list_folders(options: argparse.Namespace, desk: Services) -> None:
    """List or change the folders, as `octavo folders`. Raises AppError FILE_MISSING."""
    adding, wanted = desk.documents.adding, options.forget or options.unwatch
    if wanted is not None:
        found = next((counts.source for counts in adding.sources.all() if counts.source.path == wanted.resolve()), None)
        if found is None:
            raise AppError(Code.FILE_MISSING, path=printable(str(wanted)))
        if options.forget is not None:
            adding.sources.forget(found.id)
        else:
            adding.sources.set_watched(found.id, watched=False)
    known = adding.all()
    if options.json:
        print_json({"event": "folders", "folders": [_source(counts) for counts in known]})
        return
    if not known and wanted is None:
        print(f"octavo: {_('No folders were added. “octavo add FOLDER” adds one.')}", file=sys.stderr)
    for counts in known:
        print(f"{printable(str(counts.source.path))}\n    {counts_words(counts)}")


def _source(counts: SourceCounts) -> dict[str, Any]:
    source = counts.source
    numbers = {"read": counts.read, "failed": counts.failed, "waiting": counts.waiting, "gone": counts.gone}
    return {"path": str(source.path), "watched": source.watched, "scanned_at": source.scanned_at, **numbers}
