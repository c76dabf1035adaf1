"""Pools of images. Their windows are those of `conv`."""

"""The greatest element of each window; what is padded never wins."""
op max_pool[kernel, stride = 1, pad = "same"](x: image[c, h, w])
  -> image[c, outdim[h, kernel, stride, 1, pad], outdim[w, kernel, stride, 1, pad, 1]] {
  require min(pair(kernel)) >= 1 and min(pair(stride)) >= 1
  require pad != "same" or all(k % 2 == 1 for k in pair(kernel))
  require pad == "same"
    or pad == "valid"
    or all(0 <= pair(pad)[i] and 2 * pair(pad)[i] <= pair(kernel)[i] for i in 0..1)
  require outdim[h, kernel, stride, 1, pad] >= 1 and outdim[w, kernel, stride, 1, pad, 1] >= 1
  law pure, keeps_zero
}

"""The mean of each window; what is padded does not count."""
op avg_pool[kernel, stride = 1, pad = "same"](x: image[c, h, w])
  -> image[c, outdim[h, kernel, stride, 1, pad], outdim[w, kernel, stride, 1, pad, 1]] {
  require min(pair(kernel)) >= 1 and min(pair(stride)) >= 1
  require pad != "same" or all(k % 2 == 1 for k in pair(kernel))
  require pad == "same"
    or pad == "valid"
    or all(0 <= pair(pad)[i] and 2 * pair(pad)[i] <= pair(kernel)[i] for i in 0..1)
  require outdim[h, kernel, stride, 1, pad] >= 1 and outdim[w, kernel, stride, 1, pad, 1] >= 1
  law pure, keeps_zero
}

"""The mean of each channel."""
op global_avg_pool(x: image[c, h, w]) -> vec[c] { law pure, keeps_zero }

"""The mean of all steps."""
op global_avg_pool(x: seq[t, d]) -> vec[d] {
  require t >= 1
  law pure, keeps_zero
}

"""The mean of each channel over time."""
op global_avg_pool(x: signal[c, t]) -> vec[c] {
  require t >= 1
  law pure, keeps_zero
}

"""The mean of each channel of a volume."""
op global_avg_pool(x: volume[c, d, h, w]) -> vec[c] { law pure, keeps_zero }
