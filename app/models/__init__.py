"""GGUF files on this machine: found, copied, packed, verified, removed.

`local.py` lists them, `incoming.py` lets them appear and go, `provenance.py` has what is known of each.

Invariants:

- A model becomes visible by one rename of a folder in which every byte was hashed and is on disk; in staging a file
  gets its name only after its hash was found right. Held by:
  tests/services/models/test_import_export.py::test_a_killed_arrival_cannot_be_seen_and_is_swept_by_the_next,
  tests/models/hub/test_download.py::test_kills_at_any_moment,
  tests/services/models/test_downloads.py::test_wrong_bytes_are_never_ready.
- Nobody looks for models in `.fetching`, `.arriving` and `.leaving`. Held by:
  tests/services/models/test_import_export.py::test_hidden_folders_and_those_that_cannot_be_read_are_passed_over.
- A packed model is untrusted: a member counts only if the record, which comes first, names it, once, with its size.
  Held by: tests/models/test_packing.py::test_whatever_is_odd_is_refused.
"""
