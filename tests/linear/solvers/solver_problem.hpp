// For the tests of solvers: an objective on random rows, with all that it stands on.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <linden/linear.hpp>
#include <linden/ops.hpp>
#include <memory>
#include <random>
#include <utility>
#include <vector>

#include "linear/counting_backend.hpp"
#include "linear/optimality/gap.hpp"
#include "linear/objective/objective.hpp"
#include "linear/solvers/solver.hpp"

namespace linden {

struct ProblemShape {
  Loss loss = loss::squared();
  std::size_t rows = 300;
  int features = 12;
  double l1 = 0, l2 = 0;
  bool sparse = false;  ///< 4 entries a row in place of all
  bool twice = false;   ///< the last column is the first again
  bool weighted = false;
  int threads = 2;
  std::uint32_t seed = 1;
};

class SolverProblem {
 public:
  explicit SolverProblem(const ProblemShape& shape) : shape_(shape), workers_(shape.threads), context_{workers_} {
    std::mt19937 random(shape.seed);
    std::normal_distribution<double> normal;
    const auto features = static_cast<std::size_t>(shape.features);
    std::vector<double> row(features), truth(features);
    for (std::size_t j = 0; j < features; ++j) truth[j] = j % 3 == 0 ? normal(random) / (1 + 0.02 * j) : 0;
    offsets_.push_back(0);
    for (std::size_t i = 0; i < shape.rows; ++i) {
      std::fill(row.begin(), row.end(), 0.0);
      const double common = normal(random);
      if (shape.sparse) {
        for (int e = 0; e < 4; ++e) row[(random() % features) * (random() % features) / features] = 1 + random() % 3;
      } else {
        for (double& x : row) x = normal(random) + 0.7 * common;
        if (shape.twice) row.back() = row.front();
      }
      double score = 0;
      for (std::size_t j = 0; j < features; ++j) score += truth[j] * row[j];
      labels_.push_back(label_of(score, normal(random)));
      if (shape.weighted) weights_.push_back(1.0 + static_cast<double>(i % 3));
      for (std::size_t j = 0; j < features; ++j) {
        if (shape.sparse && row[j] == 0) continue;
        values_.push_back(row[j]);
        columns_.push_back(static_cast<std::int32_t>(j));
      }
      offsets_.push_back(static_cast<std::int64_t>(values_.size()));
    }
    data_ = shape.sparse
                ? Dataset::from_csr(std::span<const std::int64_t>(offsets_), std::span<const std::int32_t>(columns_),
                                    std::span<const double>(values_), shape.features)
                : Dataset::from_rows(std::span<const double>(values_), shape.features);
    design_ = std::make_unique<Design>("test", data_, weights_, true, workers_);
    rows_ = std::make_unique<LinearRows>(counting_backend(), context_, shape_.loss, labels_, weights_);
    const std::size_t width = static_cast<std::size_t>(design_->columns()) + 1;
    Penalty penalty{std::vector<double>(width, shape.l1), std::vector<double>(width, shape.l2)};
    penalty.l1.back() = penalty.l2.back() = 0;
    objective_ = std::make_unique<Objective>(*rows_, *design_, std::move(penalty));
    start_.resize(static_cast<std::size_t>(objective_->size()));
    target_.null_objective = begin().smooth();
  }

  Objective& objective() { return *objective_; }
  const std::vector<double>& start() const { return start_; }
  Point begin() { return objective_->evaluate(start_); }
  Target& target() { return target_; }

  double value_at(const Solution& s) { return s.point.value(); }
  double violation_at(const Solution& s) { return kkt_distance(s.point); }

 private:
  double label_of(double score, double noise) const {
    switch (shape_.loss.label_kind()) {
      case LabelKind::real: return score + noise;
      case LabelKind::nonnegative: return std::floor(std::exp(std::clamp(0.3 * score + 0.3 * noise, -3.0, 3.0)));
      case LabelKind::share: return 1 / (1 + std::exp(-0.3 * score - 0.3 * noise));
      case LabelKind::positive: return std::exp(std::clamp(0.3 * score + 0.3 * noise, -3.0, 3.0));
      case LabelKind::classes: break;
    }
    const double mixed = score + 1.5 * noise;
    return shape_.loss.classes() == 2 ? (mixed > 0 ? 1 : 0) : (mixed > 1 ? 2 : mixed > -1 ? 1 : 0);
  }

  ProblemShape shape_;
  Workers workers_;
  Context context_;
  std::vector<std::int64_t> offsets_;
  std::vector<std::int32_t> columns_;
  std::vector<double> values_, labels_, weights_, start_;
  Dataset data_;
  std::unique_ptr<Design> design_;
  std::unique_ptr<LinearRows> rows_;
  std::unique_ptr<Objective> objective_;
  Target target_;
};

/// A loss that becomes a row program: pseudo-Huber with delta 1.
inline Loss program_loss() {
  return loss::custom("pseudo huber",
                      [](const Tensor& score, const Tensor& y) { return sqrt(1.0 + square(y - score)) - 1.0; });
}

/// The same, in a way that only the tape follows.
inline Loss tape_loss() {
  return loss::custom("pseudo huber by tape", [](const Tensor& score, const Tensor& y) {
    return sqrt(1.0 + square(y - score)) - 1.0 + 0.0 * cumulative_sum(y, 0);
  });
}

}  // namespace linden
