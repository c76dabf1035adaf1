"""The grammar of the .nas language, shipped as data."""
