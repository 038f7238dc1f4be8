"""A Word document in Octavo's own look: its styles, footnotes, lists that begin again, and the foot of its pages.

`resources/word` is an unpacked document without text; python-docx's own template is Word's of 2007. Source of the
parts' formats: ECMA-376, part 1, "WordprocessingML".
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from typing import TYPE_CHECKING

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_TAB_ALIGNMENT
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import qn
from docx.shared import Mm
from lxml import etree

from app.core.machine.paths import resources
from app.export.title_block import foot_words

if TYPE_CHECKING:
    from docx.document import Document as DocumentObject
    from docx.oxml.xmlchemy import BaseOxmlElement
    from docx.table import Table, _Cell, _Row
    from docx.text.paragraph import Paragraph
    from lxml.etree import _Element

MONOSPACED = "Courier New"
BULLETS = 1
"""The numbering in the template that lists without numbers have."""

_NUMBERED = 1  # the abstract one there that lists with numbers are made by

_PAGE, _PAGES = "\ue000", "\ue001"
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time that an archive can give its members


class WordFile:
    """A Word file that is being written. `width_mm` is the length of the lines of text."""

    def __init__(self, title: str, *, landscape: bool = False) -> None:
        self.document: DocumentObject = Document(_template())
        self.document.core_properties.title = title
        self.document.core_properties.author = ""
        self.notes = Footnotes(self.document)
        section = self.document.sections[0]
        if landscape:
            height, width = section.page_width, section.page_height
            section.orientation = WD_ORIENT.LANDSCAPE
            section.page_width, section.page_height = width, height
            section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(18)
        page = section.page_width, section.left_margin, section.right_margin
        self.width_mm = round((int(page[0] or 0) - int(page[1] or 0) - int(page[2] or 0)) / Mm(1))
        self._write_foot(title)

    def _write_foot(self, title: str) -> None:
        paragraph = self.document.sections[0].footer.paragraphs[0]
        paragraph.paragraph_format.tab_stops.add_tab_stop(Mm(self.width_mm), WD_TAB_ALIGNMENT.RIGHT)
        paragraph.add_run(f"{title}\t")
        for piece in _cut(foot_words(_PAGE, _PAGES)):
            if piece in (_PAGE, _PAGES):
                field = OxmlElement("w:fldSimple")
                field.set(qn("w:instr"), "PAGE" if piece == _PAGE else "NUMPAGES")
                run = OxmlElement("w:r")
                run.append(OxmlElement("w:t"))
                run[0].text = "1"
                field.append(run)
                paragraph._p.append(field)
            else:
                paragraph.add_run(piece)

    def add_table(self, widths_mm: Sequence[float], headings: Sequence[str] = ()) -> Table:
        """Add a table, with its headings, if it has some, on every page that it takes."""
        table: Table = self.document.add_table(0, len(widths_mm), style="Ruled" if headings else "Ruled Facts")
        table.autofit = False
        for column, width in zip(table.columns, widths_mm, strict=True):
            column.width = Mm(width)  # some programs use these, others those of the cells
        if headings:
            for cell, words in zip(self.add_row(table), headings, strict=True):
                cell.paragraphs[0].add_run(words).bold = True
            table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
        return table

    def add_row(self, table: Table, *, whole: bool = True) -> tuple[_Cell, ...]:
        """Add a row. If it is `whole`, the end of a page does not cut it."""
        row: _Row = table.add_row()  # type: ignore[no-untyped-call]
        if whole:
            row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        for cell, column in zip(row.cells, table.columns, strict=True):
            cell.width = column.width or cell.width
            cell._tc.p_lst[0].style = "Cell"
        cells: tuple[_Cell, ...] = row.cells
        return cells

    def begin_numbers(self, start: int) -> int:
        """Begin a numbering of its own for a list, and return its id."""
        numbering = self.document.part.numbering_part.element
        num = numbering.add_num(_NUMBERED)
        for level in range(9):
            num.add_lvlOverride(level).add_startOverride(start if level == 0 else 1)
        return int(num.numId)

    def save(self) -> bytes:
        self.notes.keep()
        file = io.BytesIO()
        self.document.save(file)
        return file.getvalue()


def set_numbering(paragraph: Paragraph, numbering: int, level: int) -> None:
    """Number a paragraph. `level` counts from 0."""
    element: BaseOxmlElement = paragraph._p.get_or_add_pPr()
    properties = OxmlElement("w:numPr")
    properties.extend([_styled("w:ilvl", str(level)), _styled("w:numId", str(numbering))])
    element.insert_element_before(properties, "w:spacing", "w:ind", "w:jc", "w:rPr")  # type: ignore[arg-type]


class Footnotes:
    """Real ones, which a program numbers by their order: python-docx has none."""

    def __init__(self, document: DocumentObject) -> None:
        self._part = document.part.part_related_by(RELATIONSHIP_TYPE.FOOTNOTES)
        self._root = parse_xml(self._part.blob)
        self.count = 0

    def add(self, paragraph: Paragraph, text: str) -> int:
        """Put the mark of a note behind what is in the paragraph, and return its number, counted from 1."""
        self.count += 1
        note = OxmlElement("w:footnote")
        note.set(qn("w:id"), str(self.count))
        body = OxmlElement("w:p")
        properties = OxmlElement("w:pPr")
        properties.append(_styled("w:pStyle", "FootnoteText"))
        words = OxmlElement("w:r")
        said = OxmlElement("w:t")
        said.text = f" {text}"
        said.set(qn("xml:space"), "preserve")
        words.append(said)
        body.extend([properties, _mark("w:footnoteRef"), words])
        note.append(body)
        self._root.append(note)
        mark = _mark("w:footnoteReference")
        mark[-1].set(qn("w:id"), str(self.count))
        paragraph._p.append(mark)
        return self.count

    def keep(self) -> None:
        self._part._blob = etree.tostring(self._root, xml_declaration=True, encoding="UTF-8", standalone=True)


def _mark(tag: str) -> _Element:
    run = OxmlElement("w:r")
    look = OxmlElement("w:rPr")
    look.append(_styled("w:rStyle", "FootnoteReference"))
    run.extend([look, OxmlElement(tag)])
    return run


def _styled(tag: str, name: str) -> _Element:
    element = OxmlElement(tag)
    element.set(qn("w:val"), name)
    return element


def _cut(words: str) -> list[str]:
    pieces = [""]
    for character in words:
        if character in (_PAGE, _PAGES):
            pieces += [character, ""]
        else:
            pieces[-1] += character
    return [piece for piece in pieces if piece]


def _template() -> io.BytesIO:
    folder, packed = resources() / "word", io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.writestr(zipfile.ZipInfo(path.relative_to(folder).as_posix(), _EPOCH), path.read_bytes())
    packed.seek(0)
    return packed
