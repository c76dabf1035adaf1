"""Pools of images. Their windows are those of `conv`."""

"""The greatest element of each window; what is padded never wins."""
op max_pool[kernel, stride = 1, pad = "same"](x: image[c, h, w])
  -> image[c, outdim[h, kernel, stride, 1, pad], outdim[w, kernel, stride, 1, pad, 1]] {
  require min(pair(stride)) >= 1 and window[kernel, pad] and reaches[kernel, pad]
  require outdim[h, kernel, stride, 1, pad] >= 1 and outdim[w, kernel, stride, 1, pad, 1] >= 1
}

"""The mean of each window; what is padded does not count."""
op avg_pool[kernel, stride = 1, pad = "same"](x: image[c, h, w])
  -> image[c, outdim[h, kernel, stride, 1, pad], outdim[w, kernel, stride, 1, pad, 1]] {
  require min(pair(stride)) >= 1 and window[kernel, pad] and reaches[kernel, pad]
  require outdim[h, kernel, stride, 1, pad] >= 1 and outdim[w, kernel, stride, 1, pad, 1] >= 1
}

"""Whether a window that begins in the padding still reaches the image."""
fun reaches[kernel, pad] =
  all(padding[kernel, 1, pad, axis] >= 0 and 2 * padding[kernel, 1, pad, axis] <= pair(kernel)[axis] for axis in 0..1)

"""The mean of each channel."""
op global_avg_pool(x: image[c, h, w]) -> vec[c] { }
