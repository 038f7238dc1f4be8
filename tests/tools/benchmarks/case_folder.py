"""Makes the folder of a matter: 300 files of 25 kinds, and what is true of them.

`python -m tests.tools.benchmarks.case_folder FOLDER` writes it. Harbour v Marlow: the leases of forty berths, mails
with attachments, scans, accounts, minutes, surveys, notes, Japanese papers; among them copies, damaged and encrypted
files. All texts are made here, and the same each time.
"""

from __future__ import annotations

import io
import json
import random
import shutil
import sys
import textwrap
import zipfile
from collections.abc import Iterator, Sequence
from email.message import EmailMessage
from itertools import islice
from pathlib import Path

import msgspec
from PIL import Image

from tests.documents.compound_writer import write_compound, write_xls, xls_sheet
from tests.documents.epub_writer import write_epub
from tests.documents.locksmith import lock
from tests.documents.message_writer import message, write_msg
from tests.documents.office_writer import paragraph, word_heading, write_docx, write_ods, write_odt, write_rtf
from tests.documents.pdf_writer import lines, write_pdf
from tests.documents.scanner import bind, gothic, write
from tests.documents.slides_writer import frame, shape, text, title, write_odp, write_pptx
from tests.documents.workbook_writer import sheet, write_workbook

DUPLICATES, DAMAGED, ENCRYPTED, MAILS, LEASES, SCANNED_PAGES = 20, 10, 5, 40, 40, 30
PASSWORD = "harbour"

_TENANTS = (
    *("Alders & Sons", "Marlow Rigging", "Tern Fisheries", "Olsen Chandlery", "Harbour Crane Co", "North Quay Ice"),
    *("Pilot Brothers", "Saltmarsh Ropes", "Wick & Daughter", "Dunlin Freight", "Lapwing Marine", "Gannet Towage"),
    *("Cormorant Diving", "Heron Boatyard", "Petrel Supplies", "Skua Salvage", "Plover Sails", "Curlew Cold Store"),
    *("Avocet Paints", "Sanderling Oil"),
)
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_ACTORS = ("the Tenant", "the Landlord", "the Harbour Office", "the surveyor", "the wharfinger", "the insurer")
_ACTS = (
    *("shall keep a record of", "may inspect", "shall give notice before closing", "pays for the repair of"),
    *("shall not alter", "must report damage to", "is to clear away", "shall light at night"),
)
_THINGS = (
    *("the fenders along the quay", "the mooring rings", "the steps to the water", "the drains behind the wall"),
    *("the crane rails", "the store of ropes", "the hydrants", "the ladder at the north end", "the weighbridge"),
    *("the gangway", "the cold store", "the slip", "the gauge of the tide", "the lamp on the pier"),
)
_TIMES = (
    *("once in each quarter", "before the first of May", "within ten working days", "while the basin is dredged"),
    *("at its own cost", "as the by-laws say", "unless both agree otherwise in writing", "after a storm"),
)
_JA = (
    *("賃借人は、岸壁の防舷材を四半期ごとに点検する。", "港湾事務所は、荷役の記録を五年間保存する。"),
    *("潮位計は毎朝六時に読み、帳簿に書き入れる。", "倉庫の鍵は、当直の者が保管する。"),
    *("嵐のあとは、係船環と梯子を調べて報告する。", "船の修理は、桟橋の北側でのみ行う。"),
)


class Lease(msgspec.Struct, frozen=True):
    """The truth about a lease; `subletting` and `insurer` are None where it says nothing of them."""

    path: str
    tenant: str
    end: str  # ISO 8601
    notice_months: int
    rent_eur: int
    subletting: bool | None
    insurer: str | None


class KnownItem(msgspec.Struct, frozen=True):
    """`query` is answered by the document at `path`; `kind`: words, meaning, phrase or japanese."""

    query: str
    path: str
    kind: str


class CaseFolder(msgspec.Struct, frozen=True):
    """Paths are within the folder. `copies` by what they are copies of."""

    files: int
    kinds: tuple[str, ...]
    leases: tuple[Lease, ...]
    known: tuple[KnownItem, ...]
    copies: dict[str, str]
    damaged: tuple[str, ...]
    encrypted: tuple[str, ...]
    refused: tuple[str, ...]


_FACTS = (
    ("The bell of the chapel was sold to the museum at Husum for EUR 900.", "bell of the chapel sold to the museum"),
    ("The diver Ingrid Falk found a crack of forty centimetres below the third bollard.", "diver Ingrid Falk crack"),
    ("Marlow withdrew the offer for the dry dock on 12 June 2021.", "Marlow withdrew the offer for the dry dock"),
    ("The dredger Hammerhai ran aground off the east mole.", "dredger Hammerhai aground east mole"),
    ("Mr Quentin Achterberg signed for the tenants without a power of attorney.", "Achterberg power of attorney"),
    ("The weighbridge showed sixty kilograms too many for a whole year.", "weighbridge sixty kilograms too many"),
    ("Seventeen pallets of copper wire were never entered in the register.", "seventeen pallets of copper wire"),
    ("The night watchman fell asleep, so nobody saw the fire in shed nine.", "fire in shed nine night watchman"),
    ("The arbitrators will sit in Antwerp, and their award is final.", "arbitrators sit in Antwerp award final"),
    ("The seawall is insured with Frisia Mutual up to four million euros.", "seawall insured Frisia Mutual"),
    (
        "The pump room was flooded because the valve had been mounted upside down.",
        "valve mounted upside down pump room",
    ),
    ("Helga Brandt resigned as harbour master on 3 March 2020.", "Helga Brandt resigned harbour master"),
)
_OTHER_WORDS = (
    (0, "Which old church object went to a collection?"),
    (3, "Which ship got stuck near the breakwater?"),
    (5, "Was any measuring device giving wrong weights?"),
    (7, "Why did no one notice the blaze?"),
    (10, "What caused the water damage among the machines?"),
    (11, "When did the head of the port step down?"),
)
_PHRASES = (
    ("subject always to the tide tables of the year", '"subject always to the tide tables"'),
    ("the lesser of the two sums and no more", '"the lesser of the two sums"'),
    ("time shall be of the essence for the removal of wrecks", '"essence for the removal of wrecks"'),
    ("without prejudice save as to the costs of the survey", '"save as to the costs of the survey"'),
)
_JA_FACTS = (
    ("第三桟橋の使用料は、月額四十八万円とする。", "第三桟橋の使用料"),
    ("検査官の村上氏は、鎖の摩耗を見落としたと認めた。", "村上氏 鎖の摩耗"),
    ("冷凍倉庫の契約は令和六年三月三十一日に終わる。", "冷凍倉庫の契約はいつ終わる"),
    ("浚渫工事は台風のため二週間延期された。", "浚渫工事 延期"),
    ("保険会社は、錨による損害の支払いを拒んだ。", "錨による損害 保険会社"),
    ("港長は夜間の入港を禁じる通達を出した。", "夜間の入港を禁じる通達"),
    ("灯台守の日誌は、火事で失われた。", "灯台守の日誌"),
    ("新しい起重機の耐荷重は二十五トンである。", "起重機の耐荷重"),
)


class _Maker:
    def __init__(self, folder: Path) -> None:
        self.folder, self.draw = folder, random.Random(22)
        self.written: list[str] = []
        self.known: list[KnownItem] = []
        self._facts = iter(enumerate(_FACTS))
        self._phrases, self._ja_facts = iter(_PHRASES), iter(_JA_FACTS)

    # ---- texts

    def sentence(self) -> str:
        actor, act, thing, when = map(self.draw.choice, (_ACTORS, _ACTS, _THINGS, _TIMES))
        return f"{actor[0].upper()}{actor[1:]} {act} {thing} {when}."

    def paragraphs(self, count: int) -> list[str]:
        return [" ".join(self.sentence() for _ in range(self.draw.randint(3, 6))) for _ in range(count)]

    def with_fact(self, path: str, paragraphs: list[str]) -> list[str]:
        """The next of the facts, if one is left, amid the paragraphs of the file at `path`."""
        numbered = next(self._facts, None)
        if numbered is not None:
            number, (fact, query) = numbered
            paragraphs.insert(len(paragraphs) // 2, f"{self.sentence()} {fact} {self.sentence()}")
            self.known.append(KnownItem(query, path, "words"))
            self.known += [KnownItem(other, path, "meaning") for of, other in _OTHER_WORDS if of == number]
        return paragraphs

    def with_phrase(self, path: str, paragraphs: list[str]) -> list[str]:
        phrase = next(self._phrases, None)
        if phrase is not None:
            paragraphs.insert(1, f"The parties agree, {phrase[0]}, to meet once a year.")
            self.known.append(KnownItem(phrase[1], path, "phrase"))
        return paragraphs

    def japanese(self, path: str, count: int) -> list[str]:
        paragraphs = ["".join(self.draw.sample(_JA, 4)) for _ in range(count)]
        fact = next(self._ja_facts, None)
        if fact is not None:
            paragraphs.insert(count // 2, fact[0])
            self.known.append(KnownItem(fact[1], path, "japanese"))
        return paragraphs

    # ---- files

    def put(self, path: str, data: bytes | str) -> str:
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data.encode() if isinstance(data, str) else data)
        self.written.append(path)
        return path


def pdf(name: str, paragraphs: Sequence[str]) -> bytes:
    """Pages of 44 lines in Helvetica."""
    wrapped: list[str] = []
    for each in paragraphs:
        wrapped += [*textwrap.wrap(each, 88), ""]
    pages = [lines(*wrapped[first : first + 44]) for first in range(0, len(wrapped), 44)]
    return write_pdf(pages or [lines("")], title=name, language="en")


def docx(name: str, paragraphs: Sequence[str]) -> bytes:
    return write_docx(
        word_heading(_xml(name)) + "".join(paragraph(_xml(each)) for each in paragraphs), title=_xml(name)
    )


def odt(name: str, paragraphs: Sequence[str]) -> bytes:
    return write_odt("".join(f"<text:p>{_xml(each)}</text:p>" for each in paragraphs), title=_xml(name))


def rtf(name: str, paragraphs: Sequence[str]) -> bytes:
    return write_rtf("".join(rf"\pard {each}\par " for each in paragraphs), title=name)


def page(name: str, paragraphs: Sequence[str], language: str = "en") -> str:
    body = "".join(f"<p>{_xml(each)}</p>" for each in paragraphs)
    head = f"<head><meta charset='utf-8'><title>{_xml(name)}</title></head>"
    return f"<!DOCTYPE html><html lang='{language}'>{head}<body><h1>{_xml(name)}</h1>{body}</body></html>"


def _xml(words: str) -> str:
    return words.replace("&", "&amp;").replace("<", "&lt;")


def scan(*paragraphs: str) -> Image.Image:
    """A page at 150 dpi."""
    wrapped = [line for each in paragraphs for line in (*textwrap.wrap(each, 62), "")]
    return write(Image.new("RGB", (1_240, 1_754), (250, 248, 240)), wrapped[:38], x=110, y=110, size=26)


def make(folder: Path) -> CaseFolder:
    """Write the folder, which must not be there; what is in it is returned, and kept beside it as FOLDER.json."""
    gothic(12)
    maker = _Maker(folder)
    leases = tuple(_lease(maker, number) for number in range(LEASES))
    for group in (_papers, _accounts, _slides, _books, _japanese, _others):
        group(maker)
    _scans(maker)
    for number in range(MAILS):
        _mail(maker, number)
    refused = (maker.put("Old files/Quay plan 1998.ppt", write_compound({"PowerPoint Document": bytes(5_000)})),)
    encrypted = tuple(_locked(maker, number) for number in range(ENCRYPTED))
    sound = [path for path in maker.written if path not in (*refused, *encrypted)]
    copies = _copies(maker, sound)
    damaged = tuple(_damaged(maker, sound, number) for number in range(DAMAGED))
    kinds = tuple(sorted({Path(path).suffix for path in maker.written}))
    made = CaseFolder(len(maker.written), kinds, leases, tuple(maker.known), copies, damaged, encrypted, refused)
    folder.with_name(f"{folder.name}.json").write_bytes(msgspec.json.format(msgspec.json.encode(made)))
    return made


def _lease(maker: _Maker, number: int) -> Lease:
    draw, tenant = maker.draw, _TENANTS[number % len(_TENANTS)]
    kind, writer = (("pdf", pdf), ("docx", docx), ("pdf", pdf), ("odt", odt), ("pdf", pdf), ("rtf", rtf))[number % 6]
    name = f"Berth {number + 1}, {tenant}"
    path = f"Leases/{'North' if number % 2 else 'South'} quay/{name}.{kind}"
    year, month, day = draw.randint(2027, 2034), draw.randint(1, 12), draw.choice((28, 30)) if number % 3 else 15
    day = min(day, 28) if month == 2 else day
    truth = Lease(
        path,
        tenant,
        f"{year}-{month:02}-{day:02}",
        draw.choice((3, 6, 9, 12)),
        draw.randrange(12_000, 60_000, 500),
        draw.choice((True, False, None)),
        draw.choice(("the Tenant", "the Landlord", None)),
    )
    terms = [
        f"This lease of berth {number + 1} is made between the Harbour Office and {tenant}.",
        f"1. Term. The lease ends on {day} {_MONTHS[month - 1]} {year}.",
        f"2. Notice. Either party may end the lease by {truth.notice_months} months' notice in writing.",
        f"3. Rent. The yearly rent is EUR {truth.rent_eur:,}, payable in advance.",
    ]
    if truth.subletting is not None:
        allowed = "may sublet the berth" if truth.subletting else "may not sublet the berth or any part of it"
        terms.append(f"4. Subletting. The Tenant {allowed}.")
    if truth.insurer is not None:
        terms.append(
            f"5. Insurance. {truth.insurer[0].upper()}{truth.insurer[1:]} insures the berth against fire and storm."
        )
    filler = maker.with_phrase(path, maker.paragraphs(draw.randint(8, 30))) if number % 9 == 4 else maker.paragraphs(12)
    body = [each for pair in zip(terms, islice(filler, len(terms)), strict=True) for each in pair] + filler[
        len(terms) :
    ]
    maker.put(path, writer(name, body))
    return truth


def _papers(maker: _Maker) -> None:
    for number in range(20):
        path = f"Minutes/{2018 + number // 4}/Minutes {number + 1}.docx"
        maker.put(
            path,
            docx(
                f"Minutes of meeting {number + 1}",
                maker.with_fact(path, maker.paragraphs(14)) if number % 4 == 1 else maker.paragraphs(14),
            ),
        )
    for number in range(20):
        path = f"Surveys/Survey of the quay wall {number + 1}.pdf"
        own = maker.paragraphs(60 if number % 5 else 220)
        maker.put(
            path,
            pdf(f"Survey of the quay wall, part {number + 1}", maker.with_fact(path, own) if number % 5 == 2 else own),
        )
    for number in range(45):
        kind = ("md", "txt", "html")[number % 3]
        path = f"File notes/{kind}/Note {number + 1}.{kind}"
        own = maker.with_fact(path, maker.paragraphs(6)) if number % 15 == 7 else maker.paragraphs(6)
        name = f"Note {number + 1} on the file"
        body = page(name, own) if kind == "html" else "\n\n".join((f"# {name}" if kind == "md" else name, *own)) + "\n"
        maker.put(path, body)


def _accounts(maker: _Maker) -> None:
    for number in range(20):
        rows: list[list[str | int]] = [["Berth", "Quarter", "Paid"]]
        rows += [[f"Berth {n + 1}", f"Q{n % 4 + 1}", maker.draw.randrange(3_000, 15_000)] for n in range(40)]
        kind = ("xlsx", "csv", "ods", "xls", "xlsx")[number % 5]
        path = f"Accounts/Rents {2004 + number}.{kind}"
        if kind == "csv":
            maker.put(path, "".join(",".join(map(str, row)) + "\n" for row in rows))
        elif kind == "ods":
            cells = "".join(
                "<table:table-row>"
                + "".join(f"<table:table-cell><text:p>{each}</text:p></table:table-cell>" for each in row)
                + "</table:table-row>"
                for row in rows
            )
            maker.put(path, write_ods({"Rents": cells}, title=f"Rents {2004 + number}"))
        elif kind == "xls":
            maker.put(
                path,
                write_xls(
                    {
                        "Rents": xls_sheet(
                            [[each if isinstance(each, str) else float(each) for each in row] for row in rows]
                        )
                    }
                ),
            )
        else:
            maker.put(path, write_workbook({"Rents": sheet(rows)}, title=f"Rents {2004 + number}"))


def _slides(maker: _Maker) -> None:
    for number in range(12):
        talks = [(f"Point {n + 1}", [maker.sentence() for _ in range(3)]) for n in range(8)]
        name = f"Briefing {number + 1}"
        if number % 3 == 2:
            bodies = ["".join(f"<text:p>{each}</text:p>" for each in (head, *said)) for head, said in talks]
            drawn = [f"<draw:page>{frame(body, place=(1, 1, 20, 10))}</draw:page>" for body in bodies]
            maker.put(f"Briefings/{name}.odp", write_odp(drawn, title=name))
        else:
            maker.put(
                f"Briefings/{name}.pptx",
                write_pptx([title(head) + shape(text(*said)) for head, said in talks], title=name),
            )


def _books(maker: _Maker) -> None:
    for number in range(11):
        path = f"Library/By-laws, volume {number + 1}.epub"
        own = maker.paragraphs(120)
        own = maker.with_fact(path, own) if number % 4 == 1 else own
        chapters = [
            f"<h1>Part {n + 1}</h1>" + "".join(f"<p>{each}</p>" for each in own[n * 20 : n * 20 + 20]) for n in range(6)
        ]
        maker.put(
            path,
            write_epub(
                [*chapters, "".join(f"<p>{each}</p>" for each in own[120:])],
                title=f"By-laws of the harbour, volume {number + 1}",
                language="en",
            ),
        )


def _japanese(maker: _Maker) -> None:
    for number in range(20):
        kind = ("docx", "txt", "html")[number % 3]
        path = f"日本語/港湾記録{number + 1}.{kind}"
        own, name = maker.japanese(path, 8), f"港湾記録 第{number + 1}号"
        if kind == "docx":
            maker.put(path, docx(name, own))
        else:
            maker.put(path, page(name, own, "ja") if kind == "html" else "\n\n".join((name, *own)) + "\n")


def _others(maker: _Maker) -> None:
    for number in range(3):
        said = "\n\n".join(f"{n + 1}\n00:00:{n:02},000 --> 00:00:{n:02},900\n{maker.sentence()}" for n in range(30))
        maker.put(f"Recordings/Hearing {number + 1}.srt", said)
    for number in range(2):
        body = "\n\n".join(maker.paragraphs(10))
        maker.put(
            f"Papers/Settlement {number + 1}.tex",
            rf"\documentclass{{article}}\title{{Settlement {number + 1}}}\begin{{document}}\maketitle"
            rf" {body}\end{{document}}",
        )
    cells = [{"cell_type": "markdown", "metadata": {}, "source": each} for each in maker.paragraphs(5)]
    maker.put(
        "Papers/Settling of the quay wall.ipynb",
        json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}),
    )
    for number in range(2):
        letters = b"".join(
            b"From x@harbour.example Mon Jan 04 08:00:00 2021\n" + _message(maker, n).as_bytes() + b"\n\n"
            for n in range(6)
        )
        maker.put(f"Correspondence/Archive {number + 1}.mbox", letters)
    for number in range(2):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for n in range(3):
                archive.writestr(f"Bundle/Exhibit {number * 3 + n + 1}.txt", "\n\n".join(maker.paragraphs(5)))
        maker.put(f"Exhibits/Exhibits {number + 1}.zip", packed.getvalue())


def _scans(maker: _Maker) -> None:
    pictures = (scan(f"Log of the harbour, sheet {n + 1}", *maker.paragraphs(4)) for n in range(SCANNED_PAGES))
    for number in range(20):
        maker.put(f"Scans/Log sheet {number + 1}.pdf", bind(next(pictures)))
    for number, kind in enumerate(("jpg", "jpg", "jpg", "png", "png")):
        maker.put(f"Scans/Photo {number + 1}.{kind}", _image(kind, next(pictures)))
    rest = list(pictures)
    packed = io.BytesIO()
    rest[0].save(packed, "TIFF", save_all=True, append_images=rest[1:], compression="tiff_lzw", dpi=(150, 150))
    maker.put("Scans/Fax 1.tiff", packed.getvalue())


def _image(kind: str, picture: Image.Image) -> bytes:
    packed = io.BytesIO()
    picture.save(packed, {"jpg": "JPEG", "png": "PNG"}[kind], dpi=(150, 150))
    return packed.getvalue()


def _message(maker: _Maker, number: int) -> EmailMessage:
    mail = EmailMessage()
    mail["Subject"] = f"Berth {number + 1}: your letter"
    mail["From"] = "Helga Brandt <brandt@harbour.example>"
    mail["To"] = f"{_TENANTS[number % len(_TENANTS)]} <office@tenant{number}.example>"
    mail["Date"] = f"Mon, {4 + number % 20:02} Jan 20{18 + number % 6} 09:{number % 60:02}:00 +0100"
    mail.set_content("\n\n".join(maker.paragraphs(3)))
    return mail


def _mail(maker: _Maker, number: int) -> None:
    """Every mail has a document attached; every seventh is an Outlook message."""
    kind, writer = (("pdf", pdf), ("docx", docx))[number % 2]
    name = f"Enclosure {number + 1}"
    path = f"Correspondence/{2018 + number % 6}/Letter {number + 1}.{'msg' if number % 7 == 6 else 'eml'}"
    attached = writer(name, maker.with_fact(path, maker.paragraphs(6)) if number % 16 == 3 else maker.paragraphs(6))
    if number % 7 == 6:
        values: dict[int, str | bytes | int] = {
            0x0037: f"Berth {number + 1}: your letter",
            0x0C1A: "Helga Brandt",
            0x5D01: "brandt@harbour.example",
            0x1000: "\r\n\r\n".join(maker.paragraphs(3)),
        }
        enclosure: dict[int, str | bytes | int] = {0x3707: f"{name}.{kind}", 0x3701: attached}
        maker.put(path, write_msg(message(values, attachments=[enclosure])))
        return
    mail = _message(maker, number)
    main, sub = (
        "application",
        "pdf" if kind == "pdf" else "vnd.openxmlformats-officedocument.wordprocessingml.document",
    )
    mail.add_attachment(attached, maintype=main, subtype=sub, filename=f"{name}.{kind}")
    maker.put(path, mail.as_bytes())


def _locked(maker: _Maker, number: int) -> str:
    name = f"Sealed offer {number + 1}"
    return maker.put(f"Sealed/{name}.pdf", lock(pdf(name, maker.paragraphs(5)), user=PASSWORD))


def _copies(maker: _Maker, sound: Sequence[str]) -> dict[str, str]:
    copies: dict[str, str] = {}
    for original in maker.draw.sample([path for path in sound if not path.endswith(".zip")], DUPLICATES):
        copy = f"Copies/From {Path(original).parts[0]}/{Path(original).name}"
        (maker.folder / copy).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(maker.folder / original, maker.folder / copy)
        maker.written.append(copy)
        copies[copy] = original
    return copies


def _damaged(maker: _Maker, sound: Sequence[str], number: int) -> str:
    kind = (".pdf", ".docx", ".xlsx", ".epub", ".pptx")[number % 5]
    original = next(islice((path for path in sound if path.endswith(kind)), number // 5, None))
    data = (maker.folder / original).read_bytes()
    broken = data[: len(data) // 3] if kind != ".pdf" else b"%PDF-1.7\n" + bytes(maker.draw.randbytes(4_000))
    return maker.put(f"Damaged/Broken {number + 1}{kind}", broken)


def paths_of(made: CaseFolder) -> Iterator[str]:
    """Yield the paths of the files that cannot be read."""
    yield from (*made.damaged, *made.encrypted, *made.refused)


if __name__ == "__main__":
    made = make(Path(sys.argv[1]))
    print(f"{made.files} files of {len(made.kinds)} kinds; {len(made.known)} known items")
