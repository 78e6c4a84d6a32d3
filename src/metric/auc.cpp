// The share of pairs (one row of class 1, one of class 0) that the predictions put in order: one sort, one sweep.
//
// On a GPU it is tensors: rows in the order of predictions, of which equal ones are a run; the rows of both classes in
// each run, and those of class 0 in the runs before. All of that are whole numbers and halves, exact in any order, and
// so the value is that of the sweep, to the bit. Weights are not: they are added up on the host, in one order.
#include <linden/ops.hpp>

#include "base/fail.hpp"
#include "metric/rows.hpp"

namespace linden {

double area_under_roc(const MetricRows& rows) {
  // Ties by row, so that sums of weights have one order.
  const Tensor rows_in_order =
      sort(Tensor::view_of(rows.predictions, {static_cast<std::int64_t>(rows.size())})).indices;
  const auto order = rows_in_order.span<const std::int64_t>();

  double pairs = 0, below = 0, positive = 0;  // `below`: the weight of class 0 with smaller predictions
  for (std::size_t i = 0; i < order.size();) {
    double tied[2] = {0, 0};
    const double prediction = rows.predictions[order[i]];
    for (; i < order.size() && rows.predictions[order[i]] == prediction; ++i)
      tied[rows.labels[order[i]] == 1] += rows.weight(static_cast<std::size_t>(order[i]));
    pairs += tied[1] * (below + 0.5 * tied[0]);
    below += tied[0];
    positive += tied[1];
  }
  if (below == 0 || positive == 0)
    fail<UndefinedMetric>("metric::auc: all rows with a weight have label {}. Hint: it takes rows of both classes.",
                          below == 0 ? 1 : 0);
  return pairs / (positive * below);
}

namespace {

// Pairs, and their halves, that doubles count exactly.
constexpr std::int64_t most_counted_rows = std::int64_t{1} << 26;

double on_host(const MetricInput& input) {
  const auto copied = [](const Tensor& tensor) { return tensor.elements() > 0 ? tensor.to(Device::cpu()) : tensor; };
  return metric::auc().evaluate({.prediction = copied(input.prediction),
                                 .score = copied(input.score),
                                 .label = copied(input.label),
                                 .weight = copied(input.weight),
                                 .groups = input.groups,
                                 .link = input.link});
}

}  // namespace

double area_under_roc_on_gpu(const MetricInput& input) {
  const auto& [prediction, score, label, weight, groups, link] = input;
  const std::int64_t rows = label.size(0);
  if (prediction.rank() != 1 || label.rank() != 1 || weight.elements() > 0 || rows > most_counted_rows)
    return on_host(input);
  const Sorted sorted = sort(prediction);
  const Tensor of_1 = take(label, 0, sorted.indices), &in_order = sorted.values;
  const Tensor begins = cast(in_order.slice(0, 1, rows) != in_order.slice(0, 0, rows - 1), DType::i64);
  const Device device = prediction.device();
  const Tensor run = cumulative_sum(concatenate({Tensor::zeros({1}, DType::i64, device), begins}), 0);
  const Tensor none = Tensor::zeros({rows}, DType::f64, device);
  const Tensor ones = scatter_add(none, 0, run, of_1), zeros = scatter_add(none, 0, run, 1 - of_1);
  const Tensor below = cumulative_sum(zeros, 0) - zeros;
  const Tensor is_odd = logical_or(is_nan(prediction), logical_and(label != 0, label != 1));
  const Tensor sums =
      stack({sum(ones * (below + 0.5 * zeros)), sum(label), sum(cast(is_odd, DType::f64))}).to(Device::cpu());
  const double pairs = sums.at<double>({0}), positive = sums.at<double>({1}),
               negative = static_cast<double>(rows) - positive;
  if (sums.at<double>({2}) > 0 || positive == 0 || negative == 0) return on_host(input);  // which says what is wrong
  return pairs / (positive * negative);
}

}  // namespace linden
