"""Governance in the window: the record, the report of what is kept, deleting by age.

Invariants:

- The shown conversation is not deleted by its age. Held by:
  tests/features/governance/window/test_retention_window.py::test_the_shown_conversation_is_spared.
- A record that was changed says where. Held by:
  tests/features/governance/window/test_record_window.py::test_a_record_that_was_changed_says_where.
"""
