"""Notes and highlights: all in one list, searched and exported, and kept of answers. Making them on a page is the
kernel's (`ui/page/notes.py`, `store/notes.py`).

Invariants:

- A copy with notes says which of them have no place in it. Held by:
  tests/features/notes/test_service.py::test_a_copy_has_every_note_and_says_which_have_no_place.
- A quotation that is kept of an answer is marked where the page has it. Held by:
  tests/features/notes/test_service.py::test_a_quotation_is_marked_where_the_page_has_it.
"""
