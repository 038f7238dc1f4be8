"""Use-cases: what a person can do, a plain call or a `Work`, the same for both faces. `services.py` has all that a face
can use.

Invariants:

- What belongs to a desk goes into `Services.database`, what is the person's or the machine's into `Services.home`; what
  is in memory is made anew for each desk. Held by:
  tests/services/library/test_matters.py::test_what_is_in_one_desk_is_in_no_other,
  tests/services/library/test_matters.py::test_what_is_the_persons_is_in_every_desk, tests/ui/test_two_clients.py.
- Whoever exports, deletes or sends something in a new way records it; an answer and its entry are one transaction. Held
  by: tests/services/test_audit_log.py.
- What is deleted stays recorded and loses its text. Held by:
  tests/services/test_audit_log.py::test_what_is_deleted_stays_recorded_and_loses_its_text.
- The administrator's policy is asked where something happens, not where it is shown. Held by:
  tests/services/test_policies.py::test_no_process_is_started_for_a_server_that_is_not_allowed,
  tests/services/test_policies.py::test_no_hub_is_asked_and_no_token_is_looked_for,
  tests/services/test_policies.py::test_a_required_passphrase_is_asked_for_before_the_desk_opens.
- Of a release the signature is checked before a byte is parsed. Held by:
  tests/services/test_updates.py::test_what_is_not_signed_sound_and_ours_is_refused.
- The search of the whole desk (`library_search.py`) finds nothing that is in the bin. Held by:
  tests/services/test_library_search.py::test_what_is_in_the_bin_is_not_found.
"""
