"""Other programs on this computer that ask the desk over MCP, as far as a person allows it. `service.McpAccess`
decides.

Invariants:

- Each request is admitted anew, by the administrator's policy and then by what a person decided, so what is taken back
  ends at once. Held by: tests/features/programs/test_mcp.py::test_a_permission_that_is_taken_back_ends_at_once,
  tests/features/programs/test_mcp.py::test_the_administrator_decides_first.
- Only a person allows: at a terminal, or in the window, which is asked by a file (`core/machine/desk_window.py`). Held
  by: tests/features/programs/test_mcp.py::test_only_a_person_at_a_terminal_can_allow,
  tests/features/programs/test_mcp.py::test_the_window_is_asked_where_one_is_open.
- A program learns nothing of what it may not see, and a locked desk answers nothing. Held by:
  tests/features/programs/test_mcp.py::test_what_a_program_may_not_see_it_learns_nothing_of,
  tests/features/programs/test_mcp.py::test_a_locked_desk_answers_nothing.
- The record names the program that asked. Held by:
  tests/features/programs/test_mcp.py::test_a_question_is_answered_with_its_pages_and_kept_with_who_asked.
"""
