"""Answers with their checked references as files: Markdown, HTML, Word, spreadsheets; and references for other
programs.

`report.py` is what a file says, whatever its format. PDF is in `ui/pdf`, since it needs Qt.

Invariants:

- Nothing in an export is fetched or run, and its links lead to the web only. Held by:
  tests/export/test_export.py::test_nothing_in_an_export_is_fetched_or_run,
  tests/export/test_export.py::test_no_export_links_to_anything_but_the_web.
- A formula is LaTeX that a model wrote: `formulas.to_mathml` keeps what says how it looks and nothing that does
  anything, and `formulas.is_one` bounds its cost. Held by:
  tests/export/test_formulas.py::test_nothing_in_a_formula_does_anything,
  tests/export/test_formulas.py::test_odd_formulas_are_written_as_they_are.
- Each sentence has one line with its verdict, and only word for word is green. Held by:
  tests/export/test_export.py::test_each_sentence_has_one_line_and_a_quotation_none_of_its_own,
  tests/export/test_export.py::test_what_follows_follows_and_only_word_for_word_is_green.
- An export says which model answered, and the documents with their hashes. Held by:
  tests/export/test_export.py::test_who_gets_it_knows_what_was_asked_of_which_files,
  tests/export/test_export.py::test_the_answer_comes_before_the_documents_and_their_digests.
- No cell of a spreadsheet is a formula. Held by: tests/features/tables/test_sheet_export.py::test_no_cell_is_a_formula,
  tests/export/test_clipboard.py::test_a_table_is_copied_cell_by_cell_and_nothing_in_it_is_computed.
"""
