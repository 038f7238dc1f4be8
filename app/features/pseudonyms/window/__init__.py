"""Pseudonyms in the window: what is shown before a question goes to a server, and the export with names replaced.

Invariants:

- A question waits until a person has decided; cancelled, it stays written and nothing is sent. Held by:
  tests/features/pseudonyms/window/test_outbound_flow.py::test_the_first_question_waits_until_it_is_decided,
  tests/features/pseudonyms/window/test_outbound_flow.py::test_cancelled_it_stays_written_and_nothing_is_sent.
- An image that came meanwhile does not leave unasked. Held by:
  tests/features/pseudonyms/window/test_outbound_flow.py::test_an_image_that_comes_while_it_waits_does_not_leave_unasked.
"""
