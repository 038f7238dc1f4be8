"""The main window: its three panels, what is dropped on it, and the ways between what it shows.

Invariants:

- No handle moves because a panel is furnished, and chosen widths stay. Held by:
  tests/ui/frame/test_panes.py::test_no_handle_moves_because_a_panel_is_furnished,
  tests/ui/frame/test_panes.py::test_chosen_widths_stay_and_the_rest_is_the_pages.
- Each conversation has its own page panel. Held by:
  tests/ui/frame/test_panes.py::test_each_conversation_has_its_own_page_panel.
- What is deleted is gone at once and can be undone; without the bin it is asked first. Held by:
  tests/ui/frame/test_undoing.py::test_a_deleted_conversation_is_gone_at_once_and_undone_by_the_button,
  tests/ui/frame/test_undoing.py::test_without_the_bin_it_is_asked_first_and_gone_for_good.
"""
