"""Twenty questions about the handbook, each with the labels of the pages that answer it."""

QUESTIONS: tuple[tuple[str, frozenset[str]], ...] = tuple(
    (question, frozenset(pages.split()))
    for question, pages in (
        ("How do I add a book?", "2 10 11"),
        ("How do I stop an answer?", "3 10 11"),
        ("What is an octavo?", "1"),
        ("Which panels does the window have?", "1"),
        ("What happens when a book is removed from the shelf?", "2"),
        ("Can Octavo read a scanned PDF?", "2"),
        ("How do I copy an answer?", "3 10"),
        ("How do I ask the last question again?", "3 10"),
        ("What does a verified mark mean?", "4"),
        ("What does a mark without a sign mean?", "4"),
        ("What is a token?", "5"),
        ("What does Octavo do if the books do not fit?", "5"),
        ("How do I start a new conversation?", "6 10"),
        ("How many parameters does the starter model have?", "6"),
        ("What does the model chip show?", "6"),
        ("Which exit code means that it does not fit?", "7"),
        ("What does octavo doctor look at?", "7"),
        ("Where does the key lie?", "8"),
        ("What does the log hold?", "8"),
        ("What should I do if memory runs out?", "9"),
    )
)
