"""The formats of prompts and of what models think: how turns are marked, and where a thought begins and ends."""
