"""The parts of the window, each with its presenters joined, and with what menus, palette and shortcuts offer of it
(`…_commands.py`).

Invariants:

- Every command is an action of `kit.commands`, from which menus, palette and the page of shortcuts are made. Held by:
  tests/ui/test_window_flow.py::test_every_command_has_a_shortcut_of_its_own,
  tests/ui/test_chrome.py::test_the_menu_bar_has_every_command_once.
- No shortcut is given twice, or means something else to people. Held by:
  tests/ui/test_chrome.py::test_no_shortcut_is_given_twice_or_means_something_else_to_people.
"""
