// For the tests of this folder: linear models that are written down, not fitted.
#pragma once

#include <memory>
#include <utility>

#include "linear/model.hpp"

namespace linden {

/// Two features, "x" and "y", and two outputs' weights for `outputs` = 2 (softmax of classes "no" and "yes").
inline LinearModel hand_made(int outputs = 1) {
  auto state = std::make_shared<LinearModel::State>();
  state->config.loss = loss::squared();
  state->config.l2 = 0.25;
  state->feature_names = {"x", "y"};
  state->label = "z";
  state->weights = {2, -0.5};
  state->intercept = {1.0 / 3};
  if (outputs == 2) {
    state->config.loss = loss::softmax({.classes = 2});
    state->classes = {"no", "yes"};
    state->weights = {2, -0.5, 0, 1e-300};
    state->intercept = {0, 3};
  }
  Certificate& c = state->certificate;
  c.objective = 0.125;
  c.gap = 2.5e-17;
  c.tolerance = 1e-8;
  c.relative_gap = 2e-16;
  c.kkt_distance = 1e-12;
  c.rank = 3;
  c.condition = 31.25;
  c.iterations = 7;
  c.solver = Solver::newton_cholesky;
  c.why = "few features";
  c.seconds = 0.0123;
  return LinearModel(std::move(state));
}

/// The same model with something changed.
template <class Change>
LinearModel changed(const LinearModel& model, const Change& change) {
  auto state = std::make_shared<LinearModel::State>(model.state());
  change(*state);
  return LinearModel(std::move(state));
}

}  // namespace linden
