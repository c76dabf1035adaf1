"""The cells of a space, each as a space by itself."""

from collections.abc import Mapping

from archdsl.diagnostics import Diagnostic, UsageError, similar
from archdsl.elaborate import Network, cell_networks
from archdsl.elaborate.addresses import is_relative

from .space import Space

DRAWS = 100
"""How many architectures are drawn to meet a cell that not all of them use."""


def cell_space(space: Space, root: str) -> Space:
    """Give a cell of a space as a space by itself, with the statics and the inputs of its first use that is met.

    Its decisions have the addresses that they have in the network. It has no text of its own: it cannot be bound anew.

    Raises:
        UsageError: no architecture that was drawn uses such a cell.
        ArchdslError: the space is not well-typed.
    """
    met: dict[str, Network] = {}
    for seed in range(DRAWS):
        met = {**cell_networks(space.elaborated, space.sample(seed=seed).decisions), **met}
        if root in met:
            return Space(met[root], space.spec)
    near = similar(root, met)
    help_ = f"a cell with a similar name exists: `{near[0]}`" if near else None
    known = (f"its cells are {', '.join(f'`{own}`' for own in sorted(met))}",) if met else ("it uses no cell",)
    raise UsageError(Diagnostic("unknown-cell", f"`{space.network}` uses no cell `{root}`", notes=known, help=help_))


def only_cell(space: Space) -> str | None:
    """Give the one cell in which a network decides all that it decides; None where there is none."""
    if not space.choices:
        return None
    used = cell_networks(space.elaborated, space.sample(seed=0).decisions)
    return next((root for root in used if _holds_all(root, space.choices)), None)


def _holds_all(root: str, choices: Mapping[str, object]) -> bool:
    return all(own.startswith(root) and is_relative(own.removeprefix(root)) for own in choices)
