"""What is written: the field for it, its attachments, drafts."""
