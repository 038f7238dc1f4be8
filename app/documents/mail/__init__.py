"""Mail: messages, Outlook messages, mailboxes."""
