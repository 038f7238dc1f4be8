"""A report as one HTML page that needs nothing else: no script, nothing that is fetched, images inside; and the parts
that other reports have, too."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

from markdown_it.token import Token

from app.core.errors import AppError
from app.export.footnotes import SIGN, letter_of
from app.export.formulas import FormulaText, to_mathml
from app.export.markdown import read_answer, render_answer
from app.export.references import (
    CLOSE,
    OPEN,
    RAISED,
    CheckedSentence,
    SentenceFinding,
    legend,
    table_headings,
    table_title,
)
from app.export.report import Picture, Report
from app.export.title_block import TitleBlock, foot_words
from app.wording.i18n import _

ENCODED = re.compile(r"%EF%B7%92\d+%EF%B7%93")  # a reference inside an address, as the parser leaves it
_SERIF = (
    "'Source Serif Pro','Source Serif 4',Georgia,Cambria,'Hiragino Mincho ProN','Yu Mincho','Noto Serif CJK JP',serif"
)
_SANS = (
    "'Source Sans Pro','Source Sans 3','Segoe UI','Helvetica Neue',Arial,'Hiragino Sans','Yu Gothic',"
    "'Noto Sans CJK JP',sans-serif"
)
_LARGEST_HEADING = 3
"""The headings of an answer: h1 is the title, h2 the table of sentences."""

_WIDTHS = ("6%", "34%", "30%", "30%")
_MONO = "'Source Code Pro',Consolas,Menlo,'DejaVu Sans Mono',monospace"
STYLE = (
    f"body{{max-width:42rem;margin:3rem auto;padding:0 1.5rem;font-family:{_SERIF};line-height:1.55;color:#211e1a}}"
    f"table.facts,table.sentences,table.lines,.note,.label,.caption{{font-family:{_SANS}}}"
    "h1{font-weight:400;font-size:1.9rem;line-height:1.2;margin:0 0 1.2rem}h2,h3,h4,h5,h6{line-height:1.25}"
    "table{border-collapse:collapse;width:100%;border-top:1px solid #6e675e;border-bottom:1px solid #6e675e}"
    "td,th{border-bottom:1px solid #e7e1d6;padding:.3rem .9rem .3rem 0;text-align:left;vertical-align:top}"
    "table.facts,table.sentences,table.lines{font-size:.85rem;line-height:1.4}"
    "table.facts th{width:7rem;font-weight:400;color:#6e675e}"
    f".digest{{font-family:{_MONO};font-size:.7rem;color:#6e675e;word-break:break-all}}"
    ".label{margin:2.4rem 0 .2rem;font-size:.8rem;color:#7a2e35}.question{margin:0 0 .8rem;font-weight:600}"
    ".footnotes{margin:1rem 0 0;padding:.5rem 0 0;border-top:1px solid #e7e1d6;font-size:.85rem}"
    ".formula{text-align:center}.footnotes p{margin:.2rem 0}"
    "blockquote{margin:.6rem 1.5rem;font-style:italic}sup a,td a{color:#7a2e35;text-decoration:none}"
    f"pre,code{{font-family:{_MONO};font-size:.85em}}pre{{overflow-x:auto}}"
    ".note,.caption{font-size:.85rem;color:#6e675e}.finding{color:#6e675e}"
    ".Verified{font-weight:600;color:#2f6b4f}.Near{font-weight:600;color:#8a6116}"
    ".NotFound{font-weight:600;color:#9b2c2c}.Named{font-weight:600}"
    ".image{margin:2rem 0 0;line-height:1}img{max-width:100%;height:auto}"
    "@media print{body{max-width:none;margin:0;padding:0;font-size:11pt}tr,.question,.label{break-inside:avoid}"
    ".label,.question,h2,h3,h4{break-after:avoid}}"
)


def write(
    report: Report,
    address: Callable[[Picture], str],
    style: str = "",
    formula: Callable[[FormulaText], str] = to_mathml,
) -> str:
    """Write a report as HTML. `address` gives the place of an image; an AppError that it raises is said in the image's
    place. `style` takes the place of that for browsers, `formula` that of MathML."""
    body = [head_of(report.head)]
    for number, part in enumerate(report.parts, 1):
        if part.label:
            body.append(f'<p class="label">{html.escape(part.label)}</p>')
        body += [_picture(picture, address) for picture in part.pictures]
        if part.question or not part.pictures:
            body.append(f'<p class="question">{lines_of(part.question)}</p>')
        if part.thought is not None:
            body.append(f'<p class="note">{html.escape(part.thought.words)}</p>')
            body.append(f'<blockquote class="note">{lines_of(part.thought.text)}</blockquote>')
        rows = {number: each.numbers[0] for each in part.sentences for number in each.numbers}
        body.append(RAISED.sub(partial(_link, rows), ENCODED.sub("", rendered(part.answer, number, formula))))
        if part.note:
            body.append(f'<p class="note">{html.escape(part.note)}</p>')
    if report.sentences:
        body += [f"<h2>{html.escape(table_title(report.sentences))}</h2>", legend_of(report.sentences)]
    for part in report.parts:
        if part.sentences:
            body.append(f'<p class="label">{html.escape(part.label)}</p>' if part.label else "")
            body.append(table_of("sentences", _WIDTHS, ("", *table_headings()), map(_sentence, part.sentences)))
    body.append(documents_of(report.head))
    return page_of(report.title, style or STYLE + foot_style(), body)


def rendered(answer: str, number: int, formula: Callable[[FormulaText], str]) -> str:
    """Answer `number` of the page. Its headings are below those of the page."""
    tokens = read_answer(answer, partial(_sign, number))
    for place, token in enumerate(tokens):
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1:]) + _LARGEST_HEADING - 1)}"
        if [child.type for child in token.children or ()] == ["math_inline_double"]:
            tokens[place - 1].attrSet("class", "formula")
    return render_answer(tokens, formula)


def _sign(number: int, token: Token) -> str:
    """Return the sign of a footnote of an answer: a link from the text to the note, or back to where it is named
    first."""
    letter = letter_of(token)
    note, text = f"f{number}{letter}", f"t{number}{letter}"
    if token.type == SIGN:
        return f'<sup><a id="{note}" href="#{text}">{letter}</a></sup> '
    place = "" if token.meta["subId"] else f' id="{text}"'
    return f'<sup><a{place} href="#{note}">{letter}</a></sup>'


def head_of(head: TitleBlock) -> str:
    facts = "".join(
        f'<tr><th width="96" align="left">{html.escape(name)}</th><td>{html.escape(value)}</td></tr>'
        for name, value in head.facts
    )
    preface = f'<p class="note">{html.escape(head.preface)}</p>' if head.preface else ""
    return f"<h1>{html.escape(head.title)}</h1>{_grid('facts', facts)}{preface}"


def documents_of(head: TitleBlock) -> str:
    if not head.documents:
        return ""
    rows = []
    for document in head.documents:
        digest = f'<br><span class="digest">{document.digest}</span>' if document.digest else ""
        rows.append(f"<tr><td>{html.escape(document.title)}{digest}</td><td>{html.escape(document.pages)}</td></tr>")
    return f"<h2>{html.escape(_('Documents'))}</h2>{_grid('facts', rows)}"


def legend_of(sentences: Sequence[CheckedSentence]) -> str:
    words = legend(sentences)
    return f'<p class="note">{html.escape(words)}</p>' if words else ""


def table_of(kind: str, widths: Sequence[str], names: Sequence[str], rows: Iterable[str]) -> str:
    columns = zip(widths, names, strict=True)
    head = "".join(f'<th width="{width}" align="left">{html.escape(name)}</th>' for width, name in columns)
    return _grid(kind, rows, f"<thead><tr>{head}</tr></thead>")


def _grid(kind: str, rows: Iterable[str], head: str = "") -> str:
    """Write a table whose looks are said in attributes, too, for programs that know no style sheets."""
    return f'<table class="{kind}" width="100%">{head}<tbody valign="top">{"".join(rows)}</tbody></table>'


def _sentence(each: CheckedSentence) -> str:
    place = f' id="r{each.numbers[0]}"' if each.numbers else ""
    numbers = ", ".join(f'<a href="#n{number}">{number}</a>' for number in each.numbers)
    evidence = f'<span class="finding">{html.escape(each.finding.evidence)}</span>' if each.finding.evidence else "–"
    sentence = html.escape(each.sentence) or "–"
    return (
        f"<tr{place}><td>{numbers}</td><td>{sentence}</td><td>{verdict_of(each.finding)}</td><td>{evidence}</td></tr>"
    )


def verdict_of(finding: SentenceFinding) -> str:
    return f'<span class="{finding.tone}">{html.escape(finding.verdict)}</span>'


def page_of(title: str, style: str, body: list[str]) -> str:
    """Return an HTML page whose `body` is HTML already. Marks of references that are left over are taken out."""
    head = f'<meta charset="utf-8"><title>{html.escape(title)}</title><style>{style}</style>'
    page = f"<!doctype html><html><head>{head}</head><body>{''.join(body)}</body></html>\n"
    return page.replace(OPEN, "").replace(CLOSE, "")


def foot_style(size: str = "A4") -> str:
    """Return the style that numbers each page, for browsers that print them (CSS Paged Media Module, level 3)."""
    page, pages = '" counter(page) "', '" counter(pages) "'
    return f'@page{{size:{size};margin:24mm 22mm;@bottom-right{{content:"{foot_words(page, pages)}"}}}}'


def lines_of(text: str) -> str:
    return html.escape(text).replace("\n", "<br>")


def _picture(picture: Picture, address: Callable[[Picture], str]) -> str:
    caption = html.escape(picture.caption)
    try:
        source = html.escape(address(picture))
    except AppError as error:
        return f'<p class="caption">{html.escape(picture.missing(error.problem))}</p>'
    width, height = picture.size
    image = f'<img src="{source}" alt="{caption}" width="{width}" height="{height}">'
    return f'<p class="image">{image}</p><p class="caption">{caption}</p>'


def _link(rows: Mapping[int, int], found: re.Match[str]) -> str:
    """Link a mark to the row of its sentence, which `rows` has by the numbers of marks. Brackets keep the number apart
    from an amount before it where the text is copied."""
    number = int(found[1])
    return f'<sup><a id="n{number}" href="#r{rows.get(number, number)}">[{number}]</a></sup>'
