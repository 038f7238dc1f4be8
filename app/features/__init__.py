"""All that Octavo can do besides its kernel: one folder for each feature, declared in its `feature.py` (see
app/README.md).

Invariants:

- A feature imports the kernel, and no other feature; its window is known to its declaration alone. Held by: contract
  "no feature knows another", contract "the window of a feature is known to its declaration alone".
- One that is taken out of `feature_list.py` leaves no trace. Held by: tests/features/test_leaving_out.py.
- `feature.py` imports nothing heavy. Held by:
  tests/ui/test_start.py::test_nothing_heavy_is_imported_before_the_frame_is_shown,
  tests/ui/test_start.py::test_help_imports_no_desk_and_no_window.
- What a feature keeps goes with the document or the conversation that it belongs to, and `Feature.keeps` says where
  names are in it. Held by: tests/features/test_keeps.py.
- A command that looks into a desk takes `--matter`. Held by:
  tests/features/test_terminal.py::test_every_command_that_looks_into_a_desk_takes_a_matter.
"""
