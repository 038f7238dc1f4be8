"""The terminal: `main.py` runs a command, `parsers.py` declares all of them with their options.

Invariants:

- All output goes through `screen.py`, so that no text steers a terminal. Held by:
  tests/cli/test_screen.py::test_an_answer_does_not_steer_a_terminal,
  tests/cli/test_screen.py::test_what_a_person_typed_does_not_steer_a_terminal_either.
- What goes wrong becomes a sentence and an exit code in one place (`main.py`); the code says who can mend it. Held by:
  tests/cli/test_main.py::test_what_goes_wrong_gets_a_sentence_and_its_code.
- With `--json`, standard output has JSON alone. Held by:
  tests/cli/test_json_schema.py::test_standard_output_has_the_json_alone.
- No secret is an argument: passphrases and tokens are typed, or come from a file or a keyring. Held by:
  tests/cli/test_fetching.py::test_a_token_is_never_an_argument_and_needs_a_keyring,
  tests/cli/test_main.py::test_a_passphrase_locks_the_desk.
- Ctrl+C stops the work and keeps what there is. Held by:
  tests/cli/test_main.py::test_ctrl_c_stops_and_keeps_the_partial_answer.
- Every command that looks into a desk takes `--matter`. Held by:
  tests/cli/test_matters.py::test_every_command_that_looks_into_a_desk_takes_a_matter,
  tests/features/test_terminal.py::test_every_command_that_looks_into_a_desk_takes_a_matter.
- `--help` imports neither desk nor window. Held by: tests/ui/test_start.py::test_help_imports_no_desk_and_no_window.
- Manuals, completions and the handbook's chapter of commands are made of the parsers. Held by:
  tests/test_docs.py::test_the_handbook_names_every_command.
"""
