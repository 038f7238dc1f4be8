"""Plain data of conversations: questions and answers, the events on the way to one, cells, verdicts, places of files.

Invariants:

- A book's chapters are its outline, and nothing else is asked for them; where a file has none, one is made of the
  book's headings. Held by: tests/core/conversations/test_chapters.py,
  tests/services/finding/test_search.py::test_a_book_without_an_outline_gets_one_when_it_is_cut_again.
- What is shown of a sentence is its verdict (`verdict.py`) and nothing else. Held by:
  tests/export/test_export.py::test_each_sentence_has_one_line_and_a_quotation_none_of_its_own,
  tests/cli/test_findings.py::test_each_sentence_has_one_line_and_the_last_one_counts.
- Struct fields are kept as JSON: a change comes with a new version of the schema. Held by:
  tests/store/test_upgrades.py::test_a_change_of_what_is_kept_as_json_comes_with_a_new_version.
"""
