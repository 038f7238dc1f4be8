"""What was found out about an answer's quotations, counted in words; for the window and for exports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from app.core.conversation import Citation, CitationState
from app.wording.i18n import _
from app.wording.units import count


def count_citations(citations: Sequence[Citation]) -> list[tuple[CitationState, str]]:
    """Such as `2 verified`, the good news first."""
    counts = Counter(citation.state for citation in citations)
    words = {
        CitationState.VERIFIED: _("{n} verified"),
        CitationState.REPAIRED: _("{n} on another page"),
        CitationState.NEAR: _("{n} similar"),
        CitationState.CUT: _("{n} cut"),
        CitationState.DIFFERS: _("1 differs") if counts[CitationState.DIFFERS] == 1 else _("{n} differ"),
        CitationState.NOT_FOUND: _("{n} not found"),
        CitationState.PAGE: _("1 page named") if counts[CitationState.PAGE] == 1 else _("{n} pages named"),
    }
    return [(state, text.format(n=count(counts[state]))) for state, text in words.items() if counts[state]]
