"""The search spaces that ship with archdsl, as .nas files."""
