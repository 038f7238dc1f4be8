"""The settings: their dialog and its fields, made from what `core/settings.py` declares and `wording/settings.py` says.

Invariants:

- Each setting is saved by itself and at once, since other processes save settings too. Held by:
  tests/ui/settings/test_settings_flow.py::test_a_switch_is_saved_at_once_and_nothing_else_is.
- Every setting has a meaning and an editor. Held by:
  tests/ui/settings/test_settings_flow.py::test_every_setting_has_a_meaning_and_an_editor_that_shows_its_value.
- A key that is kept is not shown. Held by:
  tests/ui/remote/test_remote_flow.py::test_a_key_that_is_kept_is_not_shown_and_can_be_forgotten.
"""
