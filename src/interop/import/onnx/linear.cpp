#include "interop/import/onnx/linear.hpp"

#include <algorithm>
#include <functional>

#include "base/fail.hpp"
#include "linear/certificate.hpp"
#include "linear/model_file.hpp"

namespace linden::onnx {
namespace {

// One row of weights a score.
struct Weights {
  std::size_t rows = 1;
  std::vector<double> weights, intercepts;
};

Weights weights_of(const Operator& op, std::size_t rows) {
  Weights found;
  found.rows = rows;
  found.weights = op.numbers("coefficients").numbers;
  found.intercepts = op.numbers("intercepts").numbers;
  if (found.intercepts.empty()) found.intercepts.resize(rows);
  if (found.weights.empty() || found.weights.size() % rows != 0 || found.intercepts.size() != rows)
    op.refuse(fmt::format("has {} coefficients and {} intercepts for {} scores", found.weights.size(),
                          found.intercepts.size(), rows));
  return found;
}

// Two classes have a score each, of which one is the other's negative, or one score: that of the second class.
Weights binary_weights(const Operator& op) {
  if (op.numbers("intercepts").numbers.size() == 1) return weights_of(op, 1);
  Weights both = weights_of(op, 2);
  const auto middle = both.weights.begin() + std::ssize(both.weights) / 2;
  const auto is_negative = [](double a, double b) { return a == -b; };
  if (!std::equal(both.weights.begin(), middle, middle, is_negative) || both.intercepts[0] != -both.intercepts[1])
    op.refuse("has two scores with a probability each, whose weights are not each other's negatives");
  both.rows = 1;
  both.weights.erase(both.weights.begin(), middle);
  both.intercepts.erase(both.intercepts.begin());
  return both;
}

}  // namespace

LinearModel linear_of(const Pipeline& pipeline, std::size_t bytes) {
  const Operator& op = *pipeline.model;
  const bool is_classifier = op.type() == "LinearClassifier";
  const std::string transform = transform_of(pipeline, op.text("post_transform", "NONE"));
  LinearModel::State state;
  Weights found;
  if (is_classifier) {
    state.classes = classes_of(op);
    const auto classes = static_cast<int>(state.classes.size());
    if (classes < 2) op.refuse(fmt::format("has {} classes", classes));
    if (transform == "LOGISTIC" && classes == 2) {
      found = binary_weights(op);
      state.config.loss = loss::logistic();
    } else if (transform == "SOFTMAX") {
      found = weights_of(op, state.classes.size());
      state.config.loss = loss::softmax({classes});
    } else {
      op.refuse(
          fmt::format("has the post_transform {} of {} classes, and LOGISTIC of two and SOFTMAX have a meaning here",
                      transform, classes));
    }
  } else {
    if (op.whole("targets", 1) != 1) op.refuse("has several targets");
    if (pipeline.is_normalized) op.refuse("is followed by Normalizer");
    found = weights_of(op, 1);
    if (transform == "SOFTMAX") op.refuse("has the softmax of one score");
    state.config.loss = transform == "EXP"        ? loss::poisson()
                        : transform == "LOGISTIC" ? loss::cross_entropy()
                                                  : loss::squared();
  }
  const std::size_t features = found.weights.size() / found.rows;
  state.feature_names = feature_names(pipeline, static_cast<std::int64_t>(features) - 1, bytes);
  if (state.feature_names.size() != features)
    op.refuse(
        fmt::format("has {} coefficients a score, and rows have {} columns", features, state.feature_names.size()));
  state.weights = std::move(found.weights);
  state.intercept = std::move(found.intercepts);
  state.config.standardize = false;
  state.certificate = imported_certificate();
  return LinearModel(as_loaded("the ONNX model", state));
}

}  // namespace linden::onnx
