"""The encrypted database of a desk: one module for each kind of thing that is kept.

`db.py` is the database, `schema.py` and `migrations.py` its tables. Features keep tables of their own beside them.

Invariants:

- The library and every matter have a database each, of one schema. So nobody filters by matter; `matters.py` keeps the
  others' keys in the main one. Held by: tests/ui/test_two_clients.py,
  tests/store/test_matters.py::test_each_has_a_key_of_its_own.
- What is in the bin is nowhere else: its rows stay, marked with `bin_id`. Whoever lists, finds or reads conversations,
  books or images in a new way leaves out what is marked. Held by: tests/store/test_bin.py.
- What belongs to a row refers to it ON DELETE CASCADE, and moves with it (`moving.py`); an index of words that no
  trigger fills is named in `moving.INDEXES`. Held by: tests/store/test_moving.py.
- A released script is never changed, and a database is copied before it is upgraded. Held by:
  tests/store/test_migrations.py::test_a_released_script_is_never_changed, tests/store/test_upgrades.py.
- What a newer version wrote is refused or passed over, never lost. Held by:
  tests/store/test_db.py::test_a_database_of_a_newer_octavo_is_refused_and_stays_as_it_is,
  tests/store/test_upgrades.py::test_settings_of_a_newer_octavo_do_no_harm_and_are_not_lost.
- What was acknowledged survives a power cut. Held by: tests/store/test_power_loss.py.
- A new table says where it has names, or that it has none. Held by: tests/features/test_keeps.py.
"""
