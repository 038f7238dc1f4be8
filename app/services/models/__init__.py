"""Models: planned, loaded, downloaded, carried in and out, and how far each can be believed.

`models.py` has what is loaded, `plans.py` what would be.

Invariants:

- A load is planned, rehearsed, then done: what does not fit is refused while the model from before is still there. Held
  by: tests/services/models/test_loading.py::test_what_cannot_fit_is_refused_with_numbers_and_the_loaded_model_stays,
  tests/services/models/test_loading.py::test_a_rehearsal_that_counts_more_than_there_is_stops_the_load.
- A rehearsal leaves the vocabulary out; nothing may be tokenized with such a model, or llama.cpp ends the process. Not
  tested: it would end the tests.
- A speed is called measured only for the same file in the same place. Held by:
  tests/services/models/test_speed_history.py::test_a_measurement_of_another_place_or_file_is_not_used.
- A model judges only as far as it was measured. Held by:
  tests/services/models/test_judgement.py::test_one_who_guesses_is_not_asked,
  tests/services/models/test_judgement.py::test_a_good_judge_is_asked_and_believes_hardly_a_false_claim.
- Whoever changes the judge's question, its evidence or the calibration raises `judgement.VERSION`; how formats are
  worked out, `chat_templates._RULES`. Not tested: nothing can tell a change that matters.
- A matter's server comes before the person's, and where it is gone no other is asked. Held by:
  tests/services/models/test_remote.py::test_a_matter_has_a_server_of_its_own,
  tests/services/models/test_remote.py::test_a_matter_whose_server_is_gone_asks_no_other.
- Terms are accepted before a download, and again if their text changes. Held by:
  tests/services/models/test_downloads.py::test_accepted_terms_are_remembered_until_their_text_changes.
"""
