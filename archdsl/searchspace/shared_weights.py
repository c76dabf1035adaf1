"""What is shared has the same weights at all its uses, so they must be of one shape there."""

from collections.abc import Hashable, Mapping
from typing import Final, final

from archdsl.diagnostics import Span
from archdsl.elaborate.addresses import join
from archdsl.elaborate.weighed import refuse_unlike

from .exploration import Exploration, Outcome, WeightName
from .paths import Path

SHARED: Final = "shared"
WEIGHED: Final = "weighed"
"""What the key of a tied part ends with: its weights are one at all uses; it is used inside of such a part."""


def is_shared(key: Hashable) -> bool:
    """Tell whether the base and key of what is decided once are of something whose weights are one at all uses."""
    return isinstance(key, tuple) and isinstance(key[1], tuple) and key[1][-1] == SHARED


@final
class SharedWeights:
    """Compares weights on a walk; `tied` are the parts that are decided once, `places` where each is used."""

    def __init__(self, tied: Mapping[Hashable, Exploration], places: Mapping[Hashable, Span]) -> None:
        self._tied = tied
        self._places = places

    @staticmethod
    def take(path: Path, outcome: Outcome, parameters: str) -> None:
        """Note the weights of a class, which stand behind `parameters`."""
        if path.weighs:
            for (address, name), shape in outcome.weights:
                path.weights[join(parameters, address) if parameters else address, name] = shape

    def compare(self, path: Path, use: tuple[str, Hashable]) -> None:
        """Refuse a shared layer that needs weights of other shapes than at another use on the same path."""
        root, key = use
        own = self._of(key, path.uses[use])
        if own is None:
            return
        for (other_root, other_key), index in path.uses.items():
            if other_root != root or other_key == key:
                continue
            before = dict(self._of(other_key, index) or ())
            unlike = [name for name, shape in own if before.get(name, shape) != shape]
            if unlike:
                address, name = min(unlike)
                shapes = dict(own)[address, name], before[address, name]
                shown = join(root, address) if address else root
                refuse_unlike(shown, name, (shapes[0], self._places.get(key)), (shapes[1], self._places.get(other_key)))

    def _of(self, key: Hashable, index: int) -> frozenset[tuple[WeightName, tuple[int, ...]]] | None:
        """Give the shapes of the weights of a class of what is shared; None of anything else."""
        if index < 0 or not is_shared(key):
            return None
        return self._tied[key].outcomes[index].weights
