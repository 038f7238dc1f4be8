"""The report on a document: what could be read of each of its pages.

Invariants:

- Hidden text and comments are read by the model only once a person allows it. Held by:
  tests/ui/report/test_report_flow.py::test_the_model_reads_hidden_text_once_that_is_allowed,
  tests/ui/report/test_report_flow.py::test_the_model_reads_the_comments_of_a_word_document_once_that_is_allowed.
"""
