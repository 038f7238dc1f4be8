"""Notes in the window: commands, what is offered about answers and words, and the panel.

Invariants:

- Whoever changes a note emits `WindowEvents.notes_changed`, so that all lists follow. Held by:
  tests/features/notes/window/test_notes_flow.py::test_a_removed_book_takes_its_notes_from_the_list,
  tests/features/notes/window/test_notes_flow.py::test_a_note_is_edited_deleted_and_had_back.
"""
