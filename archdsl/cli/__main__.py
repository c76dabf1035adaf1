"""`python -m archdsl.cli` is the command line."""

from .main import main

main()
