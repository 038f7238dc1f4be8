"""Presentations: what they share, and PowerPoint. A slide is a page.

Invariants:

- What nobody sees is kept apart, and a hidden slide says so. Held by:
  tests/documents/slides/test_pptx.py::test_what_nobody_sees_is_kept_aside,
  tests/documents/slides/test_pptx.py::test_speaker_notes_are_set_apart_and_a_hidden_slide_says_so.
- Many shapes in odd places are put in order in time. Held by:
  tests/documents/slides/test_pptx.py::test_many_shapes_in_odd_places_are_ordered_in_time.
"""
