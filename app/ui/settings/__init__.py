"""The settings: their dialog and its fields."""
