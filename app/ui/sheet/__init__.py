"""Question sheets in the window: the list of questions, and the table of answers."""
