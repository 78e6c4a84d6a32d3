// Rows for the tests of linear models: features, and labels of every kind that depend on some of them.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <linden/linear.hpp>
#include <memory>
#include <random>
#include <span>
#include <utility>
#include <vector>

namespace linden {

struct RowShape {
  int rows = 24, features = 4;
  bool weighted = false;             ///< by whole numbers from 0 to 3
  double centre = 2, deviation = 3;  ///< of the features, which are normal,
  double common = 0;                 ///< with so many deviations of a number that those of a row share
  int entries = 0;      ///< sparse rows with about as many entries: 1, 2 or 3, more of them in the first columns
  int informative = 1;  ///< every third of so many features shows in the labels
};

/// Row by row, sparse ones with their zeros. Free to be changed before they become a dataset.
struct RandomRows {
  int rows, features;
  bool is_sparse;
  std::vector<double> values, labels, weights;

  /// Labels that go with `loss`; every class occurs.
  RandomRows(const Loss& loss, const RowShape& shape, unsigned seed)
      : rows(shape.rows), features(shape.features), is_sparse(shape.entries > 0) {
    std::mt19937 random(seed);
    std::normal_distribution<double> normal;
    std::uniform_int_distribution<int> small(0, 3);
    values.resize(static_cast<std::size_t>(rows) * static_cast<std::size_t>(features));
    for (int i = 0; i < rows; ++i) {
      if (is_sparse) {
        const auto count = static_cast<unsigned>(features);
        for (int e = 0; e < shape.entries; ++e) {
          const unsigned column = random() % count, below = random() % count;
          at(i, static_cast<int>(column * std::uint64_t{below} / count)) = 1 + random() % 3;
        }
        continue;
      }
      const double shared = shape.common > 0 ? shape.common * normal(random) : 0;
      for (int j = 0; j < features; ++j) at(i, j) = shape.centre + shape.deviation * (normal(random) + shared);
    }
    for (int i = 0; i < rows; ++i) {
      double score = 0;
      for (int j = 0; j < std::min(features, shape.informative); j += 3) {
        const double z = is_sparse ? at(i, j) : (at(i, j) - shape.centre) / shape.deviation;
        score += (j % 2 == 0 ? 0.6 : -0.6) / (1 + 0.02 * j) * z;
      }
      const double trend = score + normal(random);
      const int classes = loss.classes();
      switch (loss.label_kind()) {
        case LabelKind::classes:
          labels.push_back(i < classes ? i : (trend > 0 ? 1 : 0) + (classes > 2 && trend > 0.7 ? 1 : 0));
          break;
        case LabelKind::nonnegative: labels.push_back(std::floor(std::exp(0.5 * trend + 0.5))); break;
        case LabelKind::positive: labels.push_back(std::exp(0.5 * trend)); break;
        case LabelKind::times:
        case LabelKind::grades:  // of groups: linear models refuse them
        case LabelKind::share: labels.push_back(1 / (1 + std::exp(-trend))); break;
        case LabelKind::real: labels.push_back(trend + (i % 7 == 0 ? 5 * normal(random) : 0)); break;
      }
      if (shape.weighted) weights.push_back(small(random));
    }
    if (shape.weighted) weights[0] = weights[1] = weights[2] = 1;
  }
  RandomRows(const Loss& loss, bool weighted, unsigned seed, int row_count = 24, int feature_count = 4)
      : RandomRows(loss, {.rows = row_count, .features = feature_count, .weighted = weighted}, seed) {}

  double& at(std::int64_t row, int feature) { return values[static_cast<std::size_t>(row * features + feature)]; }
  double at(std::int64_t row, int feature) const { return values[static_cast<std::size_t>(row * features + feature)]; }

  /// What is not 0, by rows.
  struct Entries {
    std::vector<std::int64_t> offsets{0};
    std::vector<std::int32_t> columns;
    std::vector<double> values;
  };
  Entries entries() const {
    Entries result;
    for (int i = 0; i < rows; ++i) {
      for (int j = 0; j < features; ++j) {
        if (at(i, j) == 0) continue;
        result.columns.push_back(j);
        result.values.push_back(at(i, j));
      }
      result.offsets.push_back(std::ssize(result.values));
    }
    return result;
  }

  /// With numbers of their own.
  Dataset dataset() const {
    if (!is_sparse) return dense<double>();
    const Entries all = entries();
    const auto tensor = [](const auto& v) { return Tensor::copy_of(std::span(v), {std::ssize(v)}); };
    return Dataset::from_sparse(tensor(all.offsets), tensor(all.columns), tensor(all.values), features,
                                {.label = labels, .weight = weights});
  }
  /// Dense, with numbers of this type.
  template <class T>
  Dataset dense() const {
    const auto copy = std::make_shared<std::vector<T>>(values.begin(), values.end());
    return Dataset::from_rows(std::span<const T>(*copy), features, {.label = labels, .weight = weights, .owner = copy});
  }
};

/// The losses with solvers of their own.
enum class Kind { squared, logistic, softmax, poisson };

inline Loss loss_of(Kind kind) {
  switch (kind) {
    case Kind::squared: return loss::squared();
    case Kind::logistic: return loss::logistic();
    case Kind::softmax: return loss::softmax({.classes = 3});
    case Kind::poisson: return loss::poisson();
  }
  return loss::squared();
}

/// Without a penalty, l2, l1, both.
inline std::vector<LinearConfig> penalties(Kind kind) {
  return {{.loss = loss_of(kind)},
          {.loss = loss_of(kind), .l2 = 0.01},
          {.loss = loss_of(kind), .l1 = 0.01},
          {.loss = loss_of(kind), .l1 = 0.005, .l2 = 0.002}};
}

}  // namespace linden
