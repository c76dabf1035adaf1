"""The declarations of the standard ops."""

from collections.abc import Mapping

from archdsl.diagnostics import Source
from archdsl.elaborate import Interpreter, Replay, load_program
from archdsl.ir import OpDeclaration
from archdsl.syntax import ast


def standard_ops() -> Mapping[str, OpDeclaration]:
    """Read the declarations of `spaces/std/`."""
    program = load_program(Source("nothing.nas", ""))
    interpreter = Interpreter(program, Replay({}))
    return {
        name: interpreter.declaration(definition, scope)
        for name, (scope, definition) in program.main.std.items()
        if isinstance(definition, ast.OpDefinition)
    }


DECLARED = standard_ops()
