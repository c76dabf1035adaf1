"""Ops that move, cut and fit tensors, without weights."""

"""The first `n` channels, and the rest."""
op split[n: int](x: image[c, h, w]) -> (image[n, h, w], image[c - n, h, w]) {
  require 0 < n and n < c
  law pure, keeps_zero
}

"""The first `n` elements, and the rest."""
op split[n: int](x: vec[d]) -> (vec[n], vec[d - n]) {
  require 0 < n and n < d
  law pure, keeps_zero
}

"""The first `n` features of each step, and the rest."""
op split[n: int](x: seq[t, d]) -> (seq[t, n], seq[t, d - n]) {
  require 0 < n and n < d
  law pure, keeps_zero
}

"""The first `out` channels."""
op crop[out: int](x: image[c, h, w]) -> image[out, h, w] {
  require 1 <= out and out <= c
  law pure, keeps_zero
  law identity when out == c
}

"""The first `out` elements."""
op crop[out: int](x: vec[d]) -> vec[out] {
  require 1 <= out and out <= d
  law pure, keeps_zero
  law identity when out == d
}

"""The first `out` features of each step."""
op crop[out: int](x: seq[t, d]) -> seq[t, out] {
  require 1 <= out and out <= d
  law pure, keeps_zero
  law identity when out == d
}

"""`out` channels: the given ones, then zeros."""
op widen[out: int](x: image[c, h, w]) -> image[out, h, w] {
  require out >= c
  law pure, keeps_zero
  law identity when out == c
}

"""`out` elements: the given ones, then zeros."""
op widen[out: int](x: vec[d]) -> vec[out] {
  require out >= d
  law pure, keeps_zero
  law identity when out == d
}

"""`out` features at each step: the given ones, then zeros."""
op widen[out: int](x: seq[t, d]) -> seq[t, out] {
  require out >= d
  law pure, keeps_zero
  law identity when out == d
}

"""The middle of the image; `size` is one number or [height, width]. An odd rest is cut at the end."""
op center_crop[size](x: image[c, h, w]) -> image[c, pair(size)[0], pair(size)[1]] {
  require min(pair(size)) >= 1
  require pair(size)[0] <= h and pair(size)[1] <= w
  law pure, keeps_zero
  law identity when pair(size) == [h, w]
}

"""The image in a frame of zeros; `border` is one number or [above and below, left and right]."""
op zero_pad[border](x: image[c, h, w]) -> image[c, h + 2 * pair(border)[0], w + 2 * pair(border)[1]] {
  require min(pair(border)) >= 0
  law pure, keeps_zero
  law identity when pair(border) == [0, 0]
}

"""The image at another size, by the nearest pixel before; `size` is one number or [height, width]."""
op resize[size](x: image[c, h, w]) -> image[c, pair(size)[0], pair(size)[1]] {
  require min(pair(size)) >= 1
  law pure, keeps_zero
  law identity when pair(size) == [h, w]
}

"""The image moved up and left by one pixel; zeros enter below and at the right."""
op shift(x: image[c, h, w]) -> image[c, h, w] { law pure, keeps_zero }

"""The channels of `groups` equal parts, dealt out in turn: the first of each part, the second of each, …"""
op channel_shuffle[groups: int](x: image[c, h, w]) -> image[c, h, w] {
  require groups >= 1
  require c % groups == 0
  law pure, keeps_zero
  law identity when groups == 1 or groups == c
}

"""The vector at the first step."""
op first_step(x: seq[t, d]) -> vec[d] {
  require t >= 1
  law pure, keeps_zero
}

"""The vector at the last step."""
op last_step(x: seq[t, d]) -> vec[d] {
  require t >= 1
  law pure, keeps_zero
}

"""All elements in one vector, channel by channel and row by row."""
op flatten(x: image[c, h, w]) -> vec[c * h * w] { law pure, keeps_zero }

"""All elements in one vector, step by step."""
op flatten(x: seq[t, d]) -> vec[t * d] { law pure, keeps_zero }
