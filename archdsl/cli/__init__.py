"""The `archdsl` command."""
