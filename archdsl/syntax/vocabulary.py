"""The words and signs of the grammar, grouped by what they are for."""

# The words that the grammar knows but does not reserve; the parser takes them for names where no rule expects them.
SOFT_WORDS = frozenset({"any", "one", "of", "step", "as", "at", "after", "depth", "weight", "buffer", "law"})

CLOSING = {"(": ")", "[": "]", "{": "}"}
CLOSERS = frozenset(CLOSING.values())

# Terminals that begin a definition, and those that begin a statement other than `return`.
DEFINITIONS = frozenset({"USE", "OP", "BLOCK", "CHOICE", "CELL", "NETWORK", "FUN"})
STATEMENTS = frozenset({"LET", "NODES", "SETTING", "REQUIRE"})

# Terminals that begin an expression, and those that go on in one.
STARTERS = frozenset({"NAME", "NUMBER", "STRING", "TRUE", "FALSE", "ABSENT", "LPAR", "LSQB", "ADD", "NOT"}) | frozenset(
    {"CHOOSE", "REPEAT", "SCAN", "TIED", "SHARED"}
)
OPERATORS = frozenset({"OR", "AND", "COMPARE", "IN", "PIPE", "ADD", "STAR", "MULTIPLY", "DOT", "LPAR", "LSQB", "IF"})

# Values of other languages; they are read as the words that are meant, so that nothing else is said about them.
MEANT = {"True": "true", "False": "false", "None": "absent"}


def starts_line(text: str, start: int) -> bool:
    """Say whether only spaces stand between an offset and the new line before it."""
    start -= 1
    while start >= 0 and text[start] in " \t\r\f":
        start -= 1
    return start >= 0 and text[start] == "\n"
