"""A sheet as one HTML page that needs nothing else."""

from __future__ import annotations

import html
from collections.abc import Callable

from app.export.formulas import FormulaText, to_mathml
from app.export.html import (
    STYLE,
    documents_of,
    foot_style,
    head_of,
    legend_of,
    lines_of,
    page_of,
    rendered,
    table_of,
    verdict_of,
)
from app.export.references import REFERENCE, CheckedSentence
from app.features.tables.export.report import SheetLine, SheetReport, headings

_WIDTHS = ("4%", "21%", "44%", "31%")
_WIDE = "body{max-width:76rem}td p{margin:.2rem 0 .4rem}"


def write_sheet(report: SheetReport, style: str = "", formula: Callable[[FormulaText], str] = to_mathml) -> str:
    """Return the sheet as HTML. `style` takes the place of that for browsers, `formula` that of MathML."""
    lines = table_of("lines", _WIDTHS, ("", *headings()), (_line(line, formula) for line in report.lines))
    body = [head_of(report.head), "<p></p>", lines, legend_of(report.sentences), documents_of(report.head)]
    return page_of(report.title, style or STYLE + _WIDE + foot_style("A4 landscape"), body)


def _line(line: SheetLine, formula: Callable[[FormulaText], str]) -> str:
    answer = rendered(REFERENCE.sub(r"[\1]", line.answer), line.number, formula)
    note = f'<p class="note">{html.escape(line.note)}</p>' if line.note else ""
    references = "".join(map(_listed, line.sentences))
    return (
        f"<tr><td>{line.number}</td><td>{lines_of(line.question)}</td><td>{answer}{note}</td><td>{references}</td></tr>"
    )


def _listed(each: CheckedSentence) -> str:
    evidence = f" {html.escape(each.finding.evidence)}" if each.finding.evidence else ""
    return f"<p>{html.escape(each.mark)} {verdict_of(each.finding)}.{evidence}</p>"
