"""The look of the window: colours, type, icons, and how it moves.

Invariants:

- Every ink can be read on every ground, in both themes. Held by:
  tests/ui/look/test_look.py::test_every_ink_can_be_read_on_every_ground,
  tests/ui/look/test_look.py::test_every_text_of_the_stylesheet_can_be_read_on_its_own_ground.
- Nothing moves where less motion is asked for; `motion.py` says how long anything may. Held by:
  tests/ui/look/test_motion.py::test_nothing_fades_where_less_motion_is_asked_for.
- Every button has a name. Held by: tests/ui/look/test_look.py::test_every_button_of_the_window_has_a_name.
"""
