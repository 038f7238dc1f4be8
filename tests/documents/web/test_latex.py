"""LaTeX: sections, text without commands, formulas as written, and hostile files."""

from __future__ import annotations

import pytest

from app.core.documents.document import Document
from app.core.errors import AppError, Code
from app.documents.formats.contract import Content
from app.documents.worker import parse


def _parse(text: str) -> Document:
    return parse(Content("paper.tex", text.encode(), ""), lambda done, total: None)


def _text(text: str) -> str:
    return "\n\n".join(page.text for page in _parse(text).pages)


def test_the_body_is_read_with_its_sections() -> None:
    document = _parse(
        r"""\documentclass[11pt]{book}\title{The \emph{Harbour}}\newcommand{\x}[1]{never #1}
\begin{document}\maketitle % a remark
\chapter*{One}\label{one} Words,
more words.

\subsection[short]{Two \& three}
\paragraph{Run in} Text.
\end{document} after"""
    )
    assert document.title == "The Harbour"
    assert [(each.title, each.level) for each in document.outline] == [("One", 1), ("Two & three", 2), ("Run in", 3)]
    assert document.pages[0].text == "One\n\nWords, more words.\n\nTwo & three\n\nRun in\n\nText."


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"\textbf{bold \emph{and} \textit{so}} on", "bold and so on"),
        (r"Caf\'e, \"{o}, \c{c}, \v s, \ss{}, \o", "Café, ö, ç, š, ß, ø"),
        (r"5\,\% of \$3 -- ``good''~p.\ 7 --- a_b", "5% of $3 – “good” p. 7 — a_b"),
        (
            r"as $a^2 + b_{i}$ and \(c\) or \[ d = \frac{1}{2} \] then",
            r"as $a^2 + b_{i}$ and \(c\) or \[ d = \frac{1}{2} \] then",
        ),
        (r"so \begin{equation*}\label{e} a &= b \end{equation*} here", r"so \label{e} a &= b here"),
        (r"see \citep[p.~3]{ada} and \ref{sec:one}", "see [ada] and [sec:one]"),
        (r"Lamp\footnote{A \emph{light}.} out.", "Lamp[1] out.\n\n[1] A light."),
        (r"\begin{itemize}\item One\item[b)] Two\end{itemize}", "- One\nb) Two"),
        (r"\begin{tabular}{lr}Berth & Rent \\[2pt] \hline 12 & \\ \end{tabular}", "Berth | Rent\n12 |"),
        ("a\\begin{verbatim}\nx & \\y\n  z\n\\end{verbatim}b", "a\n\n```\nx & \\y\n  z\n```\n\nb"),
        (r"\unknown[option]{kept} \href{http://a}{there}", "kept http://athere"),
        ("costs 5\\% % not 6\\%\nnow", "costs 5% now"),
        ("one % remark\n\ntwo", "one\n\ntwo"),
        (r"\vspace{1em}\includegraphics[width=1cm]{a.png}x\textcolor{red}{y}", "xy"),
    ],
)
def test_text_stands_without_its_commands(latex: str, text: str) -> None:
    assert _text(latex) == text


@pytest.mark.parametrize(
    "latex",
    ["\\", "a{", "a}", "$", "a $b\n\nc$", "\\begin{verbatim} x", "\\section{open", "\\'", "\\item[", "%", "\\begin x"],
)
def test_what_is_not_closed_is_read_all_the_same(latex: str) -> None:
    assert "word" in _text(f"word {latex}")
    assert _text(f"{latex}\n\nword")


def test_nothing_is_refused() -> None:
    with pytest.raises(AppError) as raised:
        _parse(r"\documentclass{article}\begin{document}\end{document}")
    assert raised.value.code is Code.DOCUMENT_NO_TEXT


@pytest.mark.parametrize(
    "sign", ["{", "\\section{", "$", "\\[", "\\begin{a}", "\\footnote{", "[", "\\x[", "\\begin{equation}"]
)
def test_odd_markup_is_read_in_time(sign: str) -> None:
    _parse(f"word {sign * 20_000} word")
