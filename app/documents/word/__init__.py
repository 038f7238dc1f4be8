"""Word processors' documents: DOCX, DOC, RTF.

Invariants:

- What is struck out, inserted or commented on is marked or kept apart, and never runs into the text. Held by:
  tests/documents/word/test_docx_looks.py::test_words_that_are_struck_out_or_inserted_are_marked,
  tests/documents/word/test_docx_looks.py::test_comments_are_kept_aside_with_their_authors.
- Lists and headings have the numbers that Word shows, which no file stores. Held by:
  tests/documents/word/test_docx.py::test_lists_have_the_numbers_that_word_shows,
  tests/documents/word/test_doc.py::test_lists_are_numbered_as_word_numbers_them.
- What nobody can see is left out and flagged, and what only looks hidden stays. Held by:
  tests/documents/word/test_docx.py::test_what_nobody_can_see_is_left_out_and_flagged,
  tests/documents/word/test_docx.py::test_what_only_looks_hidden_stays.
- A broken part costs nothing but itself. Held by:
  tests/documents/word/test_docx.py::test_a_broken_part_costs_nothing_but_itself.
"""
