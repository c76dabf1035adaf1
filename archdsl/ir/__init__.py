"""The typed graph that every architecture and supergraph is."""
