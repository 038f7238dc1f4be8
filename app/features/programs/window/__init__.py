"""Other programs that ask the desk: allowed, refused, and listed with what each may see."""
