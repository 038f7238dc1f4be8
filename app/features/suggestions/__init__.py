"""Suggested questions: what the documents can answer, before the first question and after an answer.
`service.Suggestions` answers both.

Invariants:

- No model is asked, and they cost no tokens. Held by:
  tests/features/suggestions/window/test_suggestions_flow.py::test_they_cost_no_tokens.
- A question whose passage the search does not find is not shown. Held by:
  tests/features/suggestions/test_service.py::test_a_question_that_does_not_find_its_passage_is_not_shown.
- They are made once and kept with the document; whoever changes the forms raises `service.RULES`. Held by:
  tests/features/suggestions/test_service.py::test_they_are_the_same_each_time_and_made_once,
  tests/features/suggestions/test_store.py::test_other_rules_make_them_anew.
- Nothing waits for them. Held by:
  tests/features/suggestions/window/test_suggestions_flow.py::test_an_answer_is_there_before_they_are.
"""
