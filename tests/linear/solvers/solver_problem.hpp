// For the tests of solvers: an objective on random rows, with all that it stands on.
#pragma once

#include <cstdint>
#include <linden/linear.hpp>
#include <linden/ops.hpp>
#include <memory>
#include <utility>
#include <vector>

#include "linear/counting_backend.hpp"
#include "linear/optimality/gap.hpp"
#include "linear/objective/objective.hpp"
#include "linear/random_rows.hpp"
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
    RandomRows random(shape.loss,
                      {.rows = static_cast<int>(shape.rows),
                       .features = shape.features,
                       .weighted = shape.weighted,
                       .centre = 0,
                       .deviation = 1,
                       .common = 0.7,
                       .entries = shape.sparse ? 4 : 0,
                       .informative = shape.features},
                      shape.seed);
    for (int i = 0; i < random.rows && shape.twice; ++i) random.at(i, shape.features - 1) = random.at(i, 0);
    labels_ = random.labels;
    weights_ = random.weights;
    data_ = random.dataset();
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
  ProblemShape shape_;
  Workers workers_;
  Context context_;
  std::vector<double> labels_, weights_, start_;
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
