"""Joins: one tensor of several. Absent operands are left out before an op sees them."""

"""The sum; `+` and `sum` are spelled with it."""
op add(*xs: t) -> t { }

"""The arithmetic mean."""
op mean(*xs: t) -> t { }

"""The product of elements in the same place."""
op product(*xs: t) -> t { }

"""The greatest of the elements in the same place."""
op maximum(*xs: t) -> t { }

"""The channels of all, one image after the other."""
op concat(*xs: image[*c, h, w]) -> image[sum(c), h, w] { }

"""An image with each channel multiplied by its factor."""
op scale(x: image[c, h, w], factors: vec[c]) -> image[c, h, w] { }
