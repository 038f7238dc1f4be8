"""The formats of prompts and of thoughts: how turns are marked, and where a thought begins and ends.

Invariants:

- A template that came in a file is never run in the engine's process; the table here and llama.cpp's own list recognise
  it by its marks. Held by: contract "a model's template is rendered in its process alone",
  tests/engine/formats/test_chat_formats.py.
- A thought is no part of an answer. It is taken apart before the text is held to the books, checked or sent again, and
  the next turn is laid out without it. Held by:
  tests/engine/test_thoughts.py::test_the_next_turn_is_laid_out_without_the_thought,
  tests/engine/formats/test_thinking.py::test_no_word_of_a_thought_comes_through, tests/contracts/test_thoughts.py.
- What switches thinking on or off stands where the answer begins, behind the books, so nothing is read again. Held by:
  tests/engine/test_thoughts.py::test_a_model_is_had_not_to_think_behind_books_and_question.
- What a family writes around its thoughts is data in `thought_marks.py`; each family has streams in the tests. Held by:
  tests/engine/test_thought_families.py, tests/engine/thought_streams.py.
"""
