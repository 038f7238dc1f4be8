"""Folders that are added to the shelf: one after the other, with what became of each file.

Invariants:

- Books come onto the shelf and none onto the desk, unasked. Held by:
  tests/ui/shelf/test_folder_import.py::test_all_documents_come_onto_the_shelf_and_none_on_the_desk.
- What was not read when Octavo ended is offered again. Held by:
  tests/ui/shelf/test_folder_import.py::test_what_was_not_read_when_octavo_ended_is_offered.
- A watched folder offers what is new, once. Held by:
  tests/ui/shelf/test_folder_groups.py::test_a_watched_folder_offers_what_is_new_once.
"""
