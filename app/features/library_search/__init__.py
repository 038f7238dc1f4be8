"""The search of everything: one field for documents, conversations and all other texts of a desk. What is found is the
kernel's (`services/library_search.py`), since other programs search too.

Invariants:

- Whoever keeps texts that are to be found has a `TextSource` in its `Keeps` (`core/kept.py`). Held by:
  tests/services/test_library_search.py::test_notes_are_searched_and_lead_to_their_page,
  tests/features/tables/test_search.py::test_sheets_are_searched_in_their_text.
- Where indexing fails, words alone are searched. Held by:
  tests/features/library_search/test_command.py::test_where_indexing_fails_words_alone_are_searched.
"""
