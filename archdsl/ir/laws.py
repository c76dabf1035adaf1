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
}
"""What each law promises."""

LAWS_OF_OPERANDS = ("skips_zero", "associative")
"""The laws that speak of any number of operands: only an op whose one input is `*xs` can keep them."""
