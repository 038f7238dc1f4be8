"""A sheet as a table in Markdown."""

from __future__ import annotations

from app.export.markdown import cell_text, document_lines, head_lines
from app.export.references import legend
from app.features.tables.export.report import SheetReport, headings


def write_sheet(report: SheetReport) -> str:
    """Return the sheet as Markdown. A row of a table is one line: an answer of several lines is one cell with
    breaks."""
    lines = [*head_lines(report.head), ""]
    lines += ["| | {} | {} | {} |".format(*map(cell_text, headings())), "|---|---|---|---|"]
    for line in report.lines:
        answer = cell_text(line.plain_answer)
        note = f"*{cell_text(line.note)}*" if line.note else ""
        cells = (str(line.number), cell_text(line.question), "<br>".join(filter(None, (answer, note))))
        lines.append(f"| {' | '.join(cells)} | {'<br>'.join(map(cell_text, line.listed))} |")
    if words := legend(report.sentences):
        lines += ["", f"*{words}*"]
    return "\n".join((*lines, *document_lines(report.head))) + "\n"
