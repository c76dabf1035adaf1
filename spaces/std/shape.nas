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

"""The first `n` channels of a signal, and the rest."""
op split[n: int](x: signal[c, t]) -> (signal[n, t], signal[c - n, t]) {
  require 0 < n and n < c
  law pure, keeps_zero
}

"""The first `n` channels of a volume, and the rest."""
op split[n: int](x: volume[c, d, h, w]) -> (volume[n, d, h, w], volume[c - n, d, h, w]) {
  require 0 < n and n < c
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

"""The first `out` channels of a signal."""
op crop[out: int](x: signal[c, t]) -> signal[out, t] {
  require 1 <= out and out <= c
  law pure, keeps_zero
  law identity when out == c
}

"""The first `out` channels of a volume."""
op crop[out: int](x: volume[c, d, h, w]) -> volume[out, d, h, w] {
  require 1 <= out and out <= c
  law pure, keeps_zero
  law identity when out == c
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

"""`out` channels of a signal: the given ones, then zeros."""
op widen[out: int](x: signal[c, t]) -> signal[out, t] {
  require out >= c
  law pure, keeps_zero
  law identity when out == c
}

"""`out` channels of a volume: the given ones, then zeros."""
op widen[out: int](x: volume[c, d, h, w]) -> volume[out, d, h, w] {
  require out >= c
  law pure, keeps_zero
  law identity when out == c
}

"""The middle of the image; `size` is one number or [height, width]. An odd rest is cut at the end."""
op center_crop[size](x: image[c, h, w]) -> image[c, pair(size)[0], pair(size)[1]] {
  require min(pair(size)) >= 1
  require pair(size)[0] <= h and pair(size)[1] <= w
  law pure, channelwise, keeps_zero
  law identity when pair(size) == [h, w]
}

"""The image in a frame of zeros; `border` is one number or [above and below, left and right]."""
op zero_pad[border](x: image[c, h, w]) -> image[c, h + 2 * pair(border)[0], w + 2 * pair(border)[1]] {
  require min(pair(border)) >= 0
  law pure, channelwise, keeps_zero
  law identity when pair(border) == [0, 0]
}

"""The image at another size, by the nearest pixel before; `size` is one number or [height, width]."""
op resize[size](x: image[c, h, w]) -> image[c, pair(size)[0], pair(size)[1]] {
  require min(pair(size)) >= 1
  law pure, channelwise, keeps_zero
  law identity when pair(size) == [h, w]
}

"""The image moved up and left by one pixel; zeros enter below and at the right."""
op shift(x: image[c, h, w]) -> image[c, h, w] { law pure, channelwise, keeps_zero }

"""The channels of `groups` equal parts, dealt out in turn: the first of each part, the second of each, …"""
op channel_shuffle[groups: int](x: image[c, h, w]) -> image[c, h, w] {
  require groups >= 1
  require c % groups == 0
  law pure, keeps_zero
  law identity when groups == 1 or groups == c
}

"""The channels of a signal, dealt out in turn."""
op channel_shuffle[groups: int](x: signal[c, t]) -> signal[c, t] {
  require groups >= 1
  require c % groups == 0
  law pure, keeps_zero
  law identity when groups == 1 or groups == c
}

"""The channels of a volume, dealt out in turn."""
op channel_shuffle[groups: int](x: volume[c, d, h, w]) -> volume[c, d, h, w] {
  require groups >= 1
  require c % groups == 0
  law pure, keeps_zero
  law identity when groups == 1 or groups == c
}

"""The vector at the first step."""
op first_step(x: seq[t, d]) -> vec[d] {
  require t >= 1
  law pure, channelwise, keeps_zero
}

"""The vector at the last step."""
op last_step(x: seq[t, d]) -> vec[d] {
  require t >= 1
  law pure, channelwise, keeps_zero
}

"""All elements in one vector, channel by channel and row by row."""
op flatten(x: image[c, h, w]) -> vec[c * h * w] { law pure, channelwise, keeps_zero }

"""All elements in one vector, step by step."""
op flatten(x: seq[t, d]) -> vec[t * d] { law pure, keeps_zero }

"""All elements in one vector, channel by channel."""
op flatten(x: signal[c, t]) -> vec[c * t] { law pure, channelwise, keeps_zero }

"""All elements in one vector, channel by channel and layer by layer."""
op flatten(x: volume[c, d, h, w]) -> vec[c * d * h * w] { law pure, channelwise, keeps_zero }

"""The pixels one after the other, row by row; each is a step, its channels are the features."""
op to_seq(x: image[c, h, w]) -> seq[h * w, c] { law pure, channelwise, keeps_zero }

"""The signal with time as steps and channels as features."""
op to_seq(x: signal[c, t]) -> seq[t, c] { law pure, channelwise, keeps_zero }

"""The voxels one after the other; each is a step, its channels are the features."""
op to_seq(x: volume[c, d, h, w]) -> seq[d * h * w, c] { law pure, channelwise, keeps_zero }

"""The steps as the pixels of an image, row by row; `size` is one number or [height, width]."""
op to_image[size](x: seq[t, d]) -> image[d, pair(size)[0], pair(size)[1]] {
  require pair(size)[0] * pair(size)[1] == t
  law pure, channelwise, keeps_zero
}

"""The steps as times, the features as channels."""
op to_signal(x: seq[t, d]) -> signal[d, t] { law pure, channelwise, keeps_zero }

"""The image at another size, with pixels between the given ones; `size` is one number or [height, width].

Pixels are squares, so that the corners of both images meet, and what would lie outside is the nearest pixel; if
`align_corners`, pixels are points, of which the outermost meet.
"""
op resize_bilinear[size, align_corners: bool = false](x: image[c, h, w]) -> image[c, pair(size)[0], pair(size)[1]] {
  require min(pair(size)) >= 1 and h >= 1 and w >= 1
  law pure, channelwise, keeps_zero
  law identity when pair(size) == [h, w]
}
