"""A conversation as a PDF file, whose text can be copied (`pdf_text.py` puts right what Qt says in it of the text).

Invariants:

- A PDF says the characters that were set. Held by: tests/ui/pdf/test_pdf.py::test_a_pdf_says_what_the_answer_says,
  tests/ui/pdf/test_pdf_text.py::test_characters_that_share_a_glyph_are_told_apart.
- pypdf reads what the window has written, and no file of others. Held by: contract "pypdf reads what the window has
  written, and no file of others".
"""
