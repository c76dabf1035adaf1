"""Convolution of images, and the static functions of sliding windows.

A `kernel`, `stride` or `dilation` is one number or a pair [height, width]. A `pad` is "same" (what keeps the size at
stride 1; odd kernels only), "valid" (none), or the number of zeros on each side, one or a pair.
"""

"""The number of elements that a window spans along an axis (0: height, 1: width)."""
fun extent[kernel, dilation, axis] = pair(dilation)[axis] * (pair(kernel)[axis] - 1) + 1

"""The number of zeros that `pad` sets on each side of an axis."""
fun padding[kernel, dilation, pad, axis] = 0 if pad == "valid"
  else (extent[kernel, dilation, axis] - 1) // 2 if pad == "same"
  else pair(pad)[axis]

"""The number of places that a window takes along an axis of `n` elements."""
fun outdim[n, kernel, stride = 1, dilation = 1, pad = "same", axis = 0] = (n + 2 * padding[kernel, dilation, pad, axis]
  - extent[kernel, dilation, axis]) // pair(stride)[axis] + 1

"""The number of elements in a window."""
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
  law pure
  law keeps_zero when not bias
}
