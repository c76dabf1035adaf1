"""Genotypes and exports that other tools read."""
