"""The window as its own process, for whoever looks at its memory from outside: `make` fills a desk with words that the
other process never types, `show` opens it, locks it when it is asked to on stdin, and unlocks it."""

from __future__ import annotations

import io
import sys
import time
from contextlib import closing
from pathlib import Path

PASSPHRASE = "lantern quay otter violet"


def make(folder: Path, canary: str, colour: tuple[int, int, int]) -> str:
    """With `canary` in all that a desk shows, and an image of this one colour; the secret of its key."""
    import msgspec
    import PIL.Image

    from app.core.conversations.conversation import BookRef, Ending, Question
    from app.core.conversations.image import Image, ImageRef, Raster
    from app.core.documents.document import Document, Format, Page
    from app.core.machine.paths import Paths
    from app.store.books import Books
    from app.store.keys import set_passphrase
    from tests import whole

    drawn = PIL.Image.new("RGB", (800, 600), colour)
    written = io.BytesIO()
    drawn.save(written, "PNG")
    with closing(whole.open_desk(Paths(folder))) as desk:
        pages = tuple(Page(number, str(number), f"{canary} let the wharf, page {number}.") for number in range(1, 9))
        book = Books(desk.database).add(Document(f"{canary} lease", Format.PDF, "ab" * 32, pages), Path("/none.pdf"))
        refs = (BookRef(book.id),)
        talk = desk.conversations.create(f"{canary} talk", refs)
        raster = Raster(800, 600, drawn.tobytes())
        image = Image(ImageRef("cd" * 32, f"{canary}.png", 800, 600), written.getvalue(), raster)
        asked = desk.conversations.add_question(Question(talk.id, f"Who is {canary}?", refs, images=(image,)))
        answer = desk.conversations.begin_answer(asked.id, "tiny")
        said = f"{canary} let the wharf to the tenant. " * 20
        desk.conversations.save_answer(msgspec.structs.replace(answer, text=said, ending=Ending.COMPLETE))
        return set_passphrase(desk.shared.matters.home, desk.paths, PASSPHRASE).secret


def make_open(folder: Path, bare: str, talk: str) -> None:
    """With what may lie open when a desk is locked: a conversation without a book and one with a book, by these titles,
    and a saved table."""
    from app.core.conversations.conversation import BookRef
    from app.core.documents.document import Document, Format, Page
    from app.core.machine.paths import Paths
    from app.features.tables.columns import columns_of
    from app.features.tables.service import sheets_of
    from app.store.books import Books
    from app.store.keys import set_passphrase
    from tests import whole

    with closing(whole.open_desk(Paths(folder))) as desk:
        pages = tuple(Page(number, str(number), f"The tenant let the wharf, page {number}.") for number in range(1, 9))
        book = Books(desk.database).add(Document("The lease", Format.PDF, "ab" * 32, pages), Path("/none.pdf"))
        refs = (BookRef(book.id),)
        desk.conversations.create(talk, refs)
        desk.conversations.create(bare, ())
        sheets_of(desk).create(columns_of(("[text] Who let the wharf?", "[date] When?")), [refs], title="Leases")
        set_passphrase(desk.shared.matters.home, desk.paths, PASSPHRASE)


def show(folder: Path) -> None:
    """Says `open`, `locked`, `open` on stdout, each when it is so; waits for a line on stdin in between."""
    from PySide6.QtWidgets import QApplication

    from app.core.machine.paths import Paths
    from app.features.lock.window.desk_lock import DeskLock
    from app.ui.widgets.file_dialogs import keep_folders_secret
    from app.ui.window.application import WindowStart
    from tests import whole

    application = QApplication([])
    keep_folders_secret()
    paths = Paths(folder)
    paths.window.mkdir(exist_ok=True)
    start = WindowStart(application, paths, whole.open_desk, folder / "none.md", (), whole.EXTENSIONS)

    def until(condition: object, seconds: float = 0) -> None:
        """Until it is so, and for so long after it, events are handled."""
        since: float | None = None
        while since is None or time.monotonic() - since < seconds:
            application.processEvents()
            time.sleep(0.01)  # a person's pace
            since = time.monotonic() if since is None and condition() else since  # type: ignore[operator]

    def unlock() -> None:
        until(lambda: start._screen is not None)
        screen = start._screen
        screen.secret.line.setText(PASSPHRASE)  # type: ignore[union-attr]
        screen.accept()  # type: ignore[union-attr]
        until(lambda: start.presenter is not None and start.presenter.shown.conversation is not None, 3)

    def say(word: str) -> None:
        print(word, flush=True)
        sys.stdin.readline()

    start.begin()
    unlock()
    say("open")
    lock = next(each for each in start.features if isinstance(each, DeskLock))
    lock.lock()
    until(lambda: lock._desk is None and start._bridge.idle, 3)
    say("locked")
    unlock()
    say("open")
    start.close()


if __name__ == "__main__":
    show(Path(sys.argv[1]))
