"""What the terminal tells of long work with models: one bar on stderr, and whom it speaks to."""

from __future__ import annotations

import sys
from typing import TypeAlias

import msgspec

from app.cli.output import Bar, print_json
from app.core.events import Asking, Copying, Fetching, Hashing, Loading, Opening
from app.wording import units
from app.wording.i18n import _

Event: TypeAlias = Loading | Opening | Asking | Fetching | Hashing | Copying


class ProgressBar:
    """Call it with each event. `as_json`: tell of fetching, hashing and copying as JSON too, a line for each percent;
    the hub is named in any case."""

    def __init__(self, as_json: bool = False) -> None:
        self._as_json = as_json
        self._bar = Bar()
        self._told = ("", -1)

    def __call__(self, event: Event) -> None:
        match event:
            case Asking(host):
                self.close()
                print(f"octavo: {_('asking {host}').format(host=units.printable(host))}", file=sys.stderr)
            case Fetching() | Hashing() | Copying():
                self._tell(event)
                words = {Fetching: _("downloading"), Hashing: _("verifying"), Copying: _("copying")}
                self._bar.show(words[type(event)], event.done, event.total)
            case Opening(done, total):
                self._bar.show(_("importing"), done, total)
            case Loading():
                pass

    def close(self) -> None:
        self._bar.close()

    def _tell(self, event: Fetching | Hashing | Copying) -> None:
        name = type(event).__name__.lower()
        now = (name, 100 * event.done // event.total if event.total else 100)
        if self._as_json and now != self._told:
            self._told = now
            print_json({"event": name, **msgspec.structs.asdict(event)})
