#include "explain/result.hpp"

#include <algorithm>
#include <utility>

#include "backend/explain_kernels.hpp"

namespace linden {

Explanation blank_explanation(std::vector<std::string> names, std::int64_t rows, std::vector<double> constant,
                              bool interactions) {
  Explanation result;
  const auto features = std::ssize(names), outputs = std::ssize(constant);
  Shape shape{rows};
  if (outputs > 1) shape.append(outputs);
  shape.append(features);
  result.values = Tensor::zeros(shape);
  shape.append(features);
  if (interactions) result.interactions = Tensor::zeros(shape);
  result.names = std::move(names);
  result.constant = std::move(constant);
  return result;
}

ExplanationParts::ExplanationParts(std::vector<std::string> names, std::vector<std::vector<int>> columns,
                                   std::int64_t rows, std::vector<double> constant, bool interactions)
    : columns_(std::move(columns)),
      interactions_(interactions),
      result_(blank_explanation(std::move(names), rows, std::move(constant), interactions)) {}

std::int64_t ExplanationParts::rows_at_once(std::int64_t most) const noexcept {
  constexpr std::int64_t bytes = std::int64_t{64} << 20;
  const std::int64_t of_row =
      std::max<std::int64_t>(outputs() * (columns() + pairs()), 1) * std::int64_t{sizeof(double)};
  return std::clamp(bytes / of_row / explain_lanes * explain_lanes, explain_lanes, most);
}

void ExplanationParts::write(std::int64_t first, std::int64_t count, const double* values, const double* pairs,
                             std::int64_t stride, Workers& workers) {
  if (columns() == 0) return;  // no tree splits: the constant is all, and there are no values
  const auto features = std::ssize(result_.names);
  workers.chunks(count, 64, [&](std::int64_t begin, std::int64_t end, std::int64_t, int) {
    for (std::int64_t k = 0; k < outputs(); ++k)
      for (std::int64_t row = begin; row < end; ++row) {
        const std::int64_t place = (first + row) * outputs() + k;
        double* const out = result_.values.data<double>() + place * features;
        const double* const own = values + k * columns() * stride + row;
        for (std::int64_t c = 0; c < columns(); ++c)
          for (const int f : columns_[c]) out[f] += own[c * stride] / static_cast<double>(columns_[c].size());
        if (!interactions_) continue;
        const double* const both = this->pairs() == 0 ? nullptr : pairs + k * this->pairs() * stride + row;
        write_interactions(own, both, stride, result_.interactions.data<double>() + place * features * features);
      }
  });
}

void ExplanationParts::write_interactions(const double* values, const double* pairs, std::int64_t stride,
                                          double* out) const {
  const auto features = std::ssize(result_.names);
  const auto share = [&](std::int64_t a, std::int64_t b, double amount) {
    amount /= static_cast<double>(columns_[a].size() * columns_[b].size());
    for (const int f : columns_[a])
      for (const int g : columns_[b]) out[f * features + g] += amount;
  };
  std::vector<double> alone(columns_.size());
  for (std::int64_t c = 0; c < columns(); ++c) alone[c] = values[c * stride];
  for (std::int64_t a = 0; a < columns(); ++a)
    for (std::int64_t b = a + 1; b < columns(); ++b, pairs += stride) {
      const double half = *pairs / 2;
      if (half == 0) continue;
      alone[a] -= half;
      alone[b] -= half;
      share(a, b, half);
      share(b, a, half);
    }
  for (std::int64_t c = 0; c < columns(); ++c) share(c, c, alone[c]);
}

}  // namespace linden
