"""The context of the shown conversation: how full it is, making room, reading ahead.

Invariants:

- Reading ahead ends as soon as a person asks. Held by:
  tests/ui/chat/test_reading_flow.py::test_a_question_ends_the_reading_ahead_and_is_answered.
- What does not fit is offered ways out with numbers, and the question is not lost. Held by:
  tests/ui/chat/test_reading_flow.py::test_a_question_that_does_not_fit_offers_what_can_be_done,
  tests/ui/context/test_making_room.py::test_who_chooses_nothing_has_the_question_in_the_composer.
- The shown desk is measured before the documents on the shelf are counted. Held by:
  tests/ui/context/test_counting.py::test_the_desk_does_not_wait_for_the_books_on_the_shelf.
"""
