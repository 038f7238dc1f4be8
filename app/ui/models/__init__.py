"""The window of models: cards with what each would take, downloads, terms, and the placement by hand.

Invariants:

- A model that could not be loaded leaves the one from before, and its card says why. Held by:
  tests/ui/test_one_engine.py::test_a_model_that_is_refused_leaves_the_one_of_before_in_the_chip,
  tests/ui/models/test_actions.py::test_a_model_that_could_not_be_loaded_says_why_on_its_card.
- Terms are shown whole and accepted before a download, which says whom it talks to. Held by:
  tests/ui/models/test_fetching.py::test_the_terms_are_shown_whole_and_accepted_once,
  tests/ui/models/test_fetching.py::test_a_download_shows_bytes_rate_time_parts_and_whom_it_talks_to.
- A token is never shown. Held by:
  tests/ui/models/test_fetching.py::test_a_gated_repository_asks_for_a_token_which_is_never_shown.
- A click on a card that has just moved does nothing. Held by:
  tests/ui/models/test_actions.py::test_a_click_on_a_card_that_has_just_moved_does_nothing.
"""
