"""Backups in the window: commands, the row in the settings, the offer at a first start, the reminder.

Invariants:

- A backup goes on while the desk is used, and can be stopped. Held by:
  tests/features/backup/window/test_backup_flow.py::test_a_backup_can_be_stopped_and_another_desk_asks_first.
- A person is reminded only if they want to be. Held by:
  tests/features/backup/window/test_backup_flow.py::test_a_person_is_reminded_only_if_that_is_wanted.
"""
