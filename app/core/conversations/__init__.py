"""Plain data of conversations: questions, answers, events on the way to one, verdicts."""
