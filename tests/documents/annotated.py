"""PDFs with a form and annotations, put by pikepdf on pages that `pdf_writer` writes."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from tests.documents.pdf_writer import write_pdf

Box = tuple[float, float, float, float]


class Annotated:
    """A document of the pages given; `add` puts something on top of the first one, or of another."""

    def __init__(self, *pages: str, needs_appearances: bool = True) -> None:
        self.pdf = pikepdf.open(io.BytesIO(write_pdf(pages)))
        helvetica = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
        self._fonts = Dictionary(Font=Dictionary(F=self.pdf.make_indirect(helvetica)))
        self.form = Dictionary(
            Fields=Array(), DR=self._fonts, DA=String("/F 12 Tf 0 g"), NeedAppearances=needs_appearances
        )
        self.pdf.Root.AcroForm = self.form

    def add(self, subtype: str, box: Box, page: int = 1, **entries: Any) -> pikepdf.Object:
        entries = {"F": 4, "DA": String("/F 12 Tf 0 g"), **entries}
        made = self.pdf.make_indirect(
            Dictionary(Type=Name.Annot, Subtype=Name("/" + subtype), Rect=list(box), **entries)
        )
        target = self.pdf.pages[page - 1].obj
        if "/Annots" not in target:
            target.Annots = self.pdf.make_indirect(Array())
        target.Annots.append(made)
        return made

    def field(self, kind: str, box: Box, name: str, **entries: Any) -> pikepdf.Object:
        made = self.add("Widget", box, FT=Name("/" + kind), T=String(name), **entries)
        self.pdf.Root.AcroForm.Fields.append(made)
        return made

    def text(self, box: Box, name: str, value: str, **entries: Any) -> pikepdf.Object:
        return self.field("Tx", box, name, V=String(value), **entries)

    def box(self, box: Box, name: str, ticked: bool, **entries: Any) -> pikepdf.Object:
        state = Name.Yes if ticked else Name.Off
        looks = Dictionary(N=Dictionary(Yes=self.look("0 0 12 12 re f", 12, 12), Off=self.look("", 12, 12)))
        return self.field("Btn", box, name, V=state, AS=state, AP=looks, **entries)

    def look(self, drawing: str, width: float = 300, height: float = 20) -> pikepdf.Object:
        """An appearance; its text may use the font `/F`."""
        return self.pdf.make_stream(
            drawing.encode("latin-1"),
            Type=Name.XObject,
            Subtype=Name.Form,
            BBox=[0, 0, width, height],
            Resources=self._fonts,
        )

    def strike(self, boxes: Sequence[Box], **entries: Any) -> pikepdf.Object:
        left, bottom = min(box[0] for box in boxes), min(box[1] for box in boxes)
        right, top = max(box[2] for box in boxes), max(box[3] for box in boxes)
        quads = [number for x0, y0, x1, y1 in boxes for number in (x0, y1, x1, y1, x0, y0, x1, y0)]
        return self.add("StrikeOut", (left, bottom, right, top), QuadPoints=quads, **entries)

    def data(self) -> bytes:
        out = io.BytesIO()
        self.pdf.save(out, static_id=True)
        return out.getvalue()
