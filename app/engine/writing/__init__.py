"""An answer written token by token, and what holds it to a form."""
