"""The standard ops and blocks, as .nas files."""
