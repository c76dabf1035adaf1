"""Convolution, and the static functions of sliding windows.

A `kernel`, `stride` or `dilation` is one number, or a list with one for each axis: [height, width] of an image, [depth,
height, width] of a volume. A `pad` is "same" (what keeps the size at stride 1; odd kernels only), "valid" (none), or the
number of zeros on each side, one or a list.
"""

"""The size along one axis of a tensor that has `axes` of them, besides that of its channels."""
fun along[size, axis, axes] = single(size)[axis] if axes == 1 else pair(size)[axis] if axes == 2 else triple(size)[axis]

"""The number of elements that a window spans along an axis (of an image 0 is the height, 1 the width)."""
fun extent[kernel, dilation, axis, axes = 2] = along[dilation, axis, axes] * (along[kernel, axis, axes] - 1) + 1

"""The number of zeros that `pad` sets on each side of an axis."""
fun padding[kernel, dilation, pad, axis, axes = 2] = 0 if pad == "valid"
  else (extent[kernel, dilation, axis, axes] - 1) // 2 if pad == "same"
  else along[pad, axis, axes]

"""The number of places that a window takes along an axis of `n` elements."""
fun outdim[n, kernel, stride = 1, dilation = 1, pad = "same", axis = 0, axes = 2] = (n
  + 2 * padding[kernel, dilation, pad, axis, axes] - extent[kernel, dilation, axis, axes]) // along[stride, axis, axes]
  + 1

"""The number of elements in a window of an image."""
fun area[kernel] = pair(kernel)[0] * pair(kernel)[1]

"""A 2-D convolution; `groups` equal to the number of channels makes it depthwise."""
op conv[
  out: int, kernel = 3, stride = 1, dilation = 1, groups: int = 1, bias: bool = false, pad = "same"
](x: image[c, h, w])
  -> image[out, outdim[h, kernel, stride, dilation, pad], outdim[w, kernel, stride, dilation, pad, 1]] {
  require out >= 1 and groups >= 1
  require min(pair(kernel)) >= 1 and min(pair(stride)) >= 1 and min(pair(dilation)) >= 1
  require pad != "same" or all(k % 2 == 1 for k in pair(kernel))
  require pad == "same" or pad == "valid" or min(pair(pad)) >= 0
  require c % groups == 0 and out % groups == 0
  require outdim[h, kernel, stride, dilation, pad] >= 1 and outdim[w, kernel, stride, dilation, pad, 1] >= 1
  weight kernel[out, c // groups, pair(kernel)[0], pair(kernel)[1]]
  weight bias[out] when bias
  macs = out * (c // groups) * area[kernel] * outdim[h, kernel, stride, dilation, pad]
    * outdim[w, kernel, stride, dilation, pad, 1]
  law pure, makes_channels, sums_channels, sums_windows, linear_in_weights
  law channelwise when groups == c
  law keeps_zero when not bias
}

"""A 1-D convolution over time."""
op conv[
  out: int, kernel = 3, stride = 1, dilation = 1, groups: int = 1, bias: bool = false, pad = "same"
](x: signal[c, t]) -> signal[out, outdim[t, kernel, stride, dilation, pad, 0, 1]] {
  require out >= 1 and groups >= 1
  require min(single(kernel)) >= 1 and min(single(stride)) >= 1 and min(single(dilation)) >= 1
  require pad != "same" or single(kernel)[0] % 2 == 1
  require pad == "same" or pad == "valid" or min(single(pad)) >= 0
  require c % groups == 0 and out % groups == 0
  require outdim[t, kernel, stride, dilation, pad, 0, 1] >= 1
  weight kernel[out, c // groups, single(kernel)[0]]
  weight bias[out] when bias
  macs = out * (c // groups) * single(kernel)[0] * outdim[t, kernel, stride, dilation, pad, 0, 1]
  law pure, makes_channels, sums_channels, sums_windows, linear_in_weights
  law channelwise when groups == c
  law keeps_zero when not bias
}

"""A 3-D convolution."""
op conv[
  out: int, kernel = 3, stride = 1, dilation = 1, groups: int = 1, bias: bool = false, pad = "same"
](x: volume[c, d, h, w])
  -> volume[
    out, outdim[d, kernel, stride, dilation, pad, 0, 3], outdim[h, kernel, stride, dilation, pad, 1, 3],
    outdim[w, kernel, stride, dilation, pad, 2, 3]
  ] {
  require out >= 1 and groups >= 1
  require min(triple(kernel)) >= 1 and min(triple(stride)) >= 1 and min(triple(dilation)) >= 1
  require pad != "same" or all(k % 2 == 1 for k in triple(kernel))
  require pad == "same" or pad == "valid" or min(triple(pad)) >= 0
  require c % groups == 0 and out % groups == 0
  require outdim[d, kernel, stride, dilation, pad, 0, 3] >= 1
    and outdim[h, kernel, stride, dilation, pad, 1, 3] >= 1
    and outdim[w, kernel, stride, dilation, pad, 2, 3] >= 1
  weight kernel[out, c // groups, triple(kernel)[0], triple(kernel)[1], triple(kernel)[2]]
  weight bias[out] when bias
  macs = out * (c // groups) * triple(kernel)[0] * triple(kernel)[1] * triple(kernel)[2]
    * outdim[d, kernel, stride, dilation, pad, 0, 3] * outdim[h, kernel, stride, dilation, pad, 1, 3]
    * outdim[w, kernel, stride, dilation, pad, 2, 3]
  law pure, makes_channels, sums_channels, sums_windows, linear_in_weights
  law channelwise when groups == c
  law keeps_zero when not bias
}
