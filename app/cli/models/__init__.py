"""Models in the terminal: what there is, what can be fetched, and what becomes of it.

Invariants:

- Listing and planning ask no network. Held by:
  tests/cli/test_fetching.py::test_the_catalogue_is_listed_without_a_network,
  tests/cli/test_fetching.py::test_an_offer_of_the_catalogue_is_planned_and_shown_without_a_network.
- Nothing is fetched before the person has accepted its terms; where nobody can be asked, `--yes` is needed. Held by:
  tests/cli/test_fetching.py::test_terms_are_shown_and_have_to_be_accepted,
  tests/cli/test_fetching.py::test_where_nobody_can_be_asked_yes_is_needed.
- The name of a file or a model does not steer a terminal. Held by:
  tests/cli/test_models.py::test_a_name_that_would_steer_the_terminal_is_shown_harmless.
"""
