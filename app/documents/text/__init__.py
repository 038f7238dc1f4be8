"""The parts that formats of flowing text share: pages (`flow.py`), clean text (`clean.py`), what has no sign in plain
text (`notation.py`).

Invariants:

- The same text gives the same pages on every machine, and nothing of it is lost. Held by:
  tests/documents/formats/test_contract.py::test_the_same_bytes_give_the_same_document,
  tests/documents/text/test_flow.py::test_nothing_is_lost_and_every_page_keeps_its_measure.
- Only what cannot be seen, or means nothing, is taken out of a text. Held by:
  tests/documents/text/test_clean.py::test_what_may_be_invisible_is_all_that_is_ever_taken_out,
  tests/documents/text/test_clean.py::test_what_is_meant_stays.
- What a format expresses by its look (raised, struck out, inserted, a field) is text of the page, and makes no other
  number of its neighbours. Held by: tests/documents/text/test_notation.py::test_what_follows_does_not_run_into_it,
  tests/documents/text/test_notation.py::test_what_is_lowered_makes_no_other_number.
- Hidden text and comments are kept apart from a page's text, with their page. Held by:
  tests/documents/text/test_hidden.py::test_what_is_hidden_stays_with_its_page,
  tests/documents/text/test_hidden.py::test_comments_have_room_of_their_own_and_what_is_over_is_told.
"""
