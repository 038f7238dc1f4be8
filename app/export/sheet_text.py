"""A question sheet as a table in Markdown or HTML."""

from __future__ import annotations

import html

from app.export.html import STYLE
from app.export.markdown import harmless, parser
from app.export.report import CLOSE, OPEN, REFERENCE
from app.export.sheet import SheetReport, headings
from app.messages import _

_PIPE = "&#124;"  # an escaped one would end the cell all the same behind a backslash


def write_markdown(report: SheetReport) -> str:
    """A row of a table is one line: what an answer says in several stands in one cell, with breaks."""
    lines = [f"# {_cell(report.title)}", ""]
    if report.books:
        lines += [_("Books: {books}").format(books=_cell(report.books)), ""]
    lines += ["| | {} | {} | {} |".format(*map(_cell, headings())), "|---|---|---|---|"]
    for line in report.lines:
        answer = _cell(line.plain_answer)
        note = f"*{_cell(line.note)}*" if line.note else ""
        cells = (str(line.number), _cell(line.question), "<br>".join(filter(None, (answer, note))))
        lines.append(f"| {' | '.join(cells)} | {'<br>'.join(map(_cell, line.listed))} |")
    return "\n".join(lines) + "\n"


def write_html(report: SheetReport) -> str:
    """One page that needs nothing else: no script, no picture, no address that is fetched."""
    markdown = parser()
    title = html.escape(report.title)
    body = [f"<h1>{title}</h1>"]
    if report.books:
        body.append(f'<p class="note">{html.escape(_("Books: {books}").format(books=report.books))}</p>')
    body.append("<table><tr><th></th>" + "".join(f"<th>{html.escape(name)}</th>" for name in headings()) + "</tr>")
    for line in report.lines:
        answer = markdown.render(REFERENCE.sub(r"[\1]", line.answer))
        note = f'<p class="note">{html.escape(line.note)}</p>' if line.note else ""
        references = "".join(f"<p>{html.escape(words)}</p>" for words in line.listed)
        question = html.escape(line.question).replace("\n", "<br>")
        body.append(f"<tr><td>{line.number}</td><td>{question}</td><td>{answer}{note}</td><td>{references}</td></tr>")
    body.append("</table>")
    style = f"{STYLE}body{{max-width:none}}td{{vertical-align:top}}"
    head = f'<meta charset="utf-8"><title>{title}</title><style>{style}</style>'
    page = f"<!doctype html><html><head>{head}</head><body>{''.join(body)}</body></html>\n"
    return page.replace(OPEN, "").replace(CLOSE, "")


def _cell(text: str) -> str:
    lines = (" ".join(line.split()) for line in harmless(text).replace("|", _PIPE).splitlines())
    return "<br>".join(lines).removesuffix("<br>")
