"""The look of the window: colours, type, icons, and how it moves."""
