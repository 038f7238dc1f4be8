"""Saved prompts: what a person asks often, kept by a name, and chosen with a slash.

Invariants:

- Prompts are the person's, so every matter has those of the library. Held by:
  tests/features/prompts/test_texts.py::test_every_matter_has_the_prompts_of_the_library.
- As a text they can be carried elsewhere and taken in again; of a wrong file nothing is kept. Held by:
  tests/features/prompts/test_texts.py::test_any_text_comes_back,
  tests/features/prompts/test_texts.py::test_of_a_wrong_file_nothing_is_kept.
"""
