// Rows of the kinds that options want, in columns of the same names: numbers of many and of few values (x0, x2, x4),
// categories (x1, x3), flags (x5).
#pragma once

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <vector>

#include "boosting/random_data.hpp"
#include "boosting/sparse_data.hpp"

namespace linden {

enum class RowKind {
  plain,
  weighted,
  groups,           ///< of 1 to 9 rows
  sparse,           ///< numbers, most of them 0
  wide,             ///< with a column x6 of more values than a byte counts
  offset,           ///< where scores start
  bounds,           ///< two times a row
  several_labels,   ///< four a row
  many_categories,  ///< x3 has 60, of which the label is one with those of x1
};

class OptionRows {
 public:
  OptionRows(RowKind kind, const std::string& loss, int rows, std::uint64_t seed = 1) : kind_(kind) {
    Random random(seed);
    add_numbers(data_, random_numbers(random, rows, 40, 0.1));
    add_codes(data_, random_codes(random, rows, kind == RowKind::many_categories ? 20 : 4, 0), 30);
    add_numbers(data_, random_numbers(random, rows, 12, 0));
    add_codes(data_, random_codes(random, rows, kind == RowKind::many_categories ? 60 : 25, 0.05), 60);
    add_numbers(data_, random_numbers(random, rows, 200, 0));
    add_numbers(data_, random_numbers(random, rows, 2, 0));
    if (kind == RowKind::wide) add_numbers(data_, random_numbers(random, rows, 700, 0.02));
    if (kind == RowKind::sparse)
      for (reference::Feature& feature : data_.features) {
        feature.categorical = false;
        for (double& value : feature.values) value = random.chance(0.7) ? 0 : value;
      }
    const auto at = [&](std::size_t f, int row) {
      const double value = data_.features[f].values[static_cast<std::size_t>(row)];
      return std::isnan(value) ? -3 : value;
    };
    for (int row = 0; row < rows; ++row) {
      const double y = std::sin(at(0, row)) + std::cos(5 * at(1, row) + 3 * at(3, row)) + std::tanh(at(4, row) / 30) +
                       0.4 * std::sin(at(2, row)) + (kind == RowKind::wide ? 2 * std::sin(at(6, row) / 60) : 0) +
                       0.4 * random.normal();
      data_.label.push_back(random_label(random, loss, y, row));
    }
    if (kind == RowKind::weighted)
      for (int row = 0; row < rows; ++row) data_.weight.push_back(random.one_of({1.0, 0.5, 2.0, 4.0}));
    for (int left = kind == RowKind::groups ? rows : 0; left > 0; left -= static_cast<int>(sizes_.back()))
      sizes_.push_back(std::min(left, 1 + random.below(9)));
  }

  const RandomData& data() const { return data_; }
  int rows() const { return data_.rows(); }

  /// The label of each output, where there are several: [rows, 4].
  std::vector<double> labels() const {
    std::vector<double> all;
    for (const double y : data_.label) all.insert(all.end(), {y, std::sin(3 * y), y * y, -y});
    return all;
  }

  Dataset dataset() const {
    if (kind_ == RowKind::sparse) return both(data_).sparse;
    const Dataset plain = data_.dataset();
    switch (kind_) {
      case RowKind::groups: return plain.with_groups(GroupList::sizes(sizes_), "query");
      case RowKind::offset: {
        std::vector<double> offset;
        for (const double value : data_.features[2].values) offset.push_back(std::tanh(value));
        return plain.with_offset(offset);
      }
      case RowKind::bounds: {
        std::vector<double> both_bounds;
        for (const double time : data_.label) {
          const double end = time < 0 ? std::numeric_limits<double>::infinity() : time;
          both_bounds.insert(both_bounds.end(), {std::abs(time), end});
        }
        return plain.with_label(Tensor::copy_of(std::span(both_bounds), {rows(), 2}));
      }
      case RowKind::several_labels: {
        const std::vector<double> all = labels();
        return plain.with_label(Tensor::copy_of(std::span(all), {rows(), 4}));
      }
      default: return plain;
    }
  }

  /// The same rows in another order; groups stay as they are.
  OptionRows shuffled(std::uint64_t seed) const {
    Random random(seed);
    OptionRows result = *this;
    if (kind_ != RowKind::groups) {
      result.data_ = data_.take(shuffled_rows(random, rows()));
      return result;
    }
    std::vector<int> first{0}, order;
    for (const std::int64_t size : sizes_) first.push_back(first.back() + static_cast<int>(size));
    result.sizes_.clear();
    for (const int g : shuffled_rows(random, static_cast<int>(sizes_.size()))) {
      const auto group = static_cast<std::size_t>(g);
      result.sizes_.push_back(sizes_[group]);
      for (int row = first[group]; row < first[group + 1]; ++row) order.push_back(row);
    }
    result.data_ = data_.take(order);
    return result;
  }

  /// The first rows, or those that follow them.
  std::pair<Dataset, Dataset> parted(int first) const {
    const Dataset all = dataset();
    std::vector<std::int64_t> numbers(static_cast<std::size_t>(rows()));
    std::iota(numbers.begin(), numbers.end(), 0);
    const std::span<const std::int64_t> span(numbers);
    return {all.take(span.first(static_cast<std::size_t>(first))),
            all.take(span.subspan(static_cast<std::size_t>(first)))};
  }

 private:
  RowKind kind_;
  RandomData data_;
  std::vector<std::int64_t> sizes_;
};

}  // namespace linden
