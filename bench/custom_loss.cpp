// linden_custom_loss [ROWS [ROUNDS [TURNS]]]: trains with a built-in loss and with the same loss spelt by hand, taking
// turns on the same rows, and prints medians and ratios. Both give the same model.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <linden/linden.hpp>
#include <vector>

#include "higgs_like.hpp"

namespace {

using namespace linden;

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2), values.end());
  return values[values.size() / 2];
}

void compare(const Dataset& train, const Loss& builtin, const Loss& custom, int rounds, int turns) {
  std::vector<double> seconds[2];
  std::vector<double> last[2];
  for (int turn = 0; turn < turns; ++turn)
    for (int which = 0; which < 2; ++which) {
      const BoostedModel model = fit_boosted(
          train, {.loss = which == 0 ? builtin : custom, .rounds = rounds, .max_leaves = 255, .l2 = 1}, {.threads = 2});
      seconds[which].push_back(model.seconds_binning() + model.seconds_training());
      last[which] = model.trees().back().leaf_values;
    }
  const bool same = last[0] == last[1];
  const double a = median(seconds[0]), b = median(seconds[1]);
  std::printf("%-10s built-in %.2f s, custom %.2f s, ratio %.3f, %s\n", builtin.name().c_str(), a, b, b / a,
              same ? "the same trees" : "OTHER TREES");
}

}  // namespace

int main(int argc, char** argv) {
  const std::int64_t rows = argc > 1 ? std::atoll(argv[1]) : 1'000'000;
  const int rounds = argc > 2 ? std::atoi(argv[2]) : 100, turns = argc > 3 ? std::atoi(argv[3]) : 3;
  std::vector<float> values(static_cast<std::size_t>(rows) * bench::higgs_features),
      labels(static_cast<std::size_t>(rows));
  bench::higgs_like_rows(1, 0, values, labels);
  const auto dataset = [&](const std::vector<float>& y) {
    return Dataset::from_rows(values, bench::higgs_features, {.label = y, .refer = true});
  };
  const Dataset two_classes = dataset(labels);
  compare(two_classes, loss::logistic(),
          loss::custom("logistic", [](const Tensor& s, const Tensor& y) { return softplus(s) - y * s; },
                       {.link = Link::sigmoid}),
          rounds, turns);
  compare(two_classes, loss::focal(),
          loss::custom("focal",
                       [](const Tensor& s, const Tensor& y) {
                         const Tensor p = sigmoid(s);
                         return -y * square(1 - p) * log_sigmoid(s) - (1 - y) * square(p) * log_sigmoid(-s);
                       },
                       {.link = Link::sigmoid}),
          rounds, turns);
  // Five classes: by the sign of the label and a feature's size.
  std::vector<float> classes(labels.size());
  for (std::size_t row = 0; row < classes.size(); ++row) {
    const float x = values[row * bench::higgs_features];
    classes[row] = labels[row] > 0 ? (x < 1 ? 0.0f : 1.0f) : (x < 0.7f ? 2.0f : x < 1.2f ? 3.0f : 4.0f);
  }
  compare(
      dataset(classes), loss::softmax({.classes = 5}),
      loss::custom("softmax",
                   [](const Tensor& s, const Tensor& y) { return logsumexp(s, 1) - gather(s, 1, cast(y, DType::i64)); },
                   {.link = Link::softmax, .outputs = 5}),
      rounds / 5, turns);
}
