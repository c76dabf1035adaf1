"""Which members of node lists decisions took as sources, where choices are kept open."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import final

from archdsl.ir import Guard
from archdsl.ir.guards import ALWAYS, any_of, either, every, negated

from .values import OneMember

Member = str | OneMember | None


@final
class Sources:
    """Notes under which guards members are taken; a walk notes more, and takes back what it undoes."""

    def __init__(self) -> None:
        self._around: list[Guard] = []
        self._taken: list[tuple[str, tuple[Guard, ...], Guard]] = []

    @contextmanager
    def under(self, guard: Guard) -> Iterator[None]:
        """Walk what is in an architecture only under a guard."""
        depth = len(self._around)
        self._around += [guard] if guard != ALWAYS else []
        try:
            yield
        finally:
            del self._around[depth:]

    def mark(self, member: Member, guard: Guard = ALWAYS) -> None:
        """Note that a decision takes a member, under one more guard."""
        match member:
            case OneMember(cases=cases):
                for own, inner in cases:
                    self.mark(inner, every((own, guard)))
            case str():
                self._taken.append((member, tuple(self._around), guard))

    def loose(self, member: Member) -> Guard:
        """Give the guard under which no decision so far took a member; what is around the walk now holds."""
        match member:
            case OneMember(cases=cases):
                return either(every((guard, self.loose(inner))) for guard, inner in cases)
            case None:
                return ALWAYS
        here = {id(guard) for guard in self._around}
        taken = [
            every((*(own for own in around if id(own) not in here), guard))
            for name, around, guard in self._taken
            if name == member
        ]
        return negated(any_of(taken)) if taken else ALWAYS

    def __len__(self) -> int:
        return len(self._taken)

    def rollback(self, number: int) -> None:
        """Forget all but the first notes."""
        del self._taken[number:]
