"""The PyTorch backend: modules, supernets and training loops."""
