"""Ctrl+K: any command, document or conversation by a few letters of it.

Invariants:

- While it is open, no command of the window answers to its keys. Held by:
  tests/ui/palette/test_palette.py::test_while_it_is_open_no_command_of_the_window_answers_to_its_keys.
- Commands are found by the words that people use, in Japanese too. Held by:
  tests/ui/palette/test_palette.py::test_commands_are_found_by_the_words_that_people_use,
  tests/ui/palette/test_palette.py::test_so_they_are_in_japanese.
"""
