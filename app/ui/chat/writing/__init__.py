"""The place where a question is written: its field, its attachments, its drafts."""
