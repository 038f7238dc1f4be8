"""The evidence shows words of a page as a person reads them."""

from __future__ import annotations

import msgspec
import pytest

from app.core.conversations.conversation import Citation, CitationState
from app.core.conversations.verdict import Verdict
from app.core.documents.document import Format
from app.ui.chat.text.citations import describe_citation
from app.ui.chat.text.evidence import SentenceEvidence
from app.wording.support import page_says
from tests.ui.chat.talk import book, judged

_SAID = "The rent is due on 2 January 2023."
_SHELF = {"lease": msgspec.structs.replace(book("lease", "Harbour Lease"), format=Format.MARKDOWN)}


@pytest.mark.parametrize(
    ("on_page", "shown"),
    [
        ("**Rent** is `due` on 2 January 2023.", "Rent is due on 2 January 2023."),
        ("# Rent of 2 January 2023", "Rent of 2 January 2023"),
        ("| Rent | 2 January 2023 | 12,500.00 |", "Rent · 2 January 2023 · 12,500.00"),
    ],
)
@pytest.mark.parametrize("verdict", [Verdict.SEEMS, Verdict.COMPARE])
def test_words_of_a_page_have_no_signs_of_markdown(on_page: str, shown: str, verdict: Verdict) -> None:
    judgement = judged(_SAID, _SAID, verdict, 1, on_page)
    section = SentenceEvidence(judgement, _SAID, _SHELF).sections[-1]
    assert ["".join(run.text for run in runs) for runs in section.sentences] == [shown]
    assert page_says(judgement, _SHELF) == f"The page: “{shown}”"
    cited = Citation("lease", "Harbour Lease", 1, "1", on_page, CitationState.VERIFIED)
    assert f"“{shown}”" in describe_citation(cited, _SHELF)
    gone = SentenceEvidence(judgement, _SAID, {}).sections[-1]
    if "**" in on_page:
        assert "".join(run.text for run in gone.sentences[0]) == on_page, "its format is not known any more"
