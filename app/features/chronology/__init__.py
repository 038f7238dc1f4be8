"""The chronology: dated events of all documents, and the persons and organisations that they name.

`finding.py` finds by rules, `asking.py` by the model, `store.py` keeps both, `service.Timelines` is what a face calls.
This is the feature to copy from.

Invariants:

- Whoever changes what is found raises `service.RULES`; books are then looked through again. Held by:
  tests/features/chronology/test_store.py::test_a_book_that_is_read_again_is_looked_through_again.
- What a person changed, merged or deleted stays so, whatever is found later. Held by:
  tests/features/chronology/test_store.py::test_what_a_person_changed_stays,
  tests/features/chronology/test_store.py::test_two_names_of_one_person_stay_one,
  tests/features/chronology/test_store.py::test_what_a_person_deleted_is_not_found_again.
- Names are matched by their spelling alone: that Mr Smith is John Smith only a person says. Held by:
  tests/features/chronology/test_moving.py::test_the_chronology_goes_with_its_book_and_knows_who_is_who.
- A model adds only what a page has, word for word enough to be found there. Held by:
  tests/features/chronology/test_asking.py::test_what_the_pages_have_is_kept.
- A date that is reckoned from the one before is marked so. Held by:
  tests/features/chronology/test_finding.py::test_a_reckoned_date_goes_on_from_the_page_before.
- An entry goes with the last document that it stands in. Held by:
  tests/features/chronology/test_store.py::test_a_book_takes_along_what_stands_in_it_alone.
"""
