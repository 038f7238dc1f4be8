"""The code that all formats share: what each gets and returns (`contract.py`), which one a file has (`detect.py`), zip
and XML within limits.

Invariants:

- Whatever the bytes are, a format returns a document or raises `AppError`; any other exception counts as a bug of ours.
  Held by: tests/documents/formats/test_contract.py::test_a_file_cut_anywhere_is_read_or_refused,
  tests/documents/formats/test_contract.py::test_a_file_with_changed_bytes_is_read_or_refused,
  tests/documents/test_hostile.py::test_a_mistake_of_ours_shows_as_a_bug.
- The same bytes give the same document. Held by:
  tests/documents/formats/test_contract.py::test_the_same_bytes_give_the_same_document.
- All that parsing loads late is loaded by `preload`, before the sandbox closes. Held by:
  tests/documents/formats/test_contract.py::test_after_preload_no_file_is_opened_and_nothing_imported.
- Bytes decide the format, and the name only among those that bytes allow; a name that promises something else is told.
  Held by: tests/documents/formats/test_detect.py::test_a_format_is_known_by_its_bytes_and_then_by_its_name,
  tests/documents/formats/test_detect.py::test_a_name_that_promises_another_format_is_told.
- What is known and not read is named, with a way out. Held by:
  tests/documents/formats/test_detect.py::test_every_kind_that_is_refused_has_words_and_a_way_out.
- An archive is unpacked no further than its limits, and XML opens no other file. Held by:
  tests/documents/web/test_epub.py::test_a_bomb_is_refused_before_it_goes_off,
  tests/documents/web/test_epub.py::test_no_file_is_read_for_an_entity.
"""
