"""Books for tests and screenshots, written here: a lease, letters, a survey, a handbook, a Japanese one."""

from __future__ import annotations

import functools
import hashlib
import tempfile
from pathlib import Path

from app.core.documents.document import Document, Flag, Format, Page, Section

QUOTE = "The Dry Dock and its gear are excluded from every right of early termination granted in this Part"

_PART_IX = f"""Part IX. Early termination

9.4 Where the Landlord has consented in writing under clause 9.2, the Tenant may end the Term for a single Berth
without ending it for the others, provided that all sums due for that Berth have been paid.

9.5 {QUOTE}, and nothing in a side letter shall be read to the contrary unless it names this clause.

9.6 The Tenant shall leave the quay wall, fenders and moorings in the state recorded in the survey annexed as
Schedule 4, fair wear excepted.

9.7 Until the Harbour Office has signed the record of handing over, rent continues at the daily rate.

9.8 A notice once given may be withdrawn only with the consent of the Landlord."""

_CLAUSES = (
    "The Tenant shall give notice to end the Term not less than twelve months before the end of the then current Term.",
    "Notice must reach the Harbour Office by registered post; notice sent by e-mail alone has no effect.",
    "The Landlord shall keep the approaches to the Berths at the depth shown in Schedule 2.",
    "Rent is due on the first working day of each quarter and bears interest from the eighth day after it.",
    "The Tenant may moor one workboat beside each Berth without a further charge.",
)
_JAPANESE = """第三章　係留と退去

第十二条　借主は、契約期間の満了の十二か月前までに、書留郵便によって港湾事務所に通知しなければならない。

第十三条　乾ドックとその設備は、この章に定めるすべての中途解約の権利から除かれる。

第十四条　借主は、退去の際、岸壁、防舷材および係留設備を、附属書四の調査に記された状態で引き渡すものとする。
ただし、通常の損耗はこの限りでない。"""


def lease() -> Document:
    pages = [_clauses(number, "Part I. The Berths") for number in range(1, 413)]
    pages[86] = Page(87, "87", "9.1 " + _CLAUSES[0], "Part IX. Early termination")
    pages[87] = Page(88, "88", "9.2 " + _CLAUSES[1], "Part IX. Early termination")
    pages[202] = Page(203, "203", _PART_IX, "Part IX. Early termination")
    outline = (
        Section("Part I. The Berths", 1),
        Section("Definitions", 2, 2),
        Section("The quay walls", 14, 2),
        Section("Part II. Rent", 31),
        Section("Part III. Repairs", 60),
        Section("Part IX. Early termination", 203),
        Section("Schedule 4. Survey of the quay walls", 340),
    )
    return _document("Harbour Lease, consolidated", Format.EPUB, pages, outline)


def letters() -> Document:
    pages = [_clauses(number, "Letters of 2019") for number in range(1, 97)]
    text = "3 May 2021. For Berths 4 to 7 the notice period is shortened to nine months."
    pages[21] = Page(22, "22", text, "Letters of 2021")
    return _document("Side letters 2019–2024", Format.PDF, pages, (Section("Letters of 2019", 1), Section("2021", 22)))


def survey() -> Document:
    pages = [_clauses(number, "Survey") for number in range(1, 41)]
    for number, flag in ((4, Flag.NO_TEXT), (9, Flag.HIDDEN_TEXT), (30, Flag.ODD_CHARACTERS)):
        pages[number - 1] = Page(number, str(number), pages[number - 1].text, "Survey", (flag,))
    return _document("Survey of the quay walls", Format.PDF, pages)


def handbook() -> Document:
    text = """# Octavo handbook

Octavo is a reading desk. You put a book on it, ask a question, and get an answer that names its pages.

## How to add a book

Drop a PDF, an EPUB, a Markdown or a text file anywhere on the window, or press **Ctrl+O**. The book appears on the
shelf on the left, and on the desk of the conversation that you are in. Its file stays where it is.

- *On the desk* means: the model reads this book, whole, before it answers.
- *On the shelf* means: the book is known, and waits.

## How to read an answer

A mark such as `[p. 12]` is a page. A tick says that the program found the quotation on that page, word for word.
Click it, and the page opens here, with the quotation lit."""
    pages = [Page(1, "1", text, "Octavo handbook"), *(_clauses(number, "Octavo handbook") for number in range(2, 13))]
    outline = (
        Section("Octavo handbook", 1),
        Section("How to add a book", 1, 2),
        Section("How to read an answer", 1, 2),
        Section("When something goes wrong", 9, 2),
    )
    return _document("Octavo handbook", Format.MARKDOWN, pages, outline)


def rules() -> Document:
    pages = [Page(number, str(number), _JAPANESE, "第三章　係留と退去") for number in range(1, 61)]
    return _document("横浜港湾施設使用規則", Format.TEXT, pages, (Section("第三章　係留と退去", 1),))


def _clauses(number: int, chapter: str) -> Page:
    paragraphs = [f"{number}.{place} {text}" for place, text in enumerate(_CLAUSES, 1)]
    return Page(number, str(number), "\n\n".join(paragraphs), chapter)


def _document(title: str, format: Format, pages: list[Page], outline: tuple[Section, ...] = ()) -> Document:
    return Document(title, format, hashlib.sha256(title.encode()).hexdigest(), tuple(pages), outline, "en")


_AGREEMENT = (
    """1 Definitions
In this Agreement, “Equipment” means the tide gauges of Schedule 1.
2 Delivery
The Supplier shall deliver the Equipment to the Harbour Office within 45 days of the date of this Agreement. If delivery
is late, the Customer may claim 0.5 % of the price for each full week.""",
    """3 Payment
The price of the Equipment is £ 84,500, excluding tax. The remainder is due 30 days after acceptance.
4 Maintenance
The annual maintenance fee is £ 6,200. The Supplier must answer a fault report within four hours on working days.""",
    """5 Warranty
The warranty period is 24 months from acceptance. The warranty does not cover damage by lightning or by vessels.
6 Confidentiality
A party may disclose confidential information if a court orders it.""",
    """7 Termination
The notice period is three months to the end of a year. The Customer may terminate this Agreement at once if the
Supplier fails to replace a gauge twice within six months.
8 Contact
The harbour engineer Anne Kilbride accepts the Equipment for the Customer.""",
)
_WORK_RULES = (
    """第1章 総則
第1条（目的）
この規則は、会社の従業員の労働条件および服務規律について定めるものである。
第2条（従業員の定義）
従業員とは、第2章に定める手続により会社に採用された者をいう。""",
    """第2章 勤務
第3条（休憩時間）
休憩時間は、12時から13時までの60分とする。
第4条（在宅勤務）
在宅勤務を希望する者は、所属長の許可を得なければならない。""",
    """第3章 賃金
第5条（通勤手当）
通勤手当は、月額30,000円を上限として、実費を支給する。
第6条（退職）
退職しようとする者は、少なくとも30日前までに退職届を提出しなければならない。""",
)


def agreement() -> Document:
    """A short contract: amounts, periods, conditions, a person."""
    outline = tuple(
        Section(title, page)
        for title, page in (
            ("Definitions", 1),
            ("Delivery", 1),
            ("Payment", 2),
            ("Maintenance", 2),
            ("Warranty", 3),
            ("Confidentiality", 3),
            ("Termination", 4),
            ("Contact", 4),
        )
    )
    return _document("Tide gauge agreement", Format.DOCX, _numbered(_AGREEMENT), outline)


def work_rules() -> Document:
    return _document("就業規則", Format.TEXT, _numbered(_WORK_RULES))


def _numbered(texts: tuple[str, ...]) -> list[Page]:
    return [Page(number, str(number), text) for number, text in enumerate(texts, 1)]


@functools.cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    """It goes with the last test."""
    return tempfile.TemporaryDirectory()


def file(name: str) -> Path:
    """A file of this name: what is in it is what the scripted reader has for it."""
    path = Path(_folder().name).resolve() / name
    path.write_text(name, encoding="utf-8")
    return path
