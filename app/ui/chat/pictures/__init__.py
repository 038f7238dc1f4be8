"""Images of a conversation, seen large."""
