"""Backups: the library, all matters and the settings in one encrypted file, and a desk made of one.

`service.py` makes both, `backup_file.py` is the format, `snapshots.py` several databases at one moment.

Invariants:

- A backup shows one moment of all databases, and each is copied by SQLite, never as a file. Held by:
  tests/features/backup/test_snapshots.py::test_several_databases_show_one_moment,
  tests/features/backup/test_service.py::test_the_desk_is_used_meanwhile.
- What is written is read back before the backup counts; the backup of before stays until then. Held by:
  tests/features/backup/test_service.py::test_what_is_read_back_must_be_what_was_written,
  tests/features/backup/test_service.py::test_a_disk_that_is_full_or_takes_no_such_file_keeps_the_backup_of_before.
- A desk is never replaced, only made where nothing is yet. Held by:
  tests/features/backup/test_service.py::test_a_desk_is_never_replaced.
- What comes from a backup is untrusted. Held by:
  tests/features/backup/test_service.py::test_a_name_inside_that_leads_elsewhere_is_refused,
  tests/features/backup/test_service.py::test_a_database_inside_that_is_none_of_octavo_is_refused.
- A new kind of file that belongs to a desk is added in three places: `service.Backups`, the names that `backup_file.py`
  takes, and what `store/restoring.py` clears. Held by:
  tests/features/backup/test_service.py::test_a_desk_made_of_a_backup_is_equal.
"""
