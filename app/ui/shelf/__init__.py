"""The left panel: conversations and documents, and files that come in (`file_import.py`).

Invariants:

- Questions wait for a file from the moment that it is dropped. Held by:
  tests/ui/chat/test_holding_flow.py::test_a_file_that_was_only_just_dropped_is_waited_for.
- Files are sorted by their first bytes, then by their names: image, document, or for a feature (`FileKind`). Held by:
  tests/ui/shelf/test_file_kinds.py::test_a_kind_is_known_by_its_name_or_its_beginning,
  tests/ui/chat/test_attaching_flow.py::test_files_that_the_program_is_started_with_are_split_too.
- Counting, covers and indexing wait while the engine is busy. Held by:
  tests/ui/shelf/test_covers_flow.py::test_covers_wait_while_the_engine_is_busy,
  tests/ui/shelf/test_indexing.py::test_it_stops_for_an_answer_and_goes_on_after_it,
  tests/ui/context/test_counting.py::test_a_question_does_not_wait_for_the_books_on_the_shelf.
- A removed document leaves every place. Held by:
  tests/ui/shelf/test_shelf_flow.py::test_a_removed_book_leaves_every_place.
- What is in sight stays while documents come. Held by:
  tests/ui/shelf/test_folder_groups.py::test_what_is_in_sight_stays_while_books_come.
"""
