// Yuan, Ho and Lin (2012), "An improved GLMNET for l1-regularized logistic regression", on standardised columns: their
// shift stays virtual. With A_ij = (x_ij - m_j) f_j, scores of a step d are s_i + c, s_i = sum_j x_ij f_j d_j over
// entries and c = d_intercept - sum_j m_j f_j d_j for all rows, and
//
//     (H d)_j = f_j (sum_i h_i x_ij (s_i + c) - m_j sum_i h_i (s_i + c)),
//
// of which the last sum is kept up to date: a coordinate costs what its column has in entries.
#include "linear/solvers/column_descent.hpp"

#include <algorithm>
#include <cmath>

namespace linden {
namespace {

constexpr int most_cycles = 60;
constexpr int inner_cycles = 10;  // over the coordinates that are not 0, between two looks at all

std::size_t at_index(std::int64_t i) { return static_cast<std::size_t>(i); }

}  // namespace

ColumnDescent::ColumnDescent(const Objective& objective)
    : objective_(objective), by_column_(objective.design().view()) {
  const bool is_f32 = objective.design().view().entries.dtype == DType::f32;
  values_.resize(by_column_.indices.size());
  for (std::size_t e = 0; e < values_.size(); ++e)
    values_[e] = is_f32 ? reinterpret_cast<const float*>(by_column_.values.data())[e]
                        : reinterpret_cast<const double*>(by_column_.values.data())[e];
  by_column_.values = {};
}

void ColumnDescent::update(const Point& point) {
  const LinearRows& rows = objective_.rows();
  const Design& design = objective_.design();
  h_ = point.curvatures();
  total_ = 0;
  for (std::size_t i = 0; i < h_.size(); ++i) {
    h_[i] *= (rows.weights.empty() ? 1.0 : rows.weights[i]) * rows.share;
    total_ += h_[i];
  }
  const std::size_t columns = at_index(design.columns());
  mean_.assign(columns, 0.0);
  curvature_.assign(columns + 1, 0.0);
  for (std::size_t j = 0; j < columns; ++j) {
    const double f = design.factor()[j], m = design.shift()[j];
    double first = 0, second = 0;
    for (std::int64_t e = by_column_.offsets[j]; e < by_column_.offsets[j + 1]; ++e) {
      const double x = values_[at_index(e)], hx = h_[at_index(by_column_.indices[at_index(e)])] * x;
      first += hx;
      second += hx * x;
    }
    mean_[j] = first;
    curvature_[j] = f * f * std::max(second - 2 * m * first + m * m * total_, 0.0);
  }
  curvature_[columns] = total_;
  largest_ = 0;
  for (std::size_t j = 0; j <= columns; ++j) {
    const auto parameter = static_cast<std::int64_t>(j);
    if (!objective_.is_free(parameter)) continue;
    curvature_[j] += objective_.l2(parameter);
    if (!(curvature_[j] > 0)) curvature_[j] = 1;
    largest_ = std::max(largest_, curvature_[j]);
  }
}

double ColumnDescent::product(std::size_t parameter) const {
  const Design& design = objective_.design();
  if (parameter == mean_.size()) return weighted_;
  double sum = 0;
  for (std::int64_t e = by_column_.offsets[parameter]; e < by_column_.offsets[parameter + 1]; ++e) {
    const std::size_t row = at_index(by_column_.indices[at_index(e)]);
    sum += h_[row] * values_[at_index(e)] * scores_[row];
  }
  return design.factor()[parameter] * (sum + common_ * mean_[parameter] - design.shift()[parameter] * weighted_);
}

void ColumnDescent::move(std::size_t parameter, double by) {
  const Design& design = objective_.design();
  double constant = by;
  if (parameter < mean_.size()) {
    const double step = design.factor()[parameter] * by;
    for (std::int64_t e = by_column_.offsets[parameter]; e < by_column_.offsets[parameter + 1]; ++e)
      scores_[at_index(by_column_.indices[at_index(e)])] += values_[at_index(e)] * step;
    weighted_ += mean_[parameter] * step;
    constant = -design.shift()[parameter] * step;
  }
  common_ += constant;
  weighted_ += total_ * constant;
}

double ColumnDescent::slope(const Model& model, std::span<const double> at, std::size_t j) const {
  const double ridge = objective_.l2(static_cast<std::int64_t>(j)) + model.damping;
  return model.gradient[j] + product(j) + ridge * (at[j] - model.start[j]);
}

// To the minimum along a coordinate.
double ColumnDescent::settle(const Model& model, std::span<double> at, std::size_t j) {
  ColumnPenalty penalty = objective_.column_penalty(static_cast<std::int64_t>(j));
  penalty.l1 = model.l1[j];
  const double slope = this->slope(model, at, j), curvature = curvature_[j] + model.damping;
  const double violation = std::abs(penalty.least_subgradient(at[j], slope));
  const double to = penalty.settle(at[j], slope, curvature);
  if (to != at[j]) {
    move(j, to - at[j]);
    at[j] = to;
  }
  return violation;
}

GramStep ColumnDescent::minimise(const Model& model, double tolerance) {
  scores_.assign(h_.size(), 0.0);
  common_ = weighted_ = 0;
  std::vector<double> at(model.start.begin(), model.start.end());
  std::vector<std::size_t> active;
  GramStep out;
  while (out.cycles < most_cycles) {
    out.violation = 0;
    active.clear();
    for (std::size_t j = 0; j < at.size(); ++j) {
      if (model.held[j] != 0) continue;
      out.violation = std::max(out.violation, settle(model, at, j));
      if (at[j] != 0 || model.l1[j] == 0) active.push_back(j);
    }
    ++out.cycles;
    if (out.violation <= tolerance) break;
    double inner = tolerance;
    for (int i = 0; i < inner_cycles && inner > 0.3 * tolerance; ++i, ++out.cycles) {
      inner = 0;
      for (const std::size_t j : active) inner = std::max(inner, settle(model, at, j));
    }
  }
  out.step.assign(at.size(), 0.0);
  double half = 0;
  for (std::size_t j = 0; j < at.size(); ++j) {
    if (model.held[j] != 0 || at[j] == model.start[j]) continue;
    const double d = at[j] - model.start[j];
    out.step[j] = d;
    out.slope += model.gradient[j] * d + model.l1[j] * (std::abs(at[j]) - std::abs(model.start[j]));
    half += d * (slope(model, at, j) - model.gradient[j]);
  }
  out.decrease = -(out.slope + 0.5 * half);
  return out;
}

}  // namespace linden
