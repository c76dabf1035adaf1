"""The laws that an op can promise to keep, for whoever rewrites graphs.

An op declares them in its body, each as a condition on its statics and dims. Of an op that declares none, nothing is
assumed. They hold of real numbers, in training as in evaluation.
"""

LAWS: dict[str, str] = {
    "pure": "the results follow from the inputs, the statics and the weights: nothing is drawn, nothing kept",
    "identity": "given one tensor, the op gives it back",
    "zero": "the results are zeros, whatever the inputs",
    "keeps_zero": "where all inputs are zeros, so are the results",
    "absorbs_zero": "where one input is zeros, so are the results",
    "skips_zero": "an operand of zeros may be left out where another is left",
    "commutative": "the inputs may be given in any order",
    "associative": "an operand that the same op made with the same statics may be replaced by that one's operands",
    "norm": "the results are a constant where all inputs are zeros",
    "idempotent": "applied to its own result, the op changes nothing",
    "channelwise": "each channel of the results follows from the channel in its place, of the inputs and of the "
    "weights, all channels alike; where the results have more channels, a block of them follows from each",
    "makes_channels": "each channel of the results follows from its own part of the weights, all channels alike",
    "sums_channels": "the results add up the channels of the input, each seen through its own part of the weights; "
    "where that has fewer channels, inputs and results lie in equal groups, each on its own",
    "joins_channels": "the channels of the result are those of the inputs, one after the other",
    "sums_windows": "the results add up the places of windows of `kernel` places, each seen through its own part of "
    "the weights, with zeros around the input as `pad` says",
    "linear_in_weights": "the results are linear in what is trained, taken together",
}
"""What each law promises."""

LAWS_OF_OPERANDS = ("skips_zero", "associative")
"""The laws that speak of any number of operands: only an op whose one input is `*xs` can keep them."""
