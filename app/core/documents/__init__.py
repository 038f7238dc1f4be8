"""Plain data of documents: pages with their flags, sections, facts, notes, and the names of pages.

Invariants:

- Whoever changes the text that a reader makes of existing pages raises `document.READING`; books of an earlier reader
  are then marked, and read again only if a person asks for it. Held by: tests/cli/test_rereading.py.
- Text of others is shown through `untrusted.py`: nothing in it is invisible, and nothing turns it around. Held by:
  tests/core/documents/test_untrusted.py.
- What a file says of its document is checked again on the desk (`Facts.are_sound`). Held by:
  tests/documents/formats/test_facts.py::test_facts_have_limits.
"""
