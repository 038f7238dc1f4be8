"""The features that the program has, in the order in which menus and help list what they add.

One that is taken out is gone without a trace; what it has kept on a desk stays there, unseen, and goes with the
documents that it belongs to.
"""

from __future__ import annotations

from app.feature import Feature
from app.features.backup.feature import BACKUP
from app.features.bench.feature import BENCH
from app.features.bin.feature import BIN
from app.features.chronology.feature import CHRONOLOGY
from app.features.comparison.feature import COMPARISON
from app.features.governance.feature import GOVERNANCE
from app.features.library_search.feature import LIBRARY_SEARCH
from app.features.lock.feature import LOCK
from app.features.matters.feature import MATTERS
from app.features.notes.feature import NOTES
from app.features.printing.feature import PRINTING
from app.features.programs.feature import PROGRAMS
from app.features.prompts.feature import PROMPTS
from app.features.pseudonyms.feature import PSEUDONYMS
from app.features.rescue.feature import RESCUE
from app.features.suggestions.feature import SUGGESTIONS
from app.features.tables.feature import TABLES
from app.features.videos.feature import VIDEOS

FEATURES: tuple[Feature, ...] = (
    LIBRARY_SEARCH,
    TABLES,
    CHRONOLOGY,
    NOTES,
    COMPARISON,
    BIN,
    SUGGESTIONS,
    VIDEOS,
    PROMPTS,
    PSEUDONYMS,
    PRINTING,
    GOVERNANCE,
    MATTERS,
    BACKUP,
    PROGRAMS,
    RESCUE,
    BENCH,
    LOCK,
)
