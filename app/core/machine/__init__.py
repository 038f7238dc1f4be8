"""This computer: folders and private files, locks, the installation, secrets, passphrases, and the signs of a window.

Invariants:

- Every folder is 0700 and every file 0600, whatever the umask. Held by:
  tests/store/test_db.py::test_files_are_private_whatever_the_umask,
  tests/core/machine/test_paths.py::test_folders_on_the_way_are_private_too.
- A file is written whole or not at all, and is on disk when the function returns. Held by:
  tests/store/test_power_loss.py.
- Whoever sets a passphrase asks `require_strong`, so that no face can forget it. Held by:
  tests/store/test_keys.py::test_a_weak_passphrase_is_refused,
  tests/features/backup/test_service.py::test_a_backup_is_not_written_into_the_desk_nor_nowhere,
  tests/services/library/test_matters.py::test_a_weak_passphrase_protects_no_exported_matter.
- The log has ids, counts, durations and error codes; never a text, a title, a file name or a prompt. Held by:
  tests/cli/test_names.py::test_lists_of_questions_are_used.
- The manifests of an installation and of a release are formats that other versions read. Held by:
  tests/core/machine/test_installation.py, tests/core/test_release.py.
"""
