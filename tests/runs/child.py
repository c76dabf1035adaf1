"""A search without training, as a program: `child.py search|resume DIRECTORY`."""

import sys
import time

from archdsl.evaluators.trial import Budget, Candidate
from archdsl.runs import resume, search
from tests.runs.training import ToyTraining
from tests.strategies.toy import toy_space


def rest(candidate: Candidate, epoch: int) -> None:
    time.sleep(0.01)  # as long as it takes, so that a kill often finds it at work


if __name__ == "__main__":
    if sys.argv[1] == "search":
        search(toy_space(), ToyTraining(rest), trials=8, budget=Budget(epochs=4), out_dir=sys.argv[2])
    else:
        resume(sys.argv[2], ToyTraining(rest))
