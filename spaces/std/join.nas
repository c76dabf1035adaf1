"""Joins: one tensor of several. Absent operands are left out before an op sees them."""

"""The sum; `+` and `sum` are spelled with it."""
op add(*xs: t) -> t { law pure, identity, keeps_zero, skips_zero, commutative, associative }

"""The arithmetic mean."""
op mean(*xs: t) -> t { law pure, identity, keeps_zero, commutative }

"""The product of elements in the same place."""
op product(*xs: t) -> t { law pure, identity, absorbs_zero, commutative, associative }

"""The greatest of the elements in the same place."""
op maximum(*xs: t) -> t { law pure, identity, keeps_zero, commutative, associative }

"""The channels of all, one image after the other."""
op concat(*xs: image[*c, h, w]) -> image[sum(c), h, w] { law pure, identity, keeps_zero }

"""An image with each channel multiplied by its factor."""
op scale(x: image[c, h, w], factors: vec[c]) -> image[c, h, w] { law pure, absorbs_zero }
