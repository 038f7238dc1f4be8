"""A question: planned, laid out, asked, answered, checked and weighed. `ask.py` is the list of what happens.

Invariants:

- A question is on disk before anything else, and a partial answer is kept, whatever ended it. Held by:
  tests/services/asking/test_ask.py::test_the_question_is_on_disk_before_anything_is_told,
  tests/services/asking/test_ask.py::test_a_dying_engine_leaves_the_partial_answer.
- A question is repeated as it was read: what stood beside it is kept with its answer (`Answer.retrieved`). Held by:
  tests/services/asking/test_retrieval.py::test_the_turns_of_all_kinds_are_repeated_as_they_were_read.
- A conversation keeps the version of the rules that it began with; a released one is never changed (`rules.py`). Held
  by: tests/services/asking/test_retrieval.py::test_a_conversation_goes_on_with_the_rules_that_it_began_with,
  tests/services/asking/test_rules.py::test_a_released_version_is_never_changed.
- Nothing that is to be replaced goes to a server, not even to be counted. Held by:
  tests/services/asking/test_replacing.py.
- Weighing, titles and reading ahead come after what a person asked; no book is read for a title. Held by:
  tests/services/asking/test_titling.py::test_no_book_is_read_for_a_title,
  tests/ui/chat/test_reading_flow.py::test_a_question_ends_the_reading_ahead_and_is_answered,
  tests/ui/chat/test_weighing_flow.py::test_the_next_question_comes_first.
- An answer is valid by a schema only if the library `jsonschema` says so, never because something held it, and never if
  it was cut off. Held by: tests/cli/test_json_schema.py::test_what_is_cut_off_is_not_called_valid,
  tests/cli/test_json_schema.py::test_what_nothing_holds_an_answer_to_is_checked.
- No cell is lost or asked twice. Held by:
  tests/features/tables/test_side_by_side.py::test_a_sheet_gives_way_with_nothing_lost_or_asked_twice.
- A plan counts the tokens that the prompt will have. Held by:
  tests/services/asking/test_document_selection.py::test_the_proposal_s_tokens_are_those_of_the_prompt.
"""
