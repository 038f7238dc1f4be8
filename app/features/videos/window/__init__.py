"""Videos in the window: given for the next question, with a dialog that chooses frames.

Invariants:

- What is closed while it is looked through leaves nothing. Held by:
  tests/features/videos/window/test_videos_flow.py::test_what_is_closed_while_it_is_looked_through_leaves_nothing.
- A full question takes no frames. Held by:
  tests/features/videos/window/test_videos_flow.py::test_a_full_question_takes_no_frames.
"""
