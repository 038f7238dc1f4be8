"""Makes a question of a heading or a sentence: `forms.py` has what all languages share, and each language its module.

Invariants:

- A form matches a whole sentence and puts its parts into a question without bending a word; where that is not safe it
  makes none. Held by: tests/features/suggestions/test_rules.py::test_a_sentence_is_asked_for,
  tests/features/suggestions/test_rules.py::test_what_points_elsewhere_makes_no_question.
- What belongs to a document and is not its matter (contents, imprint) is not asked about. Held by:
  tests/features/suggestions/test_rules.py::test_what_belongs_to_a_book_and_is_not_its_matter_is_not_asked_for.
"""
