"""Videos: a person chooses frames of one, which go with the question as images.

Invariants:

- Frames of a video that changed meanwhile are not taken. Held by:
  tests/features/videos/test_service.py::test_a_video_that_changed_is_not_taken.
- What is taken or released leaves no process. Held by:
  tests/features/videos/test_service.py::test_what_is_taken_or_released_leaves_no_process.
"""
