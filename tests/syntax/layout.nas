# The layout of everything that can be broken, as the formatter writes it.
use std.image: conv_bn, sep_conv as sep, dil_conv, factorized_reduce, preprocess, auxiliary_head, relu_conv_bn, mbconv,
  resnet_reduce

# These stood together.
fun one = 1
fun two = 2

fun long_condition[a] = a.first_condition_of_many and a.second_condition_of_many
  or not a.third_condition_of_many
  or a.fourth_condition_of_many

fun conditional[value] = value.of_the_first_case if value.is_in_the_first_case
  else value.of_the_second_case if value.is_in_the_second_case
  else value.of_the_last_case

fun sum_of_many[x] = x.first_summand_of_many + x.second_summand_of_many - x.third_summand_of_many * x.fourth_factor
  + x.fifth_summand_of_many

op short(x: t) -> t { }  # no facts

op wide[out: int, kernel = 3](x: image[c, h, w])
  -> image[out, outdim[h, kernel, stride, dilation, padding], outdim[w, kernel, stride, dilation, padding]] {
  weight kernel[out, c]
  weight bias[out] when bias

  # after an empty line
  macs = out * c
}

choice on_one_line { a = identity | b = relu }

choice on_many_lines[c](x: image) {
    short  = conv[c, 3]  # with a comment
  | longer = conv[c, 5] when c > 8
  # before the last
  | conv[c, 7] weight 2
}

network with_many_statics[
  width = 36, cells = 20, search = false, auxiliary = false, classes = 10, channels = 3, size = 32, drop = 0.2
](x: image[channels, size, size]) -> vec[classes] {
  # at the start
  let y = x |> conv[width, 3] |> choose {
      first_of_the_alternatives  = identity
    | second_of_the_alternatives = relu_conv_bn[width, 3]
    | third_of_the_alternatives  = sep[width, 5]
  }
  let broken_by_its_author = x |> conv[width, 3]
    |> repeat 3 { relu } |> resnet_reduce[2 * width]
    |> repeat 3 { relu }
  let list = [
    first_element_of_a_long_list, second_element_of_a_long_list, third_element_of_a_long_list, fourth_element,
    fifth_element
  ]
  nodes h[4] after (y, broken_by_its_author) as i { return sum(edge_op(e) for e in choose 2 of earlier) }
  nodes k[4] after (y) {
    return y
  }
  return concat(
    edge_op_with_a_long_name[width, search](e) for e in choose 2 of earlier_nodes_of_this_very_long_list if e.index > 0
  )
  # at the end
}
