"""Saved prompts in the window: the command, the palette, and a slash in an empty question.

Invariants:

- A slash offers them only where nothing is written yet. Held by:
  tests/features/prompts/window/test_prompts_flow.py::test_a_slash_offers_the_saved_prompts.
"""
