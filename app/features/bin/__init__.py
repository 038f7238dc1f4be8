"""The bin: what was deleted is listed, restored, or deleted for good. The mark itself is the kernel's (`store/bin.py`),
and so is “Undo”.

Invariants:

- What is restored comes back as it was. Held by:
  tests/features/bin/test_command.py::test_what_was_deleted_is_listed_restored_and_emptied.
"""
