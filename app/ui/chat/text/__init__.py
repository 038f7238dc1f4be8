"""Text of a conversation as it is drawn: Markdown, formulas, page marks and their evidence.

Invariants:

- A sentence shows its verdict and nothing else; green and the tick are for word for word alone. Held by:
  tests/ui/chat/test_verdicts.py::test_green_and_the_tick_are_for_sentences_that_a_page_has_word_for_word,
  tests/ui/chat/test_verdicts.py::test_what_was_found_out_about_a_citation_alone_is_never_shown.
- Each sentence has one line and one chip (`verdict_marks.py`), and lines leave the text as it is. Held by:
  tests/ui/chat/test_verdicts.py::test_each_sentence_has_one_line_from_its_first_to_its_last_word_and_one_chip,
  tests/ui/chat/test_verdicts.py::test_lines_leave_the_text_as_it_is.
- A search result has pages and never a tick. Held by:
  tests/ui/chat/test_verdicts.py::test_a_search_result_has_pages_and_never_a_tick.
- A screen reader is told all that the card of the evidence shows. Held by:
  tests/ui/chat/test_verdicts.py::test_a_screen_reader_is_told_all_that_the_card_shows.
- What a text needs is imported on the thread that reads the conversation (`render.prepare`). Held by:
  tests/ui/chat/test_preparing.py::test_it_is_imported_on_the_thread_that_reads_the_conversation.
"""
