// Rows with a design and an objective, as fit_linear makes them.
#pragma once

#include <linden/device.hpp>
#include <utility>
#include <vector>

#include "linear/objective/objective.hpp"
#include "linear/random_rows.hpp"
#include "linear/reference.hpp"

namespace linden {

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
