"""`python -m archdsl.syntax`: work out the tables of the grammar and write them into `compiled.py`."""

import textwrap
from pathlib import Path

from . import compiled
from .parser import compile_grammar
from .tables import digest, grammar_text


def compiled_text(grammar: str) -> str:
    """Give the text of `compiled.py` for a grammar."""
    lines = "\n".join(textwrap.wrap(compile_grammar(grammar).to_text(), 110))
    head = '"""What `python -m archdsl.syntax` made of the grammar; not to be edited."""'
    return f'{head}\n\nDIGEST = "{digest(grammar)}"\n\nTABLES = """\n{lines}\n"""\n'


if __name__ == "__main__":
    Path(compiled.__file__).write_text(compiled_text(grammar_text()), encoding="utf-8")
