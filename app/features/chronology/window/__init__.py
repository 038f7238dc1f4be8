"""The chronology in the window: its commands and its panel.

Invariants:

- A question comes before the chronology's, which go on later where they were. Held by:
  tests/features/chronology/window/test_chronology_flow.py::test_a_question_comes_first_and_the_asking_goes_on_later.
- A click on an entry lights its words on the page. Held by:
  tests/features/chronology/window/test_chronology_flow.py::test_a_click_opens_the_page_with_the_words_lit.
"""
