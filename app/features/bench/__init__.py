"""The benchmark: how fast a model is on this computer. `service.py` measures, `report.py` is what it says.

Invariants:

- A report has numbers and the names of models and devices: no text, no path, no name of a file, since people send it.
  Held by: tests/features/bench/test_command.py::test_all_is_measured_and_nothing_is_kept_or_said_of_whose_it_is.
- Each measurement has a limit of time (`BenchSteps.limited`), and counts as far as it came. Held by:
  tests/features/bench/test_service.py::test_depths_for_which_there_is_no_time_are_left_out_and_named.
- What it saves is in a folder of its own and goes with it, even after a kill. Held by:
  tests/features/bench/test_service.py::test_with_no_time_at_all_that_is_said_and_what_a_killed_one_left_is_gone.
"""
