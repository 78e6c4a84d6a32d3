#include "linear/objective/objective.hpp"

#include <algorithm>
#include <cmath>

#include "backend/loss/row_program.hpp"
#include "loss/custom.hpp"
#include "loss/definition.hpp"
#include "loss/tape_derivatives.hpp"

namespace linden {
namespace {

std::size_t at_index(std::int64_t i) { return static_cast<std::size_t>(i); }

}  // namespace

LinearRows::LinearRows(const Backend& on, Context& in, const Loss& l, std::span<const double> y,
                       std::span<const double> w)
    : backend(on),
      context(in),
      loss(l),
      labels(y),
      weights(w),
      device_labels_(on.memory, in, y.data(), rows(), "labels"),
      device_weights_(on.memory, in, w.data(), static_cast<std::int64_t>(w.size()), "weights") {
  double total = 0;
  for (const double weight : w) total += weight;
  share = 1 / (w.empty() ? static_cast<double>(rows()) : total);
  const LossSpec& kernel = l.definition().spec;
  if (kernel.kind != LossKind::program) return;
  for (std::int32_t p = 0; p < kernel.program->parameters; ++p) {
    columns_.emplace_back(on.memory, in, kernel.program_parameters[p], rows(), "columns of the loss");
    column_pointers_.push_back(columns_.back().data());
  }
}

LossSpec LinearRows::spec() const {
  LossSpec spec = loss.definition().spec;
  if (!column_pointers_.empty()) spec.program_parameters = column_pointers_.data();
  return spec;
}

bool LinearRows::is_convex() const noexcept {
  switch (loss.definition().spec.kind) {
    case LossKind::squared:
    case LossKind::logistic:
    case LossKind::softmax:
    case LossKind::poisson:
    case LossKind::huber: return true;
    default: return false;
  }
}

Objective::Objective(const LinearRows& rows, const Design& design, Penalty penalty)
    : rows_(rows),
      design_(design),
      penalty_(std::move(penalty)),
      outputs_(rows.loss.outputs()),
      width_(design.view().width()),
      softmax_(rows.loss.definition().spec.kind == LossKind::softmax),
      tape_(rows.loss.definition().spec.kind == LossKind::tape),
      device_(rows.backend, rows.context, design) {
  has_l1_ = std::ranges::any_of(penalty_.l1, [](double l1) { return l1 > 0; });
  const auto room = [&](std::int64_t count, const char* what) {
    return DeviceArray<double>(rows_.backend.memory, rows_.context, count, what);
  };
  parameters_ = room(size(), "weights");
  scores_ = room(outputs_ * rows_.rows(), "scores");
  curvatures_ = room(outputs_ * rows_.rows(), "scores");
  if (tape_) row_gradients_ = room(outputs_ * rows_.rows(), "scores");
  result_ = room(size() + 1, "weights");
  vector_ = room(size(), "weights");
  scratch_ = DeviceArray<std::uint8_t>(
      rows_.backend.memory, rows_.context,
      rows_.backend.linear.design_scratch(rows_.context, device_.view(), static_cast<std::int32_t>(outputs_), false),
      "scratch memory");
}

bool Objective::is_penalised() const noexcept {
  for (std::int64_t j = 0; j + 1 < width_; ++j)
    if (is_free(j) && l2(j) == 0 && l1(j) == 0) return false;
  return true;
}

bool Objective::has_full_hessian() const noexcept {
  const Loss::Definition& loss = rows_.loss.definition();
  if (!loss.custom) return outputs_ == 1 || softmax_;
  const bool is_own = loss.spec.curvature != CurvatureRule::one && loss.spec.curvature != CurvatureRule::majorising;
  return outputs_ == 1 && is_own && !loss.custom->mixes_rows;
}

// What the tape gives has the weights in it.
DesignWeights Objective::curvature_weights() const noexcept {
  return tape_ ? DesignWeights{nullptr, rows_.share} : rows_.device_weights();
}

EvaluateTask Objective::task() const {
  EvaluateTask task;
  task.design = device_.view();
  task.weights = curvature_weights();
  task.loss = rows_.spec();
  task.labels = rows_.device_labels();
  task.parameters = parameters_.data();
  task.scores = scores_.data();
  task.curvatures = curvatures_.data();
  task.gradient = result_.data();
  task.mean_loss = result_.data() + size();
  task.row_gradients = row_gradients_.data();
  task.scratch = scratch_.data();
  return task;
}

double Objective::evaluate(std::span<const double> at, std::span<double> gradient) {
  if (!std::ranges::equal(at, last_at_)) {
    last_at_.assign(at.begin(), at.end());
    last_gradient_.resize(at_index(size()));
    parameters_.upload(last_at_.data());
    last_value_ = tape_ ? evaluate_tape(last_gradient_) : evaluate_loss(last_gradient_);
    for (std::int64_t i = 0; i < size(); ++i) {
      if (!is_free(i)) {
        last_gradient_[at_index(i)] = 0;
        continue;
      }
      const double shrink = l2(i) * at[at_index(i)];
      last_value_ += shrink * at[at_index(i)] / 2;
      last_gradient_[at_index(i)] += shrink;
    }
  }
  std::ranges::copy(last_gradient_, gradient.begin());
  return last_value_;
}

double Objective::evaluate_loss(std::span<double> gradient) {
  rows_.backend.linear.evaluate(rows_.context, task());
  std::vector<double> result(at_index(size() + 1));
  result_.download(result.data());
  std::copy_n(result.begin(), size(), gradient.begin());
  return result.back();
}

// The tape runs on the host: scores come to it, slopes go back.
double Objective::evaluate_tape(std::span<double> gradient) {
  DesignScoresTask scores_task;
  scores_task.design = device_.view();
  scores_task.outputs = static_cast<std::int32_t>(outputs_);
  scores_task.parameters = parameters_.data();
  scores_task.scores = scores_.data();
  scores_task.scratch = scratch_.data();
  rows_.backend.linear.scores(rows_.context, scores_task);
  const std::vector<double> host_scores = scores();
  std::vector<double> slopes(host_scores.size()), bends(host_scores.size());
  const double loss =
      rows_.share * tape_total(rows_.loss.definition(), rows_.rows(), host_scores.data(), rows_.labels.data(),
                               rows_.weights.empty() ? nullptr : rows_.weights.data(), slopes.data(), bends.data());
  row_gradients_.upload(slopes.data());
  curvatures_.upload(bends.data());
  evaluate_loss(gradient);
  return loss;
}

double Objective::l1_term(std::span<const double> at) const {
  double sum = 0;
  for (std::int64_t i = 0; i < size(); ++i) sum += l1(i) * std::abs(at[at_index(i)]);
  return sum;
}

void Objective::hessian_product(std::span<const double> direction, std::span<double> out) {
  vector_.upload(direction.data());
  HessianProductTask task;
  task.design = device_.view();
  task.weights = curvature_weights();
  task.softmax = softmax_;
  task.outputs = static_cast<std::int32_t>(outputs_);
  task.curvatures = curvatures_.data();
  task.direction = vector_.data();
  task.out = result_.data();
  task.scratch = scratch_.data();
  rows_.backend.linear.hessian_product(rows_.context, task);
  std::vector<double> result(at_index(size() + 1));
  result_.download(result.data());
  for (std::int64_t i = 0; i < size(); ++i)
    out[at_index(i)] = is_free(i) ? result[at_index(i)] + l2(i) * direction[at_index(i)] : 0;
}

void Objective::form_hessian() {
  if (!hessian_) {
    hessian_.emplace(rows_.backend, rows_.context, design_, device_, outputs_, softmax_);
    hessian_->set_diagonal(penalty_);
  }
  has_factor_ = false;
  hessian_->form(curvatures_.data(), curvature_weights());
}

std::int64_t Objective::factor() {
  form_hessian();
  const std::int64_t bad_pivot = hessian_->factor();
  has_factor_ = bad_pivot < 0;
  return bad_pivot;
}

void Objective::solve(std::span<double> x) { hessian_->solve(x); }

std::vector<double> Objective::factor_copy() const { return hessian_->copy(); }

std::vector<double> Objective::hessian() {
  form_hessian();
  std::vector<double> h = factor_copy();
  const std::int64_t n = size();
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t j = 0; j < i; ++j) h[at_index(j * n + i)] = h[at_index(i * n + j)];
  return h;
}

std::vector<double> Objective::curvatures() const {
  std::vector<double> copy(at_index(curvatures_.size()));
  curvatures_.download(copy.data());
  return copy;
}

std::vector<double> Objective::scores() const {
  std::vector<double> copy(at_index(scores_.size()));
  scores_.download(copy.data());
  return copy;
}

double Objective::mean_curvature() const {
  const std::vector<double> curvature = curvatures();
  double sum = 0;
  for (std::int64_t i = 0; i < curvatures_.size(); ++i) {
    const double c = curvature[at_index(i)];
    const double weight = tape_ || rows_.weights.empty() ? 1.0 : rows_.weights[at_index(i % rows_.rows())];
    sum += weight * (softmax_ ? c * (1 - c) : c);
  }
  return sum * rows_.share / static_cast<double>(outputs_);
}

void Objective::update() {
  device_.update();
  has_factor_ = false;
  if (hessian_) hessian_->set_diagonal(penalty_);
  last_at_.clear();
}

}  // namespace linden
