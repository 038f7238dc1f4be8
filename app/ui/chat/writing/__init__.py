"""The place where a question is written: its field, its attachments, its drafts.

Invariants:

- What is typed is on disk within a second, with its conversation, and is there after a restart. Held by:
  tests/ui/window/test_application.py::test_what_is_written_when_it_is_closed_is_there_at_the_next_start,
  tests/ui/chat/test_attaching_flow.py::test_unsent_ones_stay_with_their_conversation_like_the_text.
- An image is known by its bytes, and an address of the web is refused. Held by:
  tests/ui/chat/test_attaching_flow.py::test_an_image_is_known_by_its_bytes_whatever_its_name,
  tests/ui/chat/test_attaching_flow.py::test_an_address_of_the_web_is_refused.
- No image leaves this computer unless a person agreed. Held by:
  tests/features/pseudonyms/window/test_outbound_flow.py::test_images_leave_once_that_was_agreed,
  tests/features/pseudonyms/window/test_outbound_flow.py::test_an_image_of_before_does_not_leave_unasked.
"""
