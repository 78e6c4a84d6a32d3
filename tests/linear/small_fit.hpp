// Rows with a design and an objective, as fit_linear makes them.
#pragma once

#include <linden/data.hpp>
#include <linden/device.hpp>
#include <random>
#include <span>
#include <utility>
#include <vector>

#include "linear/objective/objective.hpp"
#include "linear/reference.hpp"

namespace linden {

struct RandomRows {
  int rows = 24, features = 4;
  std::vector<double> values, labels, weights;

  /// Labels that go with `loss`; every class occurs. Some weights are 0.
  RandomRows(const Loss& loss, bool with_weights, unsigned seed, int row_count = 24, int feature_count = 4)
      : rows(row_count), features(feature_count) {
    std::mt19937 random(seed);
    std::normal_distribution<double> normal;
    std::uniform_int_distribution<int> small(0, 3);
    for (int i = 0; i < rows * features; ++i) values.push_back(2 + 3 * normal(random));
    for (int i = 0; i < rows; ++i) {
      const double trend = 0.2 * (values[static_cast<std::size_t>(i * features)] - 2) + normal(random);
      const int classes = loss.classes();
      switch (loss.label_kind()) {
        case LabelKind::classes:
          labels.push_back(i < classes ? i : (trend > 0 ? 1 : 0) + (classes > 2 && trend > 0.7 ? 1 : 0));
          break;
        case LabelKind::nonnegative: labels.push_back(std::floor(std::exp(0.5 * trend + 0.5))); break;
        case LabelKind::positive: labels.push_back(std::exp(0.5 * trend)); break;
        case LabelKind::share: labels.push_back(1 / (1 + std::exp(-trend))); break;
        case LabelKind::real: labels.push_back(trend + (i % 7 == 0 ? 5 * normal(random) : 0)); break;
      }
      if (with_weights) weights.push_back(small(random));
    }
    if (with_weights) weights[0] = weights[1] = weights[2] = 1;
  }

  Dataset dataset() const {
    return Dataset::from_rows(std::span(values), features, {.label = labels, .weight = weights});
  }
};

/// An objective on the CPU with all that it stands on. Penalties are the same for all columns.
struct SmallFit {
  SmallFit(Loss l, RandomRows of, double l1, double l2, bool intercept, int threads = 2)
      : loss(std::move(l)),
        random(std::move(of)),
        data(random.dataset()),
        workers(threads),
        context(Device::cpu(), workers),
        rows(backend_of(Device::cpu()), context, loss, random.labels, random.weights),
        design("test", data, random.weights, intercept, workers),
        objective(rows, design, penalty(l1, l2)) {}

  Penalty penalty(double l1, double l2) const {
    Penalty result{std::vector<double>(static_cast<std::size_t>(random.features), l1),
                   std::vector<double>(static_cast<std::size_t>(random.features), l2)};
    result.l1.push_back(0);
    result.l2.push_back(0);
    return result;
  }

  /// The same problem for standardised columns, in long double.
  reference::Problem problem() const {
    using reference::Real;
    const LossSpec spec = rows.spec();
    reference::Problem p;
    p.kind = spec.kind;
    p.parameter = spec.parameter[0];
    p.rows = static_cast<std::size_t>(random.rows);
    p.width = static_cast<std::size_t>(objective.width());
    p.outputs = static_cast<std::size_t>(objective.outputs());
    const std::size_t columns = p.width - 1;
    Real total = 0;
    for (std::size_t i = 0; i < p.rows; ++i) {
      for (std::size_t j = 0; j < columns; ++j)
        p.a.push_back((Real(random.values[i * columns + j]) - design.shift()[j]) * design.factor()[j]);
      p.a.push_back(design.intercept() ? 1 : 0);
      p.label.push_back(random.labels[i]);
      p.weight.push_back(random.weights.empty() ? 1 : random.weights[i]);
      total += p.weight.back();
    }
    for (Real& w : p.weight) w /= total;
    p.l1.assign(objective.penalty().l1.begin(), objective.penalty().l1.end());
    p.l2.assign(objective.penalty().l2.begin(), objective.penalty().l2.end());
    return p;
  }

  Loss loss;
  RandomRows random;
  Dataset data;
  Workers workers;
  DeviceContext context;
  LinearRows rows;
  Design design;
  Objective objective;
};

}  // namespace linden
