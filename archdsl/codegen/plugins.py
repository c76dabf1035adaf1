"""The user's own Python: files that register lowerings (or strategies) when they are imported."""

import importlib.util
import sys
import traceback
from pathlib import Path

from archdsl.diagnostics import ArchdslError, Diagnostic, UsageError


def load_plugin(path: str | Path) -> Path:
    """Import a Python file by its path, once; give the absolute path, under which a run finds it again.

    Raises:
        UsageError: there is no such file.
        ArchdslError: the file raises an error; its last line and place are named.
    """
    file = Path(path).resolve()
    if not file.is_file():
        raise UsageError(Diagnostic("missing-file", f"there is no plug-in `{path}`"))
    name = file.stem
    known = sys.modules.get(name)
    if known is not None:
        if getattr(known, "__file__", None) and Path(str(known.__file__)).resolve() == file:
            return file
        message = f"the plug-in `{path}` has the name of another module, `{name}`; give the file another name"
        raise UsageError(Diagnostic("bad-plugin", message))
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise UsageError(Diagnostic("bad-plugin", f"the plug-in `{path}` is no Python file: its name ends in `.py`"))
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except ArchdslError:
        del sys.modules[name]
        raise
    except Exception as error:
        del sys.modules[name]
        frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(file)]
        line = frames[-1].lineno if frames else getattr(error, "lineno", None)
        message = f"the plug-in `{path}` fails at line {line}: {type(error).__name__}: {error}"
        raise ArchdslError(Diagnostic("bad-plugin", message)) from error
    return file
