"""Documents and what belongs to them: taken in, kept, shown, removed; matters, which hold them.

`folder_adding.py` takes in files and folders alike, `file_recording.py` says what became of each.

Invariants:

- What is to be read is on disk as waiting, so whoever is killed goes on with the next scan. Held by:
  tests/services/library/test_folder_adding.py::test_killed_in_the_middle_it_goes_on_where_it_was.
- Files are read side by side, and one thread writes what came of them. Held by:
  tests/services/library/test_folder_adding.py::test_several_are_read_at_once_each_on_its_thread.
- Sizes and times decide what is new; nothing is read unasked. Held by:
  tests/services/library/test_folder_adding.py::test_a_watched_folder_is_looked_at_and_nothing_is_read.
- A changed file is a new version, and the old one stays. Held by:
  tests/services/library/test_folder_adding.py::test_a_changed_file_is_a_new_version_and_the_old_one_stays.
- What a person deleted for good does not come back with a scan. Held by:
  tests/services/library/test_folder_adding.py::test_what_a_person_deleted_does_not_come_back.
- A deleted matter leaves nothing, and what an imported one has is checked. Held by:
  tests/services/library/test_matters.py::test_a_deleted_matter_leaves_nothing,
  tests/services/library/test_matters.py::test_a_file_with_other_tables_or_triggers_is_refused.
"""
