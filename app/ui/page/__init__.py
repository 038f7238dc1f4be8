"""The right panel: the pages of a document in one scrolled column (`page_column.py`), drawn or as text, with notes.

Invariants:

- Nothing that one reads moves, whatever comes to be known: the view is at a goal until the person moves, or stays where
  it is. Held by: tests/ui/page/test_continuous.py::test_what_comes_to_be_known_moves_nothing_that_is_read.
- Only pages near the view are asked for. Held by:
  tests/ui/page/test_continuous.py::test_of_a_long_book_only_what_is_near_is_asked_for,
  tests/ui/page/test_continuous.py::test_of_a_long_text_only_what_is_near_is_set.
- Text of a page is plain: no markup is interpreted, and invisible characters are shown. Held by:
  tests/ui/page/test_typeset.py::test_markup_stays_text,
  tests/ui/page/test_page_widgets.py::test_invisible_and_turning_characters_are_shown.
- An address is shown and copied, and never opened. Held by:
  tests/ui/page/test_links.py::test_an_address_is_shown_and_copied_but_never_opened.
- A command is for the page that has the focus (`Pages.active`); each conversation has its own open documents and its
  own trail. Held by: tests/ui/page/test_split_view.py::test_commands_are_for_the_book_that_has_the_focus,
  tests/ui/page/test_open_books.py::test_each_conversation_has_its_own_books_open,
  tests/ui/page/test_page_history.py::test_each_conversation_has_its_own_trail.
"""
