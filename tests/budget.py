"""The most that a case may take of memory and disk. Benchmarks and tests hold the program to it."""

from __future__ import annotations

from typing import Final

WORKING_BYTES: Final = 1_000_000_000
"""The most memory, in bytes, that the desk and all its processes take while documents are added, indexed or searched:
proportional set size, the model for conversation aside."""

TIMES_THE_TEXT: Final = 7
"""The most bytes of a desk's files for each byte of its documents' text in UTF-8, when all is indexed by meaning and
nothing was looked at closely yet."""
