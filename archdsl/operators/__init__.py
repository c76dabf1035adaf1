"""Mutation, crossover and morphism: what makes one architecture out of others."""
