"""Makes the files of `test_one_source`: `python -m tests.documents.one_source.make FOLDER`, wherever the text changes.

quay.fodt is the source; LibreOffice (25.2, with writer and math) makes .odt, .doc, .docx, .rtf and one PDF of it,
ReportLab another PDF; .html and .epub say the same by their own means. LibreOffice and ReportLab are needed for this
alone.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from tests.documents.epub_writer import write_epub

SOURCE = Path(__file__).parent / "quay.fodt"
_PDF = (
    'pdf:writer_pdf_Export:{"ExportNotes":{"type":"boolean","value":"true"},'
    '"ExportFormFields":{"type":"boolean","value":"true"}}'
)
_PATH = "/srv/harbour/archive/leases/nineteen-thirty-one/berth-twelve/contract.txt"
_ADDRESS = "https://www.harbour.example/archive/leases/1931/berth-twelve.html"

CHAPTERS = (
    """<h1>Powers</h1><p>The quay bears 10<sup>6</sup> newton and gives 5·10<sup>-3</sup> m under load; the basin
    measures 24 km<sup>2</sup> in all.</p>""",
    """<h1>Notes</h1><p>In the first year the harbour counted 24.91<sup><a epub:type="noteref" role="doc-noteref"
    href="#n1" id="r1">1</a></sup> and in the second 26.40 of them.</p>
    <aside epub:type="footnote" role="doc-footnote" id="n1"><p><a href="#r1">1</a> Thousand tonnes, counted in
    March.</p></aside>""",
    """<h1>A form</h1><form><p><label>Rent: <input type="text" name="rent" value="1,475.00"/></label></p>
    <p><label>Town: <input type="text" name="town" value="Kiel"/></label></p>
    <p><label><input type="checkbox" name="furnished" checked="checked"/> Furnished</label></p>
    <p><label><input type="checkbox" name="heated"/> Heated</label></p></form>""",
    """<h1>A table</h1><table><tr><td>Town</td><td>Loads</td><td>Year</td></tr><tr><td>Kiel</td><td></td><td>2019</td>
    </tr><tr><td>Bremen</td><td>900</td><td></td></tr><tr><td>Emden</td><td>1,250</td><td>2021</td></tr></table>
    <p>The table ends here.</p>""",
    """<h1>Changes</h1><p>The tenant pays <del>four</del><ins>five</ins> rents, <s>in cash</s> by transfer.</p>""",
    """<h1>A formula</h1><p>The load follows from <math xmlns="http://www.w3.org/1998/Math/MathML"><mfrac><mi>a</mi>
    <mi>b</mi></mfrac><mo>=</mo><msup><mi>c</mi><mn>2</mn></msup></math> as shown.</p>""",
    """<h1>Comments</h1><p>The lease ends on 31 March<!-- Ann: Is this the right date? --> of the next year.</p>""",
    f"""<h1>Addresses</h1><p>The old papers are kept under {_PATH} and are listed at <a
    href="{_ADDRESS}">{_ADDRESS}</a> as well; the harbour-master and the harbour-master’s clerk know both.</p>""",
)


def make(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for kind in ("odt", "doc", "docx", "rtf", _PDF):
        _convert(kind, folder)
    body = "\n".join(CHAPTERS)
    page = (
        f'<!DOCTYPE html><html lang="en"><head><title>The quay and its papers</title></head><body>{body}</body></html>'
    )
    (folder / "quay.html").write_text(page, encoding="utf-8")
    (folder / "quay.epub").write_bytes(write_epub(CHAPTERS, title="The quay and its papers", language="en"))
    _draw(folder / "quay-reportlab.pdf")


def _convert(kind: str, folder: Path) -> None:
    with tempfile.TemporaryDirectory() as home:
        command = ["soffice", f"-env:UserInstallation=file://{home}", "--headless", "--convert-to", kind]
        subprocess.run([*command, "--outdir", str(folder), str(SOURCE)], check=True, stdout=subprocess.DEVNULL)


def _draw(path: Path) -> None:
    """Page by page: fields, a table without rules, words struck by a line, and lines that end inside an address."""
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(path), pagesize=A4, invariant=True, initialFontName="Times-Roman", initialFontSize=12)
    canvas.setTitle("The quay and its papers")

    def head(words: str) -> None:
        canvas.setFont("Times-Bold", 16)
        canvas.drawString(70, 760, words)
        canvas.setFont("Times-Roman", 12)

    def line(y: float, *pieces: str | tuple[str, float]) -> dict[str, tuple[float, float]]:
        """Pieces are text, or text with a rise in points, which is set smaller; gives where each begins and ends."""
        text, places = canvas.beginText(70, y), {}
        for piece in pieces:
            words, rise = (piece, 0.0) if isinstance(piece, str) else piece
            text.setFont("Times-Roman", 7.5 if rise else 12)
            text.setRise(rise)
            start = text.getX()
            text.textOut(words)
            places[words] = (start, text.getX())
        canvas.drawText(text)
        return places

    head("Powers")
    line(
        720, "The quay bears 10", ("6", 4.5), " newton and gives 5·10", ("-3", 4.5), " m under load; the basin measures"
    )
    line(705, "24 km", ("2", 4.5), " in all.")
    canvas.showPage()
    head("Notes")
    line(720, "In the first year the harbour counted 24.91", ("1", 4.5), " and in the second 26.40 of them.")
    canvas.line(70, 90, 200, 90)
    line(75, ("1", 4.5), " Thousand tonnes, counted in March.")
    canvas.showPage()
    head("A form")
    form = canvas.acroForm
    for y, name, value in ((715, "Rent", "1,475.00"), (685, "Town", "Kiel")):
        line(y, f"{name}:")
        form.textfield(name=name.lower(), tooltip=name, value=value, x=120, y=y - 6, width=160, height=20)
    for y, name, checked in ((655, "Furnished", True), (625, "Heated", False)):
        form.checkbox(name=name.lower(), tooltip=name, checked=checked, x=70, y=y - 4, size=14)
        canvas.drawString(92, y, name)
    canvas.showPage()
    head("A table")
    rows = (("Town", "Loads", "Year"), ("Kiel", "", "2019"), ("Bremen", "900", ""), ("Emden", "1,250", "2021"))
    for number, (town, loads, year) in enumerate(rows):
        y = 720 - 18 * number
        canvas.drawString(70, y, town)
        canvas.drawRightString(220, y, loads)
        canvas.drawRightString(320, y, year)
    canvas.drawString(70, 620, "The table ends here.")
    canvas.showPage()
    head("Changes")
    places = line(720, "The tenant pays ", "four", " ", "five", " rents, ", "in cash", " by transfer.")
    for words in ("four", "in cash"):
        start, end = places[words]
        canvas.line(start, 724, end, 724)
    start, end = places["five"]
    canvas.line(start, 718, end, 718)
    canvas.showPage()
    head("A formula")
    line(720, "The load follows from a/b = c", ("2", 4.5), " as shown.")
    canvas.showPage()
    head("Comments")
    line(720, "The lease ends on 31 March of the next year.")
    canvas.textAnnotation("Is this the right date?", Rect=[210, 715, 230, 735], T="(Ann)")
    canvas.showPage()
    head("Addresses")
    lines = (
        "The old papers are kept under /srv/harbour/archive/",
        "leases/nineteen-thirty-one/berth-twelve/contract.txt and",
        "are listed at https://www.harbour.example/archive/leases/",
        "1931/berth-twelve.html as well; the harbour-master and the harbour-",
        "master\u2019s clerk know both.",
    )
    for number, words in enumerate(lines):
        canvas.drawString(70, 720 - 15 * number, words)
    canvas.save()


if __name__ == "__main__":
    make(Path(sys.argv[1]))
