#include "model/predictions.hpp"

#include <algorithm>

#include "base/fail.hpp"
#include "loss/distribution.hpp"
#include "loss/link.hpp"

namespace linden {

Tensor predictions(const Loss& loss, int outputs, std::int64_t rows, const double* scores, bool linked,
                   Workers& workers) {
  Tensor result = Tensor::empty(outputs == 1 ? Shape{rows} : Shape{rows, outputs});
  double* const out = result.data<double>();
  workers.chunks(rows, 4096, [&](std::int64_t begin, std::int64_t end, std::int64_t, int) {
    for (std::int64_t row = begin; row < end; ++row) {
      double* const prediction = out + row * outputs;
      for (int k = 0; k < outputs; ++k) prediction[k] = scores[k * rows + row];
    }
    if (linked) apply_link(loss.link(), out + begin * outputs, end - begin, outputs, 1, outputs);
  });
  return result;
}

Tensor quantiles(std::string_view where, const Loss& loss, std::span<const double> levels, std::int64_t rows,
                 const double* scores, Workers& workers) {
  if (!is_of_distribution(loss.link()))
    fail<ArgumentError>(
        "{}: .quantiles are those of a distribution, and loss \"{}\" has none. Hint: train with "
        "loss::normal_distribution() or its like, or with loss::quantile({{.level = {{0.05, 0.95}}}}), whose "
        "predictions "
        "are quantiles.",
        where, loss.name());
  for (const double level : levels)
    if (!(level > 0 && level < 1))
      fail<ArgumentError>("{}: .quantiles has {}, but levels are in (0, 1).", where, level);
  const auto count = std::ssize(levels);
  Tensor result = Tensor::empty(count == 1 ? Shape{rows} : Shape{rows, count});
  double* const out = result.data<double>();
  workers.chunks(rows, 256, [&](std::int64_t begin, std::int64_t end, std::int64_t, int) {
    for (std::int64_t row = begin; row < end; ++row)
      for (std::int64_t i = 0; i < count; ++i)
        out[row * count + i] =
            quantile_of(loss.link(), {scores[row], scores[rows + row]}, levels[static_cast<std::size_t>(i)]);
  });
  return result;
}

MetricInput judged(const Loss& loss, int outputs, std::int64_t rows, const double* scores, Workers& workers) {
  const Tensor score = predictions(loss, outputs, rows, scores, false, workers);
  const bool is_same = loss.link() == Link::identity;
  return {.prediction = is_same ? score : predictions(loss, outputs, rows, scores, true, workers),
          .score = score,
          .link = loss.link()};
}

Tensor class_numbers(std::string_view where, const Tensor& prediction, bool has_classes) {
  if (!has_classes)
    fail<ArgumentError>("{}: Output::label wants a model of classes. Hint: use Output::prediction.", where);
  const std::int64_t rows = prediction.size(0), outputs = prediction.rank() == 1 ? 1 : prediction.size(1);
  Tensor result = Tensor::empty({rows});
  const double* p = prediction.data<double>();
  for (std::int64_t row = 0; row < rows; ++row, p += outputs)
    result.data<double>()[row] =
        outputs == 1 ? (p[0] >= 0.5 ? 1 : 0) : static_cast<double>(std::max_element(p, p + outputs) - p);
  return result;
}

}  // namespace linden
