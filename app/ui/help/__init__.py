"""Help: the keyboard shortcuts, the handbook, and what Octavo is made of.

Invariants:

- Every command with keys is on the page of shortcuts, and every shortcut in the handbook. Held by:
  tests/ui/test_chrome.py::test_every_command_with_keys_is_on_the_page_of_shortcuts,
  tests/ui/test_chrome.py::test_the_handbook_has_every_shortcut.
"""
