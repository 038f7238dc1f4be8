"""Mail: messages, Outlook messages, mailboxes.

Invariants:

- An attachment that may be a document is one of its own (`Document.members`); a picture in the text is none. Held by:
  tests/documents/mail/test_eml.py::test_attachments_are_named_and_those_that_may_be_documents_are_members,
  tests/documents/mail/test_eml.py::test_pictures_in_the_text_are_no_documents.
- Headers are cleaned of what cannot be seen and of what turns text around. Held by:
  tests/documents/mail/test_eml.py::test_control_and_bidi_characters_leave_the_headers.
- Parts and messages within each other have limits. Held by:
  tests/documents/mail/test_eml.py::test_parts_within_parts_are_refused,
  tests/documents/mail/test_eml.py::test_messages_within_messages_are_refused_or_read.
"""
