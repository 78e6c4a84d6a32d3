// ExplanationParts: an Explanation that is filled part by part of the rows.
#pragma once

#include <cstdint>
#include <linden/explain.hpp>
#include <string_view>
#include <vector>

#include "base/parallel.hpp"

namespace linden {

/// Who speaks in messages.
inline constexpr std::string_view explain_call = "explain";

/// With all values 0; [rows, K, features] and, with interactions, [rows, K, features, features].
Explanation blank_explanation(std::vector<std::string> names, std::int64_t rows, std::vector<double> constant,
                              bool interactions);

class ExplanationParts {
 public:
  /// `columns`: for each column that has been explained the features that share its value equally.
  ExplanationParts(std::vector<std::string> names, std::vector<std::vector<int>> columns, std::int64_t rows,
                   std::vector<double> constant, bool interactions);

  std::int64_t columns() const noexcept { return static_cast<std::int64_t>(columns_.size()); }
  std::int64_t pairs() const noexcept { return interactions_ ? columns() * (columns() - 1) / 2 : 0; }
  std::int64_t outputs() const noexcept { return static_cast<std::int64_t>(result_.constant.size()); }
  bool interactions() const noexcept { return interactions_; }
  /// How many rows to explain at a time, a multiple of explain_lanes.
  std::int64_t rows_at_once(std::int64_t most) const noexcept;

  /// Rows first .. first + count - 1: values [outputs, columns, stride] and what pairs of columns do together, the
  /// whole of it, [outputs, pairs, stride].
  void write(std::int64_t first, std::int64_t count, const double* values, const double* pairs, std::int64_t stride,
             Workers& workers);

  Explanation take() && { return std::move(result_); }

 private:
  void write_interactions(const double* values, const double* pairs, std::int64_t stride, double* out) const;

  std::vector<std::vector<int>> columns_;
  bool interactions_;
  Explanation result_;
};

}  // namespace linden
