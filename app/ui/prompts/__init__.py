"""Instructions of a conversation, and saved prompts."""
