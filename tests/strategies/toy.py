"""Small spaces and a fast score, for tests of what searches them."""

import hashlib
import json
from functools import cache

from archdsl.evaluators.trial import Budget, Candidate, Direction, Measurement, Seeds, Trial
from archdsl.searchspace import Architecture, Space, loads

_TOY = """
network toy(x: image[1, 4, 4]) -> image[1, 4, 4] {
  let a = choose { plain = identity | relu | max = max_pool[3] }
  let b = choose { plain = identity | relu | max = max_pool[3] }
  let c = choose { plain = identity | relu | max = max_pool[3] }
  let d = choose { plain = identity | relu | max = max_pool[3] }
  return x |> a |> b |> c |> d
}
"""

_NESTED = """
network nested(x: image[1, 4, 4]) -> image[1, 4, 4] {
  let a = choose {
      plain = identity
    | deep  = repeat choose { 1 | 2 | 3 } { choose { conv = conv[1, choose { 1 | 3 }] | relu } }
  }
  let picked = choose 1..2 of [x, x |> a]
  return sum(picked)
}
"""


@cache
def toy_space() -> Space:
    """A space of 81 architectures: four choices of three, of which none depends on another."""
    return loads(_TOY)


@cache
def nested_space() -> Space:
    """A space whose choices stand in others, with labels of every kind."""
    return loads(_NESTED)


@cache
def tiny_space() -> Space:
    """A space of 4 architectures."""
    return loads("network tiny(x: vec[4]) -> vec[4] { let n = choose { 1 | 2 | 3 | 4 } return x |> repeat n { relu } }")


@cache
def lone_space() -> Space:
    """A space of one architecture."""
    return loads("network lone(x: vec[4]) -> vec[4] { return x |> relu }")


@cache
def bits_space() -> Space:
    """A space of 100 choices between two alternatives."""
    bit = "choose { zero = identity | one = relu }"
    return loads(f"network bits(x: vec[4]) -> vec[4] {{ return x |> repeat 100 {{ {bit} }} }}")


def ones(architecture: Architecture) -> float:
    """The number of choices for the second alternative."""
    return float(sum(label == "one" for label in architecture.decisions.values()))


def score(architecture: Architecture) -> float:
    """A number in [0, 1) that depends on the decisions and on nothing else."""
    text = json.dumps(sorted((address, str(label)) for address, label in architecture.decisions.items()))
    return int(hashlib.sha256(text.encode()).hexdigest()[:8], 16) / 2**32


def trial_of(
    number: int, candidate: Candidate, *, value: float | None = None, direction: Direction = "maximize"
) -> Trial:
    """A complete trial; its objective is the score of its architecture, if no other is given."""
    value = score(candidate.architecture) if value is None else value
    return Trial(number, candidate, Budget(), Seeds(0, 0), "complete", (Measurement("score", value, direction),))


def failure_of(number: int, candidate: Candidate) -> Trial:
    """A failed trial."""
    return Trial(number, candidate, Budget(), Seeds(0, 0), "failed", error="boom")
