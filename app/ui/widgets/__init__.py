"""Small parts that several panels use.

Invariants:

- File dialogs are `FileDialog`, which writes nothing anywhere. Held by:
  tests/ui/widgets/test_file_dialogs.py::test_all_dialogs_are_of_one_kind,
  tests/ui/window/test_application.py::test_folders_that_were_visited_are_written_nowhere.
- Text from outside is in labels that are plain, and whole in the tooltip where it was cut. Held by:
  tests/ui/widgets/test_small.py::test_a_label_that_was_cut_tells_the_whole_in_its_tooltip,
  tests/ui/widgets/test_model_chip.py::test_a_name_is_not_markup.
- Return destroys nothing: whoever goes to the button means it. Held by:
  tests/ui/widgets/test_small.py::test_return_destroys_nothing,
  tests/ui/widgets/test_small.py::test_every_dialog_that_destroys_says_so.
- Widgets that are painted by hand tell screen readers what they are (`spoken.py`). Held by:
  tests/ui/widgets/test_accessibility.py.
"""
