"""Governance: the record to be read, checked and exported (`record_files.py`), the report of what is kept of a name
(`keeping.py`), deleting by age (`retention.py`).

How the record is kept is the kernel's: `core/record.py`, `store/record.py`, `services/audit_log.py`.

Invariants:

- Every change of an exported record shows, and its recipe needs no Octavo. Held by:
  tests/features/governance/test_record_files.py::test_every_change_of_a_file_shows,
  tests/features/governance/test_record_files.py::test_the_handbook_recipe_needs_no_octavo.
- The report looks through every table, to the last one. Held by:
  tests/features/governance/test_keeping.py::test_a_name_is_found_wherever_it_is,
  tests/features/test_keeps.py::test_every_table_is_looked_through_or_has_no_texts.
- Other matters are looked into with leave alone. Held by:
  tests/features/governance/test_keeping.py::test_other_matters_are_looked_into_with_leave_alone.
- Nothing is deleted by age unless somebody wants it, and it is said a day before. Held by:
  tests/features/governance/test_retention.py::test_nothing_is_deleted_unless_somebody_wants_it,
  tests/features/governance/test_retention.py::test_it_is_said_first_and_done_a_day_later.
"""
