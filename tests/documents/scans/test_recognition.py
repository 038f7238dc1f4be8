"""Scans through the real reader and the real recogniser: what is read, how surely, how often, what breaks."""

from __future__ import annotations

import contextlib
import difflib
import json
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import psutil
import pytest
from PIL import Image

from app.core.conversations.events import Opening
from app.core.conversations.image import Raster
from app.core.documents.document import Document, Flag, Format, Page, Recognition
from app.core.errors import Code
from app.core.work import Cancel, finish
from app.documents.reader import DocumentReader
from app.documents.scans.recognition import KIND, LOW_CONFIDENCE, Recogniser, RecogniserLimits, key_of, recognise
from app.isolation import sandbox
from app.isolation.client import ReaderClient, ReaderLimits
from app.isolation.sandbox import Step
from app.ui.kit.jobs import Cancelled, Done, Failed
from tests.documents import scanner
from tests.documents.pdf_writer import lines, write_pdf
from tests.documents.photographer import Camera
from tests.endings import as_events

INMATE = Path(__file__).parent / "inmate.py"
ESCAPES = ("tcp", "udp", "unix", "home", "secret", "create", "rename", "fork", "thread", "program", "signal")

PROSE = "\n".join((*scanner.PORT, *scanner.BOATS)).replace("-\n", "")


class Counting:
    """Recognitions that say how often there was one."""

    def __init__(self) -> None:
        self.known: dict[str, Recognition] = {}
        self.hits = 0

    def find(self, picture: str) -> Recognition | None:
        self.hits += picture in self.known
        return self.known.get(picture)

    def keep(self, picture: str, recognition: Recognition) -> None:
        assert picture not in self.known, "recognised twice"
        self.known[picture] = recognition


def worn(page: Image.Image) -> Image.Image:
    """A bad copy: askew, grey, with specks."""
    chance = random.Random(7)
    page = page.rotate(1.2, expand=True, fillcolor=(250, 248, 240), resample=Image.Resampling.BICUBIC)
    page = Image.blend(page, Image.new("RGB", page.size, (150, 150, 150)), 0.4)
    for _ in range(page.width * page.height // 60):
        grey = chance.randrange(256)
        page.putpixel((chance.randrange(page.width), chance.randrange(page.height)), (grey, grey, grey))
    return page


def unreadable() -> Image.Image:
    """Letters of a few pixels, made large again."""
    page = scanner.write(scanner.paper(1_200, 300), scanner.PORT)
    return page.resize((page.width // 5, page.height // 5)).resize(page.size)


Pages: TypeAlias = dict[str, Image.Image | bytes]


@pytest.fixture(scope="session")
def pages() -> Pages:
    """The pages of the binder, in their order."""
    columns = scanner.write(scanner.write(scanner.paper(1_500, 400), scanner.PORT), scanner.BOATS, x=800)
    return {
        "text": write_pdf([lines("This page has a text of its own.")]),
        "columns": columns,
        "worn": worn(columns),
        "upside down": columns.rotate(180),
        "on its side": columns.rotate(90, expand=True),
        "photo": Camera(columns.size, yaw=18, pitch=-12, roll=6, share=0.4, size=(1_600, 900)).photograph(columns),
        "japanese": scanner.write(scanner.paper(1_000, 300), scanner.JAPANESE),
        "downwards": scanner.write_downwards(scanner.paper(700, 700), scanner.JAPANESE),
        "unreadable": unreadable(),
        "blank": scanner.paper(400, 400),
        "strip": scanner.paper(2_000, 4),
        "empty": write_pdf([""]),
    }


@pytest.fixture(scope="session")
def binder(pages: Pages, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("scans") / "binder.pdf"
    path.write_bytes(scanner.bind(*pages.values()))
    return path


@pytest.fixture(scope="session")
def recognitions() -> Counting:
    return Counting()


@pytest.fixture(scope="session")
def events(binder: Path, recognitions: Counting) -> list[object]:
    """Return what reading the binder tells, for the first time."""
    return read(binder, DocumentReader(recognitions=recognitions))


@pytest.fixture(scope="session")
def page(events: list[object], pages: Pages) -> Callable[[str], Page]:
    document = done(events)
    return lambda name: document.pages[list(pages).index(name)]


def read(path: Path, reader: DocumentReader, cancel: Cancel | None = None) -> list[object]:
    try:
        return list(as_events(reader.read(path, cancel or Cancel())))
    finally:
        reader.close()


def done(events: list[object]) -> Document:
    ending = events[-1]
    assert isinstance(ending, Done), ending
    assert isinstance(ending.result, Document)
    return ending.result


def share_of(text: str, page: Page) -> float:
    """The share of the words (signs, where there are no spaces) of `text` that the page has, in order."""
    wanted, got = (each.split() if " " in text else list(each.replace("\n", "")) for each in (text, page.text))
    blocks = difflib.SequenceMatcher(None, wanted, got, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks) / len(wanted)


@pytest.mark.parametrize("name", ["columns", "upside down", "on its side", "photo"])
def test_columns_are_read_in_order_however_the_page_lay(page: Callable[[str], Page], name: str) -> None:
    assert share_of(PROSE, page(name)) >= 0.97
    assert page(name).flags == (Flag.RECOGNISED,)
    assert (page(name).confidence or 0) > 0.95


def test_a_hyphen_at_a_line_end_is_mended(page: Callable[[str], Page]) -> None:
    assert "wrote down every vessel that came in before the storm" in page("columns").text


def test_a_bad_copy(page: Callable[[str], Page]) -> None:
    assert share_of(PROSE, page("worn")) >= 0.9


@pytest.mark.parametrize("name", ["japanese", "downwards"])
def test_japanese_in_lines_and_in_columns(page: Callable[[str], Page], name: str) -> None:
    assert share_of("\n".join(scanner.JAPANESE), page(name)) >= 0.95
    assert page(name).flags == (Flag.RECOGNISED,)


def test_what_is_hard_to_read_says_so(page: Callable[[str], Page]) -> None:
    assert Flag.LOW_CONFIDENCE in page("unreadable").flags
    assert (page("unreadable").confidence or 1) < LOW_CONFIDENCE


@pytest.mark.parametrize(
    ("text", "pages_with_text", "doubted"),
    [("debian", 3, False), ("5 mg", 3, True), ("debian", 0, True), ("Received in the office of the notary.", 3, True)],
)
def test_the_logo_of_a_document_with_text_is_not_in_doubt(text: str, pages_with_text: int, doubted: bool) -> None:
    """Its few letters are seldom surely recognised, and nobody has to check them; a number is another matter."""
    picture = Raster(1, 1, bytes(3))
    known = Counting()
    known.known[key_of(picture)] = Recognition(text, 0.92)
    pages = (Page(1, "1", "", flags=(Flag.NO_TEXT,)), *(Page(n + 2, "", "Words.") for n in range(pages_with_text)))
    document = Document("Manual", Format.PDF, "00" * 32, pages)
    recogniser = Recogniser(ReaderClient(KIND, ReaderLimits()), RecogniserLimits(), 1)
    cover = finish(recognise(document, lambda number: picture, recogniser, known, Cancel())).pages[0]
    assert (cover.text, Flag.RECOGNISED in cover.flags) == (text, True)
    assert (Flag.LOW_CONFIDENCE in cover.flags) is doubted


@pytest.mark.parametrize("name", ["blank", "strip"])
def test_a_picture_without_writing_stays_one(page: Callable[[str], Page], name: str) -> None:
    assert (page(name).text, page(name).flags, page(name).confidence) == ("", (Flag.NO_TEXT,), None)


def test_other_pages_are_as_they_were(page: Callable[[str], Page]) -> None:
    assert (page("text").text, page("text").flags, page("text").confidence) == (
        *("This page has a text of its own.", (), None),
    )
    assert page("empty").flags == (Flag.EMPTY,)


def test_progress_goes_page_by_page(events: list[object], pages: Pages) -> None:
    told = [event for event in events if isinstance(event, Opening) and event.recognising]
    scans = len(pages) - 2
    assert [(event.done, event.total) for event in told] == [(page, scans) for page in range(scans + 1)]


def test_no_picture_is_recognised_twice(
    events: list[object], binder: Path, pages: Pages, recognitions: Counting, tmp_path: Path
) -> None:
    """Another file with the same pages has their text at once; no recogniser could even start."""
    changed = tmp_path / "changed.pdf"
    changed.write_bytes(binder.read_bytes() + b"\n% another edition\n")
    kept, hits = len(recognitions.known), recognitions.hits
    broken = DocumentReader(recognitions=recognitions, recogniser_limits=RecogniserLimits(memory_bytes=1 << 20))
    again = done(read(changed, broken))
    assert again.pages == done(events).pages
    assert recognitions.hits - hits == len(pages) - 2
    assert len(recognitions.known) == kept


@pytest.mark.usefixtures("events")
def test_the_language_of_a_scan_is_told(pages: Pages, recognitions: Counting, tmp_path: Path) -> None:
    path = tmp_path / "scan.pdf"
    path.write_bytes(scanner.bind(pages["japanese"]))
    assert done(read(path, DocumentReader(recognitions=recognitions))).language == "ja"


def test_a_recogniser_that_dies_costs_its_pages_only(binder: Path, pages: Pages) -> None:
    """With too little memory for its models it dies whenever it starts; it is not started for every page."""
    document = done(read(binder, DocumentReader(recogniser_limits=RecogniserLimits(memory_bytes=1 << 20))))
    assert document.pages[0].text == "This page has a text of its own."
    failed = [page.number for page in document.pages if page.flags == (Flag.NO_TEXT, Flag.NOT_RECOGNISED)]
    assert failed == list(range(2, len(pages)))


def test_a_recogniser_that_takes_too_long_is_ended(pages: Pages, tmp_path: Path) -> None:
    scan = tmp_path / "scan.pdf"
    scan.write_bytes(scanner.bind(pages["columns"]))
    ending = read(scan, DocumentReader(recogniser_limits=RecogniserLimits(progress_s=0.0)))[-1]
    assert isinstance(ending, Failed)
    assert (ending.problem.code, ending.problem.params) == (Code.RECOGNITION_FAILED, {"path": str(scan), "pages": 1})
    assert recognisers() == []


@pytest.mark.usefixtures("events")
def test_a_document_without_writing_is_refused(pages: Pages, recognitions: Counting, tmp_path: Path) -> None:
    scan = tmp_path / "scan.pdf"
    scan.write_bytes(scanner.bind(pages["blank"]))
    ending = read(scan, DocumentReader(recognitions=recognitions))[-1]
    assert isinstance(ending, Failed)
    assert (ending.problem.code, ending.problem.params) == (Code.DOCUMENT_NO_TEXT, {"path": str(scan), "pages": 1})


def test_stopping_ends_the_recogniser(binder: Path) -> None:
    cancel, reader = Cancel(), DocumentReader()
    told: list[object] = []
    try:
        for event in as_events(reader.read(binder, cancel)):
            told.append(event)
            if isinstance(event, Opening) and event.recognising and event.done == 1:
                assert len(recognisers()) == 1
                cancel.request()
        assert recognisers() == []
    finally:
        reader.close()
    assert isinstance(told[-1], Cancelled)
    assert not any(isinstance(event, Opening) and event.done > 1 and event.recognising for event in told)


def recognisers() -> list[int]:
    """Processes of this one that recognise; bubblewrap's own are not counted."""
    found = []
    for each in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):  # one that ended
            if "app.documents.scans.worker" in each.cmdline()[:5]:
                found.append(each.pid)
    return found


@pytest.fixture(params=list(Step))
def step(request: pytest.FixtureRequest) -> Step:
    asked = Step(request.param)
    if not sandbox.offers(asked):
        pytest.skip(f"this system does not offer {asked.value}: not installed, or forbidden")
    return asked


def imprisoned(step: Step, folder: Path, *names: str, watched_by: tuple[str, ...] = ()) -> dict[str, object]:
    secret = folder / "secret.txt"
    secret.write_text("the secret", encoding="utf-8")
    argv = [sys.executable, "-P", str(INMATE), step.value, str(Path.home()), str(secret), str(folder / "loot"), *names]
    ran = subprocess.run(
        [*watched_by, *sandbox.wrap(argv, step, readable=[INMATE.parents[2]])],
        env=sandbox.environment(),
        stdout=subprocess.PIPE,
        start_new_session=True,
        timeout=120,
        check=True,
    )
    told = json.loads(ran.stdout)
    assert isinstance(told, dict)
    return told


def test_the_sandbox_holds_around_the_models(step: Step, tmp_path: Path) -> None:
    names = () if step is Step.RLIMITS else ESCAPES
    told = imprisoned(step, tmp_path, *names)
    assert told.pop("step") == step
    assert told.pop("threads_before") == 1, "Landlock would not hold for a thread that runs already"
    assert told.pop("found") == 0
    if step is Step.BUBBLEWRAP and str(told.get("home")).startswith("done"):
        told["home"] = "ENOENT"  # the way to this program, as tests/isolation shows
    assert {name: how for name, how in told.items() if how not in {"EPERM", "EACCES", "ENOENT"}} == {}


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace, which watches the system calls, is not installed")
def test_the_models_want_no_network_and_write_nothing(tmp_path: Path) -> None:
    """Outside any sandbox, where they could: nothing of the native libraries does.

    Of a hardened process strace tells flags and families of addresses only, unless root looks: no names of files.
    """
    calls = tmp_path / "calls.txt"
    told = imprisoned(
        Step.RLIMITS, tmp_path, watched_by=("strace", "-f", "-e", "trace=network,openat,mkdir", "-o", str(calls))
    )
    assert told["found"] == 0, "the models have run"
    seen = calls.read_text(encoding="utf-8", errors="replace").splitlines()
    assert any("openat(" in call for call in seen)
    unwanted = [call for call in seen if any(word in call for word in ("AF_INET", "O_CREAT", "mkdir("))]
    assert [call for call in unwanted if "/proc/self/oom_score_adj" not in call] == []
