"""150 hostile texts in the real conversation view and in every export: no file is opened, nothing hangs, no word is
lost, no link but one to the web is live."""

from __future__ import annotations

import ctypes
import io
import os
import re
import shutil
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Never, cast

import lxml.html
import numpy as np
import pypdfium2
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QEventLoop, QUrl
from PySide6.QtWidgets import QApplication

from app.core.conversations.conversation import Turn
from app.export import docx, html, markdown
from app.export.clipboard import copy_answer
from app.export.report import compose
from app.ui.chat.messages.answer import AnswerMessage
from app.ui.chat.messages.view import ConversationView
from app.ui.look.fonts import load_fonts
from app.ui.look.theme import PAPER, Theme
from app.ui.pdf import pdf
from tests.tools.fortress import answered
from tests.tools.fortress.conftest import Figure
from tests.tools.fortress.hostile_markdown import FIRST, LAST, Hostile, texts
from tests.tools.fortress.program import Program
from tests.tools.fortress.window import LOADED, Window, opened_window
from tests.ui.chat.talk import answer, asked, read, turn

pytestmark = [pytest.mark.fortress, pytest.mark.qt_log_ignore("This plugin does not support", extend=True)]

_LONGEST_CPU_S = 30.0
_PATIENCE = 500
_PAGES_READ, _LONGEST_READ = 12, 100_000
"""The pages of a PDF that are read, from its beginning and from its end, and the most characters of a line: PDFium
takes quadratic time for those."""

_IN_OPEN, _IN_ACCESS, _IN_NONBLOCK = 0x20, 0x1, 0o4000
_LIVE = re.compile(r"https?://", re.IGNORECASE)


class Watch:
    """Notices, through the kernel, whoever opens a file of a folder."""

    def __init__(self, folder: Path) -> None:
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._descriptor = self._libc.inotify_init1(_IN_NONBLOCK)
        assert self._libc.inotify_add_watch(self._descriptor, os.fsencode(folder), _IN_OPEN | _IN_ACCESS) >= 0

    def opened(self) -> bool:
        """Since the last time."""
        try:
            return bool(os.read(self._descriptor, 1 << 16))
        except BlockingIOError:
            return False

    def close(self) -> None:
        os.close(self._descriptor)


@pytest.fixture
def bait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A picture in the folder that the program runs in."""
    from PIL import Image

    folder = tmp_path / "bait"
    folder.mkdir()
    path = folder / "bait.png"
    Image.new("RGB", (9, 9), "red").save(path)
    monkeypatch.chdir(folder)
    return path


@pytest.fixture
def watch(bait: Path) -> Iterator[Watch]:
    made = Watch(bait.parent)
    bait.read_bytes()
    assert made.opened(), "the control: an open is noticed"
    yield made
    made.close()


def _words(shown: str) -> str:
    """Leave out what is between the letters: joiners, breaks that a narrow column makes."""
    return re.sub(r"[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\s\ufffe]+", "", shown)


def _lost(hostile: Hostile, shown: str) -> list[str]:
    words = _words(shown)
    return [f"{hostile.name}: {word}" for word in hostile.seen if word not in words]


@pytest.mark.usefixtures("checkout")
def test_the_window(qapp: QApplication, bait: Path, watch: Watch, figure: Figure) -> None:
    load_fonts()
    opened: list[QUrl] = []
    lost, slow, files = [], [], []
    hostile_texts = texts(bait)
    slowest = (0.0, "")
    for hostile in hostile_texts:
        began = time.process_time()
        view = ConversationView(Theme(PAPER), open_address=opened.append)
        view.resize(725, 700)
        view.show()
        _stream(view, hostile)
        (message,) = [message for message in view.messages() if isinstance(message, AnswerMessage)]
        for _ in range(_PATIENCE):  # a long text is parsed in steps
            if not (missing := _lost(hostile, read(message))):
                break
            qapp.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 20)
        lost += missing
        view.grab()
        view.close()
        view.deleteLater()
        qapp.processEvents()
        took = time.process_time() - began
        slowest = max(slowest, (took, hostile.name))
        slow += [f"{hostile.name}: {took:.0f} s"] if took > _LONGEST_CPU_S else []
        files += [hostile.name] if watch.opened() else []
    figure(
        f"window: {len(hostile_texts)} texts, {len(lost)} words lost, {len(files)} files opened,"
        f" {len(opened)} addresses opened; slowest {slowest[0]:.1f} s of CPU ({slowest[1]})"
    )
    assert len(hostile_texts) >= 150
    assert (lost, files, opened, slow) == ([], [], [], [])


def _stream(view: ConversationView, hostile: Hostile) -> None:
    """Show a text as an answer comes: in pieces, then as it is kept."""
    view.begin_turn(asked(1, "When?"), "a1")
    step = max(200, len(hostile.text) // 12)
    for start in range(0, len(hostile.text), step):
        view.append(hostile.text[start : start + step])
        QApplication.processEvents()
    view.finish(answer(1, hostile.text))
    QApplication.processEvents()


def test_the_window_of_the_program(
    program: Program, display: dict[str, str], bait: Path, watch: Watch, figure: Figure, times: Callable[[int], int]
) -> None:
    """In the folder of the bait; each text is the answer of a conversation, which is opened by its title."""
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    hostile_texts = texts(bait)
    shown = hostile_texts[:: len(hostile_texts) // times(len(hostile_texts))]
    answers = {f"Text {hostile.name[:3]}": hostile.text for hostile in shown}
    controls = {"With the end": f"{FIRST} begins.\n\n{LAST} ends.", "Without": f"{FIRST} begins.\n\nNothing."}
    answered.write(program.data, {**controls, **answers})
    calls = program.data.parent / "calls.txt"
    traced = ("strace", "-f", "--seccomp-bpf", "-qq", "-e", "trace=open,openat,execve,socket", "-o", str(calls))
    slow, files, ended = [], [], 0
    slowest = (0.0, "")
    with opened_window(replace(program, before=traced, cwd=bait.parent), display) as window:
        window.until_logged(LOADED, "no model was loaded")
        window.until_idle()
        end = _End.of(*(_open(window, title) for title in controls))
        before = calls.stat().st_size
        watch.opened()
        for title, hostile in zip(answers, shown, strict=True):
            began = window.processor_s()
            ended += end.is_in(_open(window, title))
            took = window.processor_s() - began
            slowest = max(slowest, (took, hostile.name))
            slow += [f"{hostile.name}: {took:.0f} s"] if took > _LONGEST_CPU_S else []
            files += [hostile.name] if watch.opened() else []
            window.picture(program.data.parent / f"{title}.png")
        with calls.open("rb") as traces:
            traces.seek(before)
            made = traces.read().decode("utf-8", "replace")
        assert window.quit() == 0
    programs, sockets = re.findall(r"execve\(.*", made), re.findall(r"socket\(.*", made)
    figure(
        f"window by keyboard: {len(shown)} texts, the end of {ended} seen as a paragraph,"
        f" {len(files)} files opened, {len(programs)} programs started,"
        f" {len(sockets)} sockets; slowest {slowest[0]:.1f} s of CPU ({slowest[1]})"
    )
    assert (files, programs, sockets, slow) == ([], [], [], [])
    assert ended > len(shown) / 2, "others end in code, or in a quotation"


def _open(window: Window, title: str) -> NDArray[np.uint8]:
    """Open a conversation and return what is seen of it at its end."""
    window.command(title)
    window.until_shown(f"{title} – Octavo")
    window.until_idle()
    return window.answers()


@dataclass(frozen=True)
class _End:
    """A line of text as the window draws it, at its distance from the left."""

    left: int
    line: NDArray[np.uint8]

    @classmethod
    def of(cls, seen: NDArray[np.uint8], other: NDArray[np.uint8]) -> _End:
        """The line that is in the first alone."""
        rows, columns = np.nonzero((seen != other).any(axis=2))
        return cls(columns.min(), seen[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1])

    def is_in(self, seen: NDArray[np.uint8]) -> bool:
        height, width = self.line.shape[:2]
        column = seen[:, self.left : self.left + width]
        return any(np.array_equal(column[y : y + height], self.line) for y in range(len(column) - height + 1))


def _exports(made: Turn) -> Iterator[tuple[str, bytes]]:
    report = compose("Title", (made,), {})

    def no_picture(*_: object) -> Never:
        raise AssertionError

    yield "md", markdown.write(report, lambda *_: "").encode("utf-8", "surrogatepass")
    yield "html", html.write(report, lambda *_: "").encode("utf-8", "surrogatepass")
    yield "docx", docx.write(report, no_picture)
    yield "pdf", pdf.write(report, no_picture)


@pytest.mark.usefixtures("checkout")
def test_exports(qapp: QApplication, bait: Path, watch: Watch, figure: Figure) -> None:
    load_fonts()
    lost, slow, files, live = [], [], [], []
    slowest = (0.0, "")
    written = unread = 0
    for hostile in texts(bait):
        made = turn(1, "When?", hostile.text)
        began = time.process_time()
        for kind, content in _exports(made):
            written += 1
            if kind == "pdf" and max(map(len, hostile.text.split("\n"))) > _LONGEST_READ:
                unread += 1
                continue
            lost += [f"{kind} {word}" for word in _lost(hostile, _read_export(kind, content))]
            live += [f"{kind} {hostile.name}: {address[:60]}" for address in _live(kind, content)]
        assert made.answer is not None
        copied = copy_answer(made.answer, {})
        lost += [f"copy {word}" for word in _lost(hostile, copied.plain)]
        live += [
            f"copy {hostile.name}: {address[:60]}" for address in _live("html", copied.html.encode("utf-8", "replace"))
        ]
        took = time.process_time() - began
        slowest = max(slowest, (took, hostile.name))
        slow += [f"{hostile.name}: {took:.0f} s"] if took > 4 * _LONGEST_CPU_S else []
        files += [hostile.name] if watch.opened() else []
    figure(
        f"exports: {written} files and copies of all ({unread} PDFs not read back), {len(lost)} words lost,"
        f" {len(live)} live links but to the web,"
        f" {len(files)} files opened; slowest {slowest[0]:.1f} s of CPU ({slowest[1]})"
    )
    assert (lost, live, files, slow) == ([], [], [], [])


class _Text(HTMLParser):
    """The text of a page, however deep; lxml drops what is nested more than 255 times."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def handle_data(self, data: str) -> None:
        self.parts.append(data)

    @classmethod
    def of(cls, page: str) -> str:
        made = cls()
        made.feed(page)
        made.close()
        return "".join(made.parts)


def _read_export(kind: str, content: bytes) -> str:
    if kind == "html":
        return _Text.of(content.decode("utf-8", "replace"))
    if kind == "docx":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            xml = archive.read("word/document.xml") + b"".join(
                archive.read(name) for name in archive.namelist() if "footnotes" in name and name.endswith(".xml")
            )
        return "".join(re.findall(r"<(?:w|m):t(?: [^>]*)?>([^<]*)<", xml.decode("utf-8", "replace")))
    if kind == "pdf":
        document = pypdfium2.PdfDocument(content)
        numbers = dict.fromkeys([*range(len(document))[:_PAGES_READ], *range(len(document))[-_PAGES_READ:]])
        return "".join(_text_of(document[number].get_textpage()) for number in numbers)
    return content.decode("utf-8", "replace")


def _text_of(page: pypdfium2.PdfTextPage) -> str:
    """All of it; `get_text_range` recurses for each character that is not shown at the beginning."""
    count = page.count_chars()
    buffer = (ctypes.c_ushort * (count + 1))()
    written = pypdfium2.raw.FPDFText_GetText(page, 0, count, buffer)
    return bytes(buffer)[: 2 * max(0, written - 1)].decode("utf-16-le", "replace")


def _live(kind: str, content: bytes) -> Iterator[str]:
    """Addresses that a click, or opening the file, would follow, unless they are those of the web or of the file."""
    if kind == "html":
        root = lxml.html.fromstring(content)
        for element in root.iter():
            if not isinstance(element.tag, str):
                continue
            if element.tag in ("script", "iframe", "object", "embed", "form", "base", "link"):
                yield f"<{element.tag}>"
            for name, value in cast("Iterable[tuple[str, str]]", element.items()):
                if name.startswith("on"):
                    yield f"{name}={value}"
                if name in ("href", "src", "action", "background", "data", "srcset") and not _is_harmless(value):
                    yield f"{name}={value}"
    elif kind == "docx":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                if name.endswith(".rels"):
                    for target in re.findall(rb'Target="([^"]*)"[^>]*TargetMode="External"', archive.read(name)):
                        if not _is_harmless(target.decode()):
                            yield target.decode()
    elif kind == "pdf":
        for address in re.findall(rb"/URI \(([^)]*)\)", content):
            if not _is_harmless(address.decode("latin-1")):
                yield address.decode("latin-1")
        for action in (b"/Launch", b"/JavaScript", b"/GoToR", b"/EmbeddedFile"):
            if action in content:
                yield action.decode()
    elif kind == "md":
        yield from _live("html", _as_others_render(content.decode("utf-8", "replace")).encode("utf-8", "replace"))


def _as_others_render(text: str) -> str:
    """Render a text as a program does that renders Markdown and allows no HTML."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False})
    allowing: Any = parser
    allowing.validateLink = lambda _address: True
    return parser.render(text) or "<p></p>"


def _is_harmless(address: str) -> bool:
    return bool(_LIVE.match(address)) or address.startswith(("#", "data:image/", "mailto:"))
