"""One text in eight files of seven formats: what its pages say comes through in all of them, in one notation."""

from __future__ import annotations

import functools
import re
from pathlib import Path

import pytest

from app.core.documents.document import Document, Flag, Page
from app.documents import worker
from app.documents.formats.contract import Content

FOLDER = Path(__file__).parent / "one_source"
FILES = ("quay.doc", "quay.docx", "quay.odt", "quay.rtf", "quay.html", "quay.epub", "quay.pdf", "quay-reportlab.pdf")
HEADINGS = ("Powers", "Notes", "A form", "A table", "Changes", "A formula", "Comments", "Addresses")
_PATH = "/srv/harbour/archive/leases/nineteen-thirty-one/berth-twelve/contract.txt"
_ADDRESS = "https://www.harbour.example/archive/leases/1931/berth-twelve.html"


@functools.cache
def _read(name: str) -> Document:
    content = Content(name, (FOLDER / name).read_bytes(), "")
    return worker.parse(content, lambda done, total: None)


def _page(name: str, heading: str) -> Page:
    """The page that begins with a heading: every chapter has one of its own, or follows others on theirs."""
    found = [page for page in _read(name).pages if re.search(rf"^{heading}$", page.text, re.MULTILINE)]
    assert len(found) == 1, [page.text for page in _read(name).pages]
    return found[0]


def _text(name: str, heading: str) -> str:
    """Return the text below a heading, up to the next one; a line's end in running text counts as a space."""
    after = HEADINGS[HEADINGS.index(heading) + 1 :]
    text = re.split(rf"^{heading}$", _page(name, heading).text, maxsplit=1, flags=re.MULTILINE)[1]
    if after:
        text = re.split(rf"^(?:{'|'.join(after)})$", text, maxsplit=1, flags=re.MULTILINE)[0]
    return text


def _line(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("name", FILES)
def test_powers(name: str) -> None:
    assert _line(_text(name, "Powers")) == (
        "The quay bears 10^6 newton and gives 5·10^-3 m under load; the basin measures 24 km^2 in all."
    )


@pytest.mark.parametrize("name", FILES)
def test_notes(name: str) -> None:
    assert _line(_text(name, "Notes")) == (
        "In the first year the harbour counted 24.91[1] and in the second 26.40 of them."
        " [1] Thousand tonnes, counted in March."
    )


@pytest.mark.parametrize("name", FILES)
def test_a_form(name: str) -> None:
    text = _line(_text(name, "A form"))
    for field, value in (("Rent", "1,475.00"), ("Town", "Kiel")):
        assert re.search(rf"{field}: ?(?:\[field(?: {field})?: )?{re.escape(value)}", text), text
    assert re.search(r"(?:\[x\]|☒) Furnished", text), text
    assert re.search(r"(?:\[ \]|☐) Heated", text), text


@pytest.mark.parametrize("name", FILES)
def test_a_table(name: str) -> None:
    rows = [line.rstrip() for line in _text(name, "A table").split("\n") if line.strip()]
    assert rows == [
        "Town | Loads | Year",
        "Kiel |  | 2019",
        "Bremen | 900 |",
        "Emden | 1,250 | 2021",
        "The table ends here.",
    ]


@pytest.mark.parametrize("name", FILES)
def test_changes(name: str) -> None:
    text = _line(_text(name, "Changes"))
    inserted = re.escape("[inserted: five]") if not name.endswith(".pdf") else "five"
    between = " " if name.endswith(".pdf") else " ?"
    pattern = rf"The tenant pays \[struck: four\]{between}{inserted} rents, \[struck: in cash\] by transfer\."
    assert re.fullmatch(pattern, text), text


@pytest.mark.parametrize("name", FILES)
def test_a_formula(name: str) -> None:
    text = _text(name, "A formula")
    if name.endswith(".doc"):  # an object of another program, which is left out
        assert _line(text) == "The load follows from as shown."
    elif name.endswith(".pdf"):  # drawn letter by letter: no bar of a fraction says so
        assert "c^2asshown." in text.replace(" ", "").replace("\n", "")
        assert "struck" not in text  # by the bar of the fraction
    else:
        formula = r"\frac{a}{b}=c^2"
        assert _line(text).replace(" = ", "=") in (f"The load follows from {formula} as shown.",)


@pytest.mark.parametrize("name", FILES)
def test_comments_are_kept_aside(name: str) -> None:
    """HTML and EPUB know none that a person sees: what their authors comment out is no part of the page."""
    assert _line(_text(name, "Comments")) == "The lease ends on 31 March of the next year."
    page = _page(name, "Comments")
    if not name.endswith((".html", ".epub")):
        assert Flag.COMMENTS in page.flags
        assert "Is this the right date?" in page.hidden
        assert Flag.HIDDEN_TEXT not in page.flags
    else:
        assert (page.hidden, page.flags) == ("", ())


@pytest.mark.parametrize("name", FILES)
def test_addresses(name: str) -> None:
    text = _line(_text(name, "Addresses"))
    assert text == (
        f"The old papers are kept under {_PATH} and are listed at {_ADDRESS} as well; the harbour-master and the"
        " harbour-master’s clerk know both."
    )


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith(".pdf")])
def test_a_pdf_keeps_its_pages(name: str) -> None:
    pages = _read(name).pages
    assert [page.text.split("\n")[0] for page in pages] == list(HEADINGS)
