#include "loss/tape_derivatives.hpp"

#include <algorithm>
#include <cmath>
#include <linden/autograd.hpp>
#include <linden/ops.hpp>

#include "tensor/node.hpp"
#include "base/fail.hpp"
#include "loss/custom.hpp"
#include "loss/definition.hpp"

namespace linden {
namespace {

Tensor column(const double* values, std::int64_t rows) {
  return Tensor::view_of(std::span<const double>(values, static_cast<std::size_t>(rows)), {rows});
}

/// The weighted loss of all rows, from scores [K, rows] on the tape.
Tensor total(const Loss::Definition& loss, const Tensor& scores, const Tensor& labels, const double* weights,
             std::span<const Tensor> parameters) {
  const std::int64_t rows = scores.size(1);
  const Tensor score = scores.size(0) == 1 ? scores.select(0, 0) : scores.transpose(0, 1);
  const Tensor losses = loss.custom->function(score, labels, parameters);
  const bool is_one_a_row = losses.shape() == Shape{rows};
  const bool by_row = is_one_a_row && loss.custom->reduction == Reduction::none;
  if (!is_one_a_row && losses.rank() != 0)
    fail<ShapeError>("loss \"{}\": for {} rows it gives shape {}, but it must give one loss a row, or one in all, [].",
                     loss.name, rows, losses.shape().text());
  // What is asked for is a sum over rows.
  if (!weights && !by_row && loss.custom->reduction == Reduction::mean) return sum(losses) * static_cast<double>(rows);
  if (!weights) return sum(losses);
  if (!by_row)
    fail<ArgumentError>(
        "loss \"{}\": it gives one loss for all rows, which the rows' weights cannot be applied to. Hint: give one "
        "loss a row, or train without weights.",
        loss.name);
  return sum(losses * column(weights, rows));
}

/// The gradient [K, rows], and for losses that keep rows apart the diagonal curvature of each score.
struct Derivatives {
  double loss = 0;
  Tensor gradient, curvature;
};

/// The slopes of output k where its scores are others.
Tensor slopes_at(const Loss::Definition& loss, const Tensor& scores, std::int64_t k, const Tensor& placed,
                 const Tensor& labels, const double* weights, std::span<const Tensor> parameters) {
  Tensor moved = scores.detach().clone();
  assign(moved.select(0, k), placed);
  moved.set_requires_grad();
  return grad(total(loss, moved, labels, weights, parameters), {moved})[0].select(0, k);
}

/// As row programs do it (backend/loss/row_losses.hpp).
void majorise(const Loss::Definition& loss, const Tensor& scores, const Tensor& labels, const double* weights,
              std::span<const Tensor> parameters, Tensor& curvature) {
  const Majoriser& majoriser = loss.spec.majoriser;
  for (std::int64_t k = 0; k < scores.size(0); ++k) {
    const Tensor centre = majoriser.about_label ? labels : Tensor::zeros(labels.shape());
    const Tensor away = maximum(abs(scores.select(0, k).detach() - centre), Tensor(majoriser.nearest));
    const Tensor above = slopes_at(loss, scores, k, centre + away, labels, weights, parameters);
    const Tensor below = slopes_at(loss, scores, k, centre - away, labels, weights, parameters);
    assign(curvature.select(0, k), (above - below) / (2 * away));
  }
}

Derivatives derivatives(const Loss::Definition& loss, const Tensor& scores, const Tensor& labels, const double* weights,
                        std::span<const Tensor> parameters) {
  const TapeScope scope(TapeMode::on);
  const Tensor x = scores.detach().set_requires_grad();
  const Tensor y = total(loss, x, labels, weights, parameters);
  Derivatives d;
  d.loss = y.item();
  d.curvature = Tensor::zeros(x.shape());
  if (!y.requires_grad()) {
    d.gradient = Tensor::zeros(x.shape());
    return d;
  }
  if (loss.custom->mixes_rows) {
    d.gradient = grad(y, {x})[0].contiguous();
    assign(d.curvature, weights ? column(weights, x.size(1)) : Tensor(1.0));
    return d;
  }
  const CurvatureRule rule = loss.spec.curvature;
  if (rule == CurvatureRule::one || rule == CurvatureRule::majorising) {
    d.gradient = grad(y, {x})[0].contiguous();
    if (rule == CurvatureRule::majorising)
      majorise(loss, scores, labels, weights, parameters, d.curvature);
    else
      assign(d.curvature, weights ? column(weights, x.size(1)) : Tensor(1.0));
    return d;
  }
  const Tensor g = grad(y, {x}, {.create_graph = true})[0];
  for (std::int64_t k = 0; k < x.size(0) && g.requires_grad(); ++k) {
    // Rows are apart: the sum over rows of the gradients in score k has the diagonal as its derivative there.
    const Tensor h = grad(sum(g.select(0, k)), {x}, {.retain_graph = true})[0];
    assign(d.curvature.select(0, k), h.select(0, k));
  }
  d.gradient = g.detach().contiguous();
  return d;
}

}  // namespace

double tape_total(const Loss::Definition& loss, std::int64_t rows, const double* scores, const double* labels,
                  const double* weights, double* gradient, double* curvature) {
  const std::int64_t outputs = loss.spec.outputs, all = outputs * rows;
  const Tensor x = Tensor::view_of(std::span<const double>(scores, static_cast<std::size_t>(all)), {outputs, rows});
  const Derivatives d = derivatives(loss, x, column(labels, rows), weights, loss.custom->parameters);
  std::ranges::copy(d.gradient.span<const double>(), gradient);
  const std::span<const double> bends = d.curvature.span<const double>();
  for (std::size_t i = 0; i < bends.size(); ++i) {
    const CurvatureRule rule = loss.spec.curvature == CurvatureRule::one ? CurvatureRule::clamped : loss.spec.curvature;
    const double bend = ruled_curvature(rule, bends[i]);
    curvature[i] = bend < 0 ? 0 : bend;
  }
  return d.loss;
}

void tape_hessian_product(const Loss::Definition& loss, std::int64_t rows, const double* scores, const double* labels,
                          const double* weights, const double* direction, double* out) {
  const TapeScope scope(TapeMode::on);
  const auto all = static_cast<std::size_t>(loss.spec.outputs * rows);
  const Shape shape{loss.spec.outputs, rows};
  const Tensor x = Tensor::copy_of(std::span<const double>(scores, all), shape).set_requires_grad();
  const Tensor y = total(loss, x, column(labels, rows), weights, loss.custom->parameters);
  std::fill_n(out, all, 0.0);
  if (!y.requires_grad()) return;
  const Tensor g = grad(y, {x}, {.create_graph = true})[0];
  if (!g.requires_grad()) return;
  const Tensor along = Tensor::view_of(std::span<const double>(direction, all), shape);
  const Tensor product = grad(sum(g * along), {x})[0].contiguous();
  std::ranges::copy(product.span<const double>(), out);
}

void tape_gradients(const Loss::Definition& loss, const GradientTask& task) {
  const auto all = static_cast<std::size_t>(task.loss.outputs * task.rows);
  std::vector<double> gradient(all), curvature(all);
  tape_total(loss, task.rows, task.scores, task.labels, task.weights, gradient.data(), curvature.data());
  store_derivatives(task, gradient, curvature);
}

void store_derivatives(const GradientTask& task, std::span<const double> gradient, std::span<const double> curvature) {
  for (std::int64_t k = 0; k < task.loss.outputs; ++k) {
    GradientRange range;
    for (std::int64_t row = 0; row < task.rows; ++row) {
      const auto i = static_cast<std::size_t>(k * task.rows + row);
      const float g = static_cast<float>(gradient[i]), h = static_cast<float>(curvature[i]);
      task.gradients[i] = g;
      task.curvatures[i] = h;
      if ((!std::isfinite(g) || !std::isfinite(h)) && range.first_bad_row < 0) range.first_bad_row = row;
      range.max_gradient = std::max(range.max_gradient, static_cast<double>(std::abs(g)));
      range.max_curvature = std::max(range.max_curvature, static_cast<double>(h));
    }
    task.ranges[k] = range;
  }
}

ConstantSlope tape_slope_at(const Loss::Definition& loss, double score, std::span<const double> labels,
                            std::span<const double> weights, std::span<const double> offsets) {
  const TapeScope scope(TapeMode::on);
  const auto rows = static_cast<std::int64_t>(labels.size());
  Tensor x = offsets.empty() ? Tensor::full({1, rows}, score) : Tensor::copy_of(offsets, {1, rows}) + score;
  x.set_requires_grad();
  const Tensor y =
      total(loss, x, column(labels.data(), rows), weights.empty() ? nullptr : weights.data(), loss.custom->parameters);
  if (!y.requires_grad()) return {};
  const Tensor by_row = grad(y, {x}, {.create_graph = true})[0];
  const Tensor g = sum(by_row);
  // Where a common shift changes nothing (rankings, survival), what is left of the slopes is their roundings.
  if (std::abs(g.item()) <= 1e-13 * sum(abs(by_row.detach())).item()) return {};
  return {g.item(), g.requires_grad() ? sum(grad(g, {x})[0]).item() : 0};
}

double tape_evaluate(const Loss::Definition& loss, std::span<const double> score, double label, std::int64_t row,
                     std::span<double> gradient, std::span<double> curvature) {
  std::vector<Tensor> parameters;
  for (const Tensor& t : loss.custom->parameters) parameters.push_back(t.rank() == 1 ? t.slice(0, row, row + 1) : t);
  const Tensor scores = Tensor::view_of(score, {static_cast<std::int64_t>(score.size()), 1});
  const Derivatives d = derivatives(loss, scores, column(&label, 1), nullptr, parameters);
  if (!gradient.empty()) std::ranges::copy(d.gradient.span<const double>(), gradient.begin());
  if (!curvature.empty()) std::ranges::copy(d.curvature.span<const double>(), curvature.begin());
  return d.loss;
}

}  // namespace linden
