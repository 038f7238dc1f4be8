"""Printing in the window: pages (`book.py`), conversations (`conversation.py`).

Invariants:

- A page is printed as it is drawn, and a conversation as it is exported. Held by:
  tests/features/printing/window/test_book.py::test_pages_of_a_pdf_are_printed_as_they_are_drawn,
  tests/features/printing/window/test_conversation.py::test_a_conversation_is_printed.
- A printer that does not work is said. Held by:
  tests/features/printing/window/test_book.py::test_a_printer_that_does_not_work_is_told_of.
"""
