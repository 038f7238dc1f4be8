"""The conversation: its turns, its composer, and a question on its way to the engine (`asking.py`, `submission.py`).

Invariants:

- A question is on disk before it is shown. Held by:
  tests/ui/chat/test_asking.py::test_a_question_is_on_disk_before_it_is_shown_and_its_answer_streams.
- Each gate looks through a question in the order of one list (`window/window.py`), may ask the person, and lets it go
  on as it is by then; if what is written has changed, it is looked through once more. Held by:
  tests/features/pseudonyms/window/test_outbound_flow.py::test_names_and_images_are_decided_together,
  tests/features/pseudonyms/window/test_outbound_flow.py::test_an_image_that_comes_while_it_waits_does_not_leave_unasked.
- A question that was sent too early waits for its documents and the engine, in its own conversation, and can be taken
  back. Held by: tests/ui/chat/test_holding_flow.py::test_it_waits_for_the_book_and_is_asked_with_it,
  tests/ui/chat/test_holding_flow.py::test_it_stays_with_its_conversation_and_so_does_the_book,
  tests/ui/chat/test_holding_flow.py::test_esc_gives_it_back.
- Only a person stops an answer; what was written is kept. Held by:
  tests/ui/chat/test_asking.py::test_stop_keeps_what_was_written,
  tests/ui/chat/test_asking.py::test_an_answer_goes_on_while_another_conversation_is_shown.
- A dead engine is said and comes back. Held by:
  tests/ui/chat/test_asking.py::test_a_dead_engine_is_told_and_comes_back_and_the_next_question_is_answered.
"""
