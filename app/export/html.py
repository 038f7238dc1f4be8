"""A report or a sheet as one HTML page that needs nothing else: no script, nothing that is fetched, images inside."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

from app.core.errors import AppError
from app.export.markdown import parser
from app.export.report import CLOSE, OPEN, REFERENCE, Picture, Report
from app.export.sheet import SheetReport, headings
from app.wording.i18n import _

ENCODED = re.compile(r"%EF%B7%92\d+%EF%B7%93")  # a reference inside an address, as the parser leaves it
STYLE = (
    "body{max-width:42em;margin:2em auto;padding:0 1em;font-family:Georgia,serif;line-height:1.5;color:#211e1a}"
    "blockquote{margin:2em 0 1em;padding:.5em 1em;background:#f5eaea}sup a{color:#7a2e35;text-decoration:none}"
    "pre,code{font-family:monospace}table{border-collapse:collapse}td,th{border:1px solid #e7e1d6;padding:.2em .6em}"
    ".note{color:#6e675e}.image{margin:2em 0 0;line-height:1}img{max-width:100%;height:auto}"
    ".caption{margin:.5em 0;color:#6e675e}.caption+blockquote{margin-top:1em}"
)


def write(report: Report, address: Callable[[Picture], str], style: str = STYLE) -> str:
    """`address` gives the place of an image; an AppError that it raises is said in the image's place."""
    markdown = parser()
    title = html.escape(report.title)
    body = [f"<h1>{title}</h1>"]
    for part in report.parts:
        question = html.escape(part.question).replace("\n", "<br>")
        body += [_picture(picture, address) for picture in part.pictures]
        if question or not part.pictures:
            body.append(f'<blockquote class="question">{question}</blockquote>')
        body.append(REFERENCE.sub(_link, ENCODED.sub("", markdown.render(part.answer))))
        if part.note:
            body.append(f'<p class="note">{html.escape(part.note)}</p>')
    if report.references:
        items = "".join(f'<li id="r{r.number}">{html.escape(r.words)}</li>' for r in report.references)
        body.append(f'<h2>{html.escape(_("References"))}</h2><ol class="references">{items}</ol>')
    return _page(title, style, body)


def write_sheet(report: SheetReport) -> str:
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
    return _page(title, f"{STYLE}body{{max-width:none}}td{{vertical-align:top}}", body)


def _page(title: str, style: str, body: list[str]) -> str:
    """`title` and `body` are HTML. Marks of references that are left over are taken out."""
    head = f'<meta charset="utf-8"><title>{title}</title><style>{style}</style>'
    page = f"<!doctype html><html><head>{head}</head><body>{''.join(body)}</body></html>\n"
    return page.replace(OPEN, "").replace(CLOSE, "")


def _picture(picture: Picture, address: Callable[[Picture], str]) -> str:
    caption = html.escape(picture.caption)
    try:
        source = html.escape(address(picture))
    except AppError as error:
        return f'<p class="caption">{html.escape(picture.missing(error.problem))}</p>'
    width, height = picture.size
    image = f'<img src="{source}" alt="{caption}" width="{width}" height="{height}">'
    return f'<p class="image">{image}</p><p class="caption">{caption}</p>'


def _link(found: re.Match[str]) -> str:
    return f'<sup><a href="#r{found[1]}">{found[1]}</a></sup>'
