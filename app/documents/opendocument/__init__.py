"""OpenDocument: texts, presentations, spreadsheets.

Invariants:

- What is hidden is left out and flagged; what was deleted or inserted is marked. Held by:
  tests/documents/opendocument/test_odt.py::test_hidden_text_is_left_out_and_flagged,
  tests/documents/opendocument/test_odt_looks.py::test_what_was_deleted_and_inserted_is_marked.
- Rows and cells that a sheet says are repeated have a limit. Held by:
  tests/documents/opendocument/test_ods.py::test_what_is_small_but_says_to_be_vast_is_refused.
"""
