"""Formulas that no markup takes apart, and the parts that formats build them of."""

from __future__ import annotations

import pytest

from app.documents.text import formula


@pytest.mark.parametrize(
    ("run", "written"),
    [
        ("a+b=c", "a + b = c"),
        ("f(x)=−2x", "f(x) = −2x"),
        ("1,250.5·10", "1,250.5 · 10"),
        ("max{a,b}", r"max\{a, b\}"),
        ("sin x", "sin x"),
        ("a  or b", "a or b"),
        ("|x|≤1", "|x| ≤ 1"),
        ("", ""),
    ],
)
def test_a_run_is_written_like_its_tokens(run: str, written: str) -> None:
    assert formula.join(formula.pieces_of(run)) == written


def test_what_follows_a_script_stands_apart_from_it() -> None:
    power = formula.FormulaPiece(formula.scripts("x", "", "2"))
    assert formula.join([power, *formula.pieces_of("3")]) == "x^2 3"
    assert formula.join([power, *formula.pieces_of("+3")]) == "x^2 + 3"
    assert formula.join([formula.FormulaPiece(formula.scripts("x", "", "n+1")), *formula.pieces_of("y")]) == "x^{n+1}y"


def test_limits_belong_to_sums_and_accents_to_names() -> None:
    assert formula.under("lim", "x → 0") == "lim_{x → 0}"
    assert formula.over(formula.under("∑", "i"), "n") == "∑_i^n"
    assert formula.over("AB", "‾") == r"\overline{AB}"
    assert formula.under(r"\underbrace{a + b}", "n") == r"\underbrace{a + b}_n"
    assert formula.over("→", "f") == r"\overset{f}{→}"
