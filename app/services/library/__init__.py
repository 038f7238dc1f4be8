"""Documents and what belongs to them: taken in, kept, shown, removed; matters, which hold them."""
