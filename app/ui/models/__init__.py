"""The window of models: cards with what each would take, downloads, terms, and the placement by hand."""
