"""A lease of ours in two versions with twelve known changes, as DOCX and as PDF."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from tests.documents.office_writer import paragraph, word_heading, write_docx
from tests.documents.pdf_writer import show, write_pdf


@dataclass(frozen=True)
class Heading:
    text: str


@dataclass(frozen=True)
class Table:
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Noted:
    """A paragraph with a note at its end."""

    text: str
    note: str


Part = str | Heading | Table | Noted


@dataclass(frozen=True)
class KnownChange:
    """`kind`: the name of a `ChangeKind`; `before`, `after`: words that only the one or the other passage has."""

    name: str
    kind: str
    before: str = ""
    after: str = ""


CHANGES = (
    KnownChange("a word", "changed", "The Landlord lets Berth 12", "The Landlord leases Berth 12"),
    KnownChange("a number", "changed", "EUR 1,475.00", "EUR 1,745.00"),
    KnownChange("a negation", "changed", "The Tenant may sublet", "The Tenant may not sublet"),
    KnownChange("a clause that is gone", "removed", "The Landlord provides a night watchman", ""),
    KnownChange("a clause that is new", "added", "", "The Tenant disposes of waste oil"),
    KnownChange("a clause that moved", "moved", "The Tenant keeps the quay lamps", "The Tenant keeps the quay lamps"),
    KnownChange(
        "a paragraph that became two", "split", "The Landlord may enter the berth", "In an emergency no notice"
    ),
    KnownChange("a cell of a table", "changed", "900", "950"),
    KnownChange("a heading", "changed", "Subletting", "Subletting and assignment"),
    KnownChange("a date", "changed", "31 March 2031", "30 June 2031"),
    KnownChange("a note", "changed", "published by the harbour office", "published by the port authority"),
    KnownChange("words across a page break", "changed", "storm warnings are announced by two black balls", ""),
)

_FILLER = (
    "Ships that lie at the berth are moored fore and aft, and nobody leaves a line across the fairway.",
    "Goods may be stored on the quay for three days at the most, and never in front of the fire hydrant.",
    "The harbour master’s orders on traffic in the basin go before anything that is agreed here.",
    "Damage to the quay wall, its ladders and its fenders is reported on the day on which it is seen.",
    "Fresh water is taken from the tap at the head of the quay and is paid by the meter.",
)
_RENT = (
    "The rent is EUR {} a month. It is due on the third working day of each month and is paid into the account that"
    " the Landlord names."
)
_TARIFF = (("Mooring", "Rate", "Unit"), ("Barge", "{}", "per week"), ("Yacht", "450", "per week"))
_LAMPS = "The Tenant keeps the quay lamps in order and lights them at dusk, whether or not a ship lies at the berth."
_ACCESS = "The Landlord may enter the berth on two days’ notice to inspect the quay wall and its fenders."
_EMERGENCY = "In an emergency no notice is needed, but the Tenant is told of the visit on the same day."
_INDEX = "The rent follows the index of harbour rents once a year."
_LONG = (
    "The Tenant watches the weather and doubles the lines in good time. {}When the wind reaches force eight nobody"
    " works on the quay, and the crane is lashed to its rails until the wind has fallen again."
)
_STORM = (
    "In the basin, storm warnings are announced by two black balls at the mast of the harbour office, and the Tenant"
    " asks for them twice a day. "
)


def _clauses(new: bool) -> list[tuple[str, list[Part]]]:
    """Titles with what follows them."""
    lamps: tuple[str, list[Part]] = ("Lamps", [_LAMPS])
    access: list[Part] = [_ACCESS, _EMERGENCY] if new else [f"{_ACCESS} {_EMERGENCY}"]
    ends = "30 June 2031" if new else "31 March 2031"
    lets = "leases" if new else "lets"
    by = "port authority" if new else "harbour office"
    sublets = "The Tenant may{} sublet the berth to a third party with the Landlord’s written consent."
    clauses: list[tuple[str, list[Part]]] = [
        (
            "The berth",
            [f"The Landlord {lets} Berth 12 at the north quay, with its bollards and ladders, to the Tenant."],
        ),
        ("Term", [f"The lease begins on 1 April 2026 and ends on {ends}.", _FILLER[0]]),
    ]
    clauses += [] if new else [lamps]
    clauses += [
        (
            "Rent",
            [_RENT.format("1,745.00" if new else "1,475.00"), Noted(_INDEX, f"The index is published by the {by}.")],
        ),
        ("Tariff", [Table(tuple(tuple(cell.format("950" if new else "900") for cell in row) for row in _TARIFF))]),
    ]
    if not new:
        clauses.append(("Watch", ["The Landlord provides a night watchman from October until the end of March."]))
    clauses += [
        ("Order on the quay", [_FILLER[1], _FILLER[2]]),
        ("Weather", [_LONG.format("" if new else _STORM)]),
        ("Subletting and assignment" if new else "Subletting", [sublets.format(" not" if new else "")]),
        ("Access", access),
    ]
    if new:
        clauses.append(
            ("Waste", ["The Tenant disposes of waste oil at the station by the lock and keeps the receipts."])
        )
        clauses.append(lamps)
    clauses.append(("Damage", [_FILLER[3], _FILLER[4]]))
    return clauses


def parts(new: bool) -> list[Part]:
    """The lease, clause by clause; `new`: the second version."""
    found: list[Part] = [
        Heading("Lease of a berth"),
        "Between the Landlord, Port of Aldwater, and the Tenant, J. Marsh.",
    ]
    for number, (title, following) in enumerate(_clauses(new), 1):
        found += [Heading(f"{number}. {title}"), *following]
    return found


def as_docx(new: bool, of: list[Part] | None = None) -> bytes:
    body, notes = "", ""
    for part in parts(new) if of is None else of:
        match part:
            case str():
                body += paragraph(escape(part))
            case Heading(text):
                body += word_heading(escape(text))
            case Table(rows):
                cells = ("".join(f"<w:tc>{paragraph(cell)}</w:tc>" for cell in row) for row in rows)
                body += f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in cells)}</w:tbl>"
            case Noted(text, note):
                number = notes.count("<w:footnote ") + 1
                mark = f'<w:r><w:footnoteReference w:id="{number}"/></w:r>'
                body += f"<w:p><w:r><w:t>{escape(text)}</w:t></w:r>{mark}</w:p>"
                notes += f'<w:footnote w:id="{number}">{paragraph(escape(note))}</w:footnote>'
    return write_docx(body, title="Lease of a berth", footnotes=notes)


_LINE, _PAGE_LINES, _STEP = 78, 26, 14
_TOP, _NOTES_Y = 740, 300


@dataclass
class _Sheets:
    """Pages that fill from the top; a note stands at the foot of the page that refers to it."""

    pages: list[str] = field(default_factory=lambda: [""])
    lines: int = 0
    notes: int = 0

    def line(self, text: str, size: float = 10) -> None:
        if self.lines == _PAGE_LINES:
            self.break_page()
        self.pages[-1] += show(text, y=_TOP - _STEP * self.lines, size=size, font="C")
        self.lines += 1

    def gap(self) -> None:
        self.lines = min(_PAGE_LINES, self.lines + 1) if self.lines else 0

    def break_page(self) -> None:
        self.pages.append("")
        self.lines = 0

    def row(self, cells: tuple[str, ...]) -> None:
        y = _TOP - _STEP * self.lines
        self.pages[-1] += "".join(show(cell, 72 + 150 * n, y, size=10, font="C") for n, cell in enumerate(cells))
        self.lines += 1

    def refer(self, note: str) -> None:
        self.notes += 1
        self.pages[-1] += show(str(self.notes), 72, _NOTES_Y + 4, size=6, font="C")
        self.pages[-1] += show(note, 78, _NOTES_Y, size=8, font="C")

    def finished(self) -> list[str]:
        return [
            page + show("Port of Aldwater", y=770, size=8) + show(f"Page {number}", x=290, y=40, size=8)
            for number, page in enumerate(self.pages, 1)
        ]


def as_pdf(new: bool, of: list[Part] | None = None) -> bytes:
    """With a running head, page numbers, and notes at the foot of the page."""
    sheets = _Sheets()
    for part in parts(new) if of is None else of:
        match part:
            case Heading(text):
                sheets.line(_latin(text), size=13)
            case Table(rows):
                for row in rows:
                    sheets.row(row)
            case Noted(text, note):
                sheets.line(_latin(text))
                mark = show(
                    str(sheets.notes + 1), 72 + 6 * len(text), _TOP - _STEP * (sheets.lines - 1) + 4, size=6, font="C"
                )
                sheets.pages[-1] += mark
                sheets.refer(_latin(note))
            case str():
                for line in textwrap.wrap(_latin(part), _LINE):
                    sheets.line(line)
        sheets.gap()
    return write_pdf(sheets.finished(), title="Lease of a berth")


def _latin(text: str) -> str:
    return text.replace("’", "'")
