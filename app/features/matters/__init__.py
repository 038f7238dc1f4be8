"""Managing matters: made, renamed, archived, deleted, exported, imported. Opening one, and moving things there, is the
kernel's (`ui/matters/`).

Invariants:

- A matter leaves as a file with a strong passphrase of its own, and is checked when it comes. Held by:
  tests/services/library/test_matters.py::test_a_weak_passphrase_protects_no_exported_matter,
  tests/services/library/test_matters.py::test_what_is_no_exported_matter_is_refused.
"""
