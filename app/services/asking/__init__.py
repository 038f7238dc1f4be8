"""A question: laid out, fitted into the context, asked, answered, checked and weighed."""
