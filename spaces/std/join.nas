"""Joins: one tensor of several. Absent operands are left out before an op sees them."""

"""The sum; `+` and `sum` are spelled with it."""
op add(*xs: t) -> t { law pure, channelwise, identity, keeps_zero, skips_zero, commutative, associative }

"""The arithmetic mean."""
op mean(*xs: t) -> t { law pure, channelwise, identity, keeps_zero, commutative }

"""The product of elements in the same place."""
op product(*xs: t) -> t { law pure, channelwise, identity, absorbs_zero, commutative, associative }

"""The greatest of the elements in the same place."""
op maximum(*xs: t) -> t { law pure, channelwise, identity, keeps_zero, commutative, associative }

"""From `start` to `end`, as far as `amount` says for each element: 0 is `start`, 1 is `end`."""
op lerp(start: t, end: t, amount: t) -> t { law pure, channelwise, keeps_zero }

"""From `start` towards `end`, as far as one learned number says: at 0, where it begins, `start`, at 1 `end`."""
op learned_lerp(start: t, end: t) -> t {
  weight amount[1]
  law pure, channelwise, keeps_zero
}

"""The channels of all, one image after the other."""
op concat(*xs: image[*c, h, w]) -> image[sum(c), h, w] { law pure, joins_channels, identity, keeps_zero }

"""Vectors end to end."""
op concat(*xs: vec[*d]) -> vec[sum(d)] { law pure, joins_channels, identity, keeps_zero }

"""The features of all at each step, one sequence after the other."""
op concat(*xs: seq[t, *d]) -> seq[t, sum(d)] { law pure, joins_channels, identity, keeps_zero }

"""The channels of all, one signal after the other."""
op concat(*xs: signal[*c, t]) -> signal[sum(c), t] { law pure, joins_channels, identity, keeps_zero }

"""The channels of all, one volume after the other."""
op concat(*xs: volume[*c, d, h, w]) -> volume[sum(c), d, h, w] { law pure, joins_channels, identity, keeps_zero }

"""The steps of all, one sequence after the other."""
op concat_steps(*xs: seq[*t, d]) -> seq[sum(t), d] { law pure, channelwise, identity, keeps_zero }

"""An image with each channel multiplied by its factor."""
op scale(x: image[c, h, w], factors: vec[c]) -> image[c, h, w] { law pure, channelwise, absorbs_zero }

"""A sequence with each feature multiplied by its factor, the same at all steps."""
op scale(x: seq[t, c], factors: vec[c]) -> seq[t, c] { law pure, channelwise, absorbs_zero }

"""A signal with each channel multiplied by its factor."""
op scale(x: signal[c, t], factors: vec[c]) -> signal[c, t] { law pure, channelwise, absorbs_zero }

"""A volume with each channel multiplied by its factor."""
op scale(x: volume[c, d, h, w], factors: vec[c]) -> volume[c, d, h, w] { law pure, channelwise, absorbs_zero }
