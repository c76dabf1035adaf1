"""The property-testing kit: strategies that draw spaces, and batteries of laws for operators of anyone's.

It needs Hypothesis (`pip install 'archdsl[testing]'`), which is imported with the first name that is used.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from archdsl.diagnostics import ArchdslError, Diagnostic

if TYPE_CHECKING:
    from .arrays import tensors
    from .crossover import check_crossover
    from .dags import graphs
    from .effort import Effort
    from .falsified import Falsified
    from .lowering import check_lowering
    from .morphism import check_morphism
    from .mutation import check_mutation
    from .programs import architectures, decisions, sources, spaces
    from .rewrite import check_rewrite
    from .sampler import check_sampler

_HOMES = {
    "arrays": ("tensors",),
    "crossover": ("check_crossover",),
    "dags": ("graphs",),
    "effort": ("Effort",),
    "falsified": ("Falsified",),
    "lowering": ("check_lowering",),
    "morphism": ("check_morphism",),
    "mutation": ("check_mutation",),
    "programs": ("architectures", "decisions", "sources", "spaces"),
    "rewrite": ("check_rewrite",),
    "sampler": ("check_sampler",),
}

__all__ = [
    "Effort",
    "Falsified",
    "architectures",
    "check_crossover",
    "check_lowering",
    "check_morphism",
    "check_mutation",
    "check_rewrite",
    "check_sampler",
    "decisions",
    "graphs",
    "sources",
    "spaces",
    "tensors",
]


def __getattr__(name: str) -> object:
    for home, names in _HOMES.items():
        if name in names:
            value = getattr(_module(home), name)
            globals()[name] = value
            return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _module(home: str) -> object:
    try:
        return import_module(f".{home}", __name__)
    except ModuleNotFoundError as error:
        if error.name != "hypothesis":
            raise
        message = "`archdsl.testing` needs `hypothesis`, which is not installed"
        raise ArchdslError(Diagnostic("missing-package", message, help="pip install 'archdsl[testing]'")) from None


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
