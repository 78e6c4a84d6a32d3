// Rows gathered by label: many passes over rows become short passes over distinct labels.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

#include "loss/exact_sum.hpp"

namespace linden {

/// Labels with a weight each: rows, or distinct labels with the exact weight of their rows.
struct LabelPoints {
  std::span<const double> labels, weights;  ///< no weights: all one
  std::span<const double> offsets = {};     ///< [outputs, labels], or none: distinct labels have none

  double weight(std::size_t i) const { return weights.empty() ? 1.0 : weights[i]; }
  double offset(std::size_t output, std::size_t i) const {
    return offsets.empty() ? 0.0 : offsets[output * labels.size() + i];
  }
};

/// The distinct labels in ascending order, each with the weight of its rows: a small hash table with open addressing.
class LabelGroups {
 public:
  /// Stops, with `complete()` false, at more than `most` distinct labels: whether it does depends on no order.
  LabelGroups(const LabelPoints& rows, std::size_t most) : slots_(std::bit_ceil(4 * most), 0) {
    for (std::size_t row = 0; row < rows.labels.size(); ++row) {
      std::uint32_t& slot = find(rows.labels[row] + 0.0);  // -0 becomes 0
      if (slot == 0) {
        if (labels_.size() == most) return;
        labels_.push_back(rows.labels[row] + 0.0);
        sums_.emplace_back();
        slot = static_cast<std::uint32_t>(labels_.size());
      }
      sums_[slot - 1].add(rows.weights.empty() ? 1.0 : rows.weights[row]);
    }
    complete_ = true;
    std::vector<std::size_t> order(labels_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, {}, [&](std::size_t i) { return labels_[i]; });
    for (const std::size_t i : order) weights_.push_back(sums_[i].value());
    std::ranges::sort(labels_);
  }

  bool complete() const { return complete_; }
  LabelPoints points() const { return {labels_, weights_}; }

 private:
  std::uint32_t& find(double label) {
    // The top bits of the product: in small whole numbers only the top bits differ.
    std::size_t i = std::bit_cast<std::uint64_t>(label) * 0x9e3779b97f4a7c15 >> (64 - std::countr_zero(slots_.size()));
    while (true) {
      std::uint32_t& slot = slots_[i++ & (slots_.size() - 1)];
      if (slot == 0 || labels_[slot - 1] == label) return slot;
    }
  }

  std::vector<std::uint32_t> slots_;  // the number of a label, counted from 1; 0 is free
  std::vector<double> labels_, weights_;
  std::vector<ExactSum> sums_;
  bool complete_ = false;
};

}  // namespace linden
