"""Chat formats out of the templates that come in models' files, rendered in a locked-in process.

`reader.py` is the desk's side, `rendering.py` runs jinja2, `format_finding.py` says what is a format.

Invariants:

- A template is the program of a stranger. It runs in its process alone, in jinja2's sandbox, with the names in
  `rendering.py` within reach and nothing else: whatever is added there is reach that every model gets. Held by:
  contract "a model's template is rendered in its process alone",
  tests/models/templates/test_templates.py::test_what_does_harm_ends_with_a_sentence.
- What comes back is checked (`reader._is_sound`), and is text of the frame alone; contents of conversations never pass
  through it. Held by: tests/models/templates/test_templates.py::test_a_process_that_was_taken_over_is_not_believed,
  tests/models/templates/test_templates.py::test_a_piece_is_never_a_text_of_the_conversation.
- A format writes every text once, in order and as it is; what stands between two texts does not depend on what comes
  later. Others are refused. Held by:
  tests/models/templates/test_templates.py::test_what_is_worked_out_writes_what_the_template_writes.
"""
