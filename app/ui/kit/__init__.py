"""The groundwork that all parts of the window share: threads, who has the engine, commands, words, and forms to be
filled."""
