"""The comparison of two documents, or two versions of one: what was added, removed, changed, moved.

`compare.py` compares, `book_words.py` says what is compared, `pairing.py` which paragraphs belong together,
`redline.py` writes tracked changes.

Invariants:

- Every known change is found and none is invented. Held by:
  tests/features/comparison/test_compare.py::test_twelve_known_changes_are_found_and_none_is_invented.
- Layout, numbering, running heads and spelling that a reader takes for the same are no changes. Held by:
  tests/features/comparison/test_compare.py::test_clauses_that_only_got_another_number_are_no_changes,
  tests/features/comparison/test_compare.py::test_the_same_text_has_no_changes_in_whatever_format,
  tests/features/comparison/test_compare.py::test_spelling_that_a_reader_takes_for_the_same_is_no_change.
- Every paragraph of both documents is there once. Held by:
  tests/features/comparison/test_compare.py::test_every_paragraph_is_there_once.
- With all its changes accepted, the Word file is the second document; with all rejected, the first. Held by:
  tests/features/comparison/test_redline.py::test_accepted_it_is_the_second_book_and_rejected_the_first.
"""
