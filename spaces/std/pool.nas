"""Pools. Their windows are those of `conv`."""

"""The greatest element of each window; what is padded never wins."""
op max_pool[kernel, stride = 1, pad = "same"](x: image[c, h, w])
  -> image[c, outdim[h, kernel, stride, 1, pad], outdim[w, kernel, stride, 1, pad, 1]] {
  require min(pair(kernel)) >= 1 and min(pair(stride)) >= 1
  require pad != "same" or all(k % 2 == 1 for k in pair(kernel))
  require pad == "same"
    or pad == "valid"
    or all(0 <= pair(pad)[i] and 2 * pair(pad)[i] <= pair(kernel)[i] for i in 0..1)
  require outdim[h, kernel, stride, 1, pad] >= 1 and outdim[w, kernel, stride, 1, pad, 1] >= 1
  law pure, channelwise, keeps_zero
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
  law pure, channelwise, keeps_zero
}

"""The greatest element of each window of a signal."""
op max_pool[kernel, stride = 1, pad = "same"](x: signal[c, t]) -> signal[c, outdim[t, kernel, stride, 1, pad, 0, 1]] {
  require min(single(kernel)) >= 1 and min(single(stride)) >= 1
  require pad != "same" or single(kernel)[0] % 2 == 1
  require pad == "same" or pad == "valid" or 0 <= single(pad)[0] and 2 * single(pad)[0] <= single(kernel)[0]
  require outdim[t, kernel, stride, 1, pad, 0, 1] >= 1
  law pure, channelwise, keeps_zero
}

"""The greatest element of each window of a volume."""
op max_pool[kernel, stride = 1, pad = "same"](x: volume[c, d, h, w])
  -> volume[
    c, outdim[d, kernel, stride, 1, pad, 0, 3], outdim[h, kernel, stride, 1, pad, 1, 3],
    outdim[w, kernel, stride, 1, pad, 2, 3]
  ] {
  require min(triple(kernel)) >= 1 and min(triple(stride)) >= 1
  require pad != "same" or all(k % 2 == 1 for k in triple(kernel))
  require pad == "same"
    or pad == "valid"
    or all(0 <= triple(pad)[i] and 2 * triple(pad)[i] <= triple(kernel)[i] for i in 0..2)
  require outdim[d, kernel, stride, 1, pad, 0, 3] >= 1
    and outdim[h, kernel, stride, 1, pad, 1, 3] >= 1
    and outdim[w, kernel, stride, 1, pad, 2, 3] >= 1
  law pure, channelwise, keeps_zero
}

"""The mean of each window of a signal."""
op avg_pool[kernel, stride = 1, pad = "same"](x: signal[c, t]) -> signal[c, outdim[t, kernel, stride, 1, pad, 0, 1]] {
  require min(single(kernel)) >= 1 and min(single(stride)) >= 1
  require pad != "same" or single(kernel)[0] % 2 == 1
  require pad == "same" or pad == "valid" or 0 <= single(pad)[0] and 2 * single(pad)[0] <= single(kernel)[0]
  require outdim[t, kernel, stride, 1, pad, 0, 1] >= 1
  law pure, channelwise, keeps_zero
}

"""The mean of each window of a volume."""
op avg_pool[kernel, stride = 1, pad = "same"](x: volume[c, d, h, w])
  -> volume[
    c, outdim[d, kernel, stride, 1, pad, 0, 3], outdim[h, kernel, stride, 1, pad, 1, 3],
    outdim[w, kernel, stride, 1, pad, 2, 3]
  ] {
  require min(triple(kernel)) >= 1 and min(triple(stride)) >= 1
  require pad != "same" or all(k % 2 == 1 for k in triple(kernel))
  require pad == "same"
    or pad == "valid"
    or all(0 <= triple(pad)[i] and 2 * triple(pad)[i] <= triple(kernel)[i] for i in 0..2)
  require outdim[d, kernel, stride, 1, pad, 0, 3] >= 1
    and outdim[h, kernel, stride, 1, pad, 1, 3] >= 1
    and outdim[w, kernel, stride, 1, pad, 2, 3] >= 1
  law pure, channelwise, keeps_zero
}

"""The mean of each channel."""
op global_avg_pool(x: image[c, h, w]) -> vec[c] { law pure, channelwise, keeps_zero }

"""The mean of all steps."""
op global_avg_pool(x: seq[t, d]) -> vec[d] {
  require t >= 1
  law pure, channelwise, keeps_zero
}

"""The mean of each channel over time."""
op global_avg_pool(x: signal[c, t]) -> vec[c] {
  require t >= 1
  law pure, channelwise, keeps_zero
}

"""The mean of each channel of a volume."""
op global_avg_pool(x: volume[c, d, h, w]) -> vec[c] { law pure, channelwise, keeps_zero }
