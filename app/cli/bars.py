"""Progress at the terminal: one bar on stderr at a time, and lines of JSON for long work with models."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, NoReturn

import msgspec

from app.cli.screen import bare, print_json
from app.core.conversations.events import Asking, Copying, Fetching, Hashing, Indexing, Loading, Opening, Tokenizing
from app.wording import units
from app.wording.i18n import _

if TYPE_CHECKING:
    from tqdm import tqdm


class Bar:
    """A bar on stderr where that is a terminal, one at a time; silent elsewhere."""

    def __init__(self) -> None:
        self._bar: tqdm[NoReturn] | None = None
        self._shown = ("", 0.0)
        self._silent = not sys.stderr.isatty()

    def show(self, words: str, done: float, total: float) -> None:
        """Show how much is done. There is no bar while `total` is 0, which means unknown, and none when all is done."""
        if total and not self._silent:
            bar = self._at(words, done, total)
            bar.update(done - bar.n)
            if done >= total:
                self.close()

    def busy(self, words: str) -> None:
        """Show work whose end is not known."""
        if not self._silent:
            self._at(words, 0, 0)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()
            self._bar = None

    def _at(self, words: str, done: float, total: float) -> tqdm[NoReturn]:
        if self._bar is None or self._shown != (words, total):
            self.close()
            self._bar, self._shown = progress_bar(words, total, done), (words, total)
        return self._bar


def bar(text: str) -> Callable[[Loading | Opening | Indexing | Tokenizing], None]:
    shown = Bar()

    def show(event: Loading | Opening | Indexing | Tokenizing) -> None:
        match event:
            case Loading(fraction):
                shown.show(text, fraction, 1.0)
            case Indexing(done, total):
                shown.show(text, done, total)
            case Opening(done, total, recognising):
                shown.show(_("Recognising text") if recognising else text, done, total)
            case Tokenizing(done, total):
                shown.show(_("counting words"), done, total)

    return show


def progress_bar(text: str, total: float, initial: float = 0) -> tqdm[NoReturn]:
    """Return a bar on stderr if that is a terminal; silent elsewhere."""
    from tqdm import tqdm  # when something takes long: it takes a tenth of the time of a short command to load

    file, words = bare(sys.stderr), units.printable(text)
    return tqdm(total=total, initial=initial, desc=words, file=file, disable=None, leave=False, unit_scale=True)


class ProgressBar:
    """A bar for the progress of work; call it with each event. With `as_json`, fetching, hashing and copying are
    written as JSON too, a line for each percent; the hub is named in any case."""

    def __init__(self, as_json: bool = False) -> None:
        self._as_json = as_json
        self._bar = Bar()
        self._shown = ("", -1)

    def __call__(self, event: Loading | Opening | Asking | Fetching | Hashing | Copying) -> None:
        match event:
            case Asking(host):
                self.close()
                print(f"octavo: {_('asking {host}').format(host=units.printable(host))}", file=sys.stderr)
            case Fetching() | Hashing() | Copying():
                self._write(event)
                words = {Fetching: _("downloading"), Hashing: _("verifying"), Copying: _("copying")}
                self._bar.show(words[type(event)], event.done, event.total)
            case Opening(done, total):
                self._bar.show(_("importing"), done, total)
            case Loading():
                pass

    def close(self) -> None:
        self._bar.close()

    def _write(self, event: Fetching | Hashing | Copying) -> None:
        name = type(event).__name__.lower()
        now = (name, 100 * event.done // event.total if event.total else 100)
        if self._as_json and now != self._shown:
            self._shown = now
            print_json({"event": name, **msgspec.structs.asdict(event)})
