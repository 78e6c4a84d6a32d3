#include "linear/objective/objective.hpp"

#include <algorithm>
#include <cmath>

#include "backend/loss/survival_losses.hpp"
#include "linear/objective/groups.hpp"
#include "loss/custom.hpp"
#include "loss/definition.hpp"
#include "loss/tape_derivatives.hpp"

namespace linden {
namespace {

std::size_t at_index(std::int64_t i) { return static_cast<std::size_t>(i); }

}  // namespace

LinearRows::LinearRows(const Backend& on, Context& in, const Loss& l, std::span<const double> y,
                       std::span<const double> w, std::span<const double> o, std::int64_t most_part_bytes)
    : backend(on),
      context(in),
      loss(l),
      labels(y),
      weights(w),
      offsets(o),
      part_bytes(most_part_bytes),
      ranks(on.memory, in),
      device_labels_(on.memory, in, y.data(), rows(), "labels"),
      device_weights_(on.memory, in, w.data(), static_cast<std::int64_t>(w.size()), "weights"),
      device_offsets_(on.memory, in, o.data(), static_cast<std::int64_t>(o.size()), "offsets"),
      device_loss_(on, in, l, rows()) {
  double total = 0;
  for (const double weight : w) total += weight;
  rows_of_all = ranks.sum(rows());
  share = 1 / ranks.sum(w.empty() ? static_cast<double>(rows()) : total);
}

void LinearRows::take_times(std::span<const double> uppers, std::span<const std::int64_t> strata) {
  const bool is_efron = visit_survival_loss(loss.definition().spec, []<class Functor>(const Functor& functor) {
    if constexpr (is_cox<Functor>) return functor.efron;
    return false;
  });
  cox_.emplace(is_efron, labels, uppers, weights, strata);
}

bool LinearRows::is_convex() const noexcept {
  if (cox_) return true;
  const LossTraits* const traits = traits_of(loss.definition().spec);
  return traits && traits->is_convex();
}

bool LinearRows::is_quadratic() const noexcept {
  const LossTraits* const traits = traits_of(loss.definition().spec);
  return traits && traits->shape == LossShape::quadratic;
}

Objective::Objective(const LinearRows& rows, const Design& design, Penalty penalty)
    : rows_(rows),
      design_(design),
      penalty_(std::move(penalty)),
      outputs_(rows.loss.outputs()),
      width_(design.view().width()),
      softmax_(is_loss<SoftmaxLoss>(rows.loss.definition().spec)),
      on_host_(rows.cox() != nullptr || rows.loss.definition().spec.kind == LossKind::tape),
      device_(rows.backend, rows.context, design, false, parts()) {
  has_l1_ = std::ranges::any_of(penalty_.l1, [](double l1) { return l1 > 0; });
  const auto array = [&](std::int64_t count, const char* what) {
    return DeviceArray<double>(rows_.backend.memory, rows_.context, count, what);
  };
  parameters_ = array(size(), "weights");
  if (on_host_) row_values();
  result_ = array(size() + 1, "weights");
  vector_ = array(size(), "weights");
  host_result_.resize(at_index(size() + 1));
  scratch_ = device_.scratch(static_cast<std::int32_t>(outputs_));
}

// Beside the rows there are two points and the slopes of a pass, sums of blocks, and a Hessian where that is no larger
// than any that choose_solver() takes.
DeviceDesign::Parts Objective::parts() const {
  constexpr std::int64_t points = 5, block_sums = 512, most_size = 8192;
  const std::int64_t vectors = 8 * (points * outputs_ * rows_.rows() + block_sums * size());
  return DeviceDesign::parts_of_fit(rows_.backend, rows_.context, design_, false, rows_.part_bytes,
                                    vectors + Hessian::bytes(std::min(size(), most_size)));
}

bool Objective::is_penalised() const noexcept {
  for (std::int64_t j = 0; j + 1 < width_; ++j)
    if (is_free(j) && !is_coercive(j)) return false;
  return true;
}

bool Objective::has_penalty() const noexcept {
  for (std::int64_t j = 0; j + 1 < width_; ++j)
    if (is_free(j) && (l1(j) > 0 || l2(j) > 0 || group_of(j) >= 0 || column_penalty(j).is_bounded())) return true;
  return has_squares() || has_sorted();
}

void Objective::add_sums(std::span<const double> u, std::span<double> gradient) const {
  penalty_.squares.add_product(u, gradient);
  penalty_.equations.project(gradient);
}

bool Objective::has_full_hessian() const noexcept {
  const Loss::Definition& loss = rows_.loss.definition();
  if (!loss.custom) return outputs_ == 1 || softmax_;
  const bool is_own = loss.spec.curvature != CurvatureRule::one && loss.spec.curvature != CurvatureRule::majorising;
  return outputs_ == 1 && is_own && !loss.custom->mixes_rows;
}

// What the host gives has the weights in it.
DesignWeights Objective::curvature_weights() const noexcept {
  return on_host_ ? DesignWeights{nullptr, rows_.share} : rows_.device_weights();
}

EvaluateTask Objective::task() const {
  EvaluateTask task;
  task.weights = curvature_weights();
  task.loss = rows_.spec();
  if (on_host_) task.loss.kind = LossKind::tape;  // whose slopes are given
  task.labels = rows_.device_labels();
  task.offsets = rows_.device_offsets();
  return task;
}

EvaluateTask Objective::task(const Point::Found& found) const {
  EvaluateTask task = this->task();
  task.parameters = parameters_.data();
  task.scores = found.scores.data();
  task.curvatures = found.curvatures.data();
  task.gradient = result_.data();
  task.mean_loss = result_.data() + size();
  task.row_gradients = row_gradients_.data();
  task.scratch = scratch_.data();
  return task;
}

std::unique_ptr<Point::Found> Objective::room() {
  if (!spare_.empty()) {
    std::unique_ptr<Point::Found> found = std::move(spare_.back());
    spare_.pop_back();
    found->mean_curvature.reset();
    return found;
  }
  spare_.reserve(made_ + 1);
  auto found = std::make_unique<Point::Found>();
  const auto scores = [&] {
    return DeviceArray<double>(rows_.backend.memory, rows_.context, outputs_ * rows_.rows(), "scores");
  };
  found->scores = scores();
  found->curvatures = scores();
  found->gradient.resize(at_index(size()));
  ++made_;
  return found;
}

Point Objective::evaluate(std::span<const double> at, const Point* scored) {
  Point point(*this, room());
  Point::Found& found = *point.found_;
  found.parameters.assign(at.begin(), at.end());
  parameters_.upload(at.data());
  found.loss = on_host_ ? evaluate_on_host(found) : evaluate_loss(found, scored);
  add_penalty(found);
  return point;
}

std::vector<LossPoint> Objective::evaluate_losses(std::span<const std::vector<double>> at, SeveralRoom& several) {
  // Kernels that take several points are the host's, and so is their memory.
  const std::size_t points = at.size(), count = at_index(rows_.rows()), n = at_index(size());
  if (points > several.points) {
    several.points = points;
    several.scores.resize(points * count);
    several.curvatures.resize(points * count);
    several.scratch = device_.scratch(static_cast<std::int32_t>(points));
  }
  several.parameters.clear();
  for (const std::vector<double>& one : at) several.parameters.insert(several.parameters.end(), one.begin(), one.end());
  several.results.resize(points * (n + 1));
  EvaluateTask task = this->task();
  task.points = static_cast<std::int32_t>(points);
  task.parameters = several.parameters.data();
  task.scores = several.scores.data();
  task.curvatures = several.curvatures.data();
  task.gradient = several.results.data();
  task.mean_loss = several.results.data() + points * n;
  task.scratch = several.scratch.data();
  device_.each_part([&](const DesignView& part) {
    task.design = part;
    rows_.backend.linear.evaluate(rows_.context, task);
  });
  rows_.ranks.sum(several.results);
  std::vector<LossPoint> out;
  for (std::size_t p = 0; p < points; ++p) {
    std::unique_ptr<Point::Found> found = room();
    found->parameters = at[p];
    found->scores.upload(several.scores.data() + p * count);
    found->curvatures.upload(several.curvatures.data() + p * count);
    std::copy_n(several.results.begin() + static_cast<std::ptrdiff_t>(p * n), n, found->gradient.begin());
    found->loss = several.results[points * n + p];
    out.push_back(LossPoint(std::move(found)));
  }
  return out;
}

Point Objective::under_penalty(LossPoint at) {
  Point point(*this, std::move(at.found_));
  add_penalty(*point.found_);
  return point;
}

// To what was found of the loss alone.
void Objective::add_penalty(Point::Found& found) {
  const std::vector<double>& at = found.parameters;
  found.smooth = found.loss;
  for (std::int64_t i = 0; i < size(); ++i) {
    if (!is_free(i)) {
      found.gradient[at_index(i)] = 0;
      continue;
    }
    const double shrink = l2(i) * at[at_index(i)];
    found.smooth += shrink * at[at_index(i)] / 2;
    found.gradient[at_index(i)] += shrink;
  }
  for (std::int64_t i = 0; i < size() && has_concave(); ++i) {
    const Concave& concave = penalty_.concave[at_index(i % width_)];
    if (!is_free(i) || concave.bend == 0) continue;
    found.smooth += concave.value(at[at_index(i)], l1(i));
    found.gradient[at_index(i)] += concave.slope(at[at_index(i)], l1(i));
  }
  if (has_squares()) found.smooth += penalty_.squares.value(at);
  add_sums(at, found.gradient);
  double l1_term = 0;
  for (std::int64_t i = 0; i < size() && has_l1_; ++i) l1_term += l1(i) * std::abs(at[at_index(i)]);
  found.value = found.smooth + l1_term;
  if (has_sorted()) found.value += penalty_.sorted.value(at);
  if (has_groups()) {
    const std::span<const double> all = found.parameters;
    found.value += Groups(*this).value(all);
  }
}

void Objective::set_penalty(Penalty penalty, Point& at) {
  Point::Found& found = *at.found_;
  for (std::int64_t i = 0; i < size(); ++i)
    if (is_free(i)) found.gradient[at_index(i)] -= l2(i) * found.parameters[at_index(i)];
  penalty_ = std::move(penalty);
  has_l1_ = std::ranges::any_of(penalty_.l1, [](double l1) { return l1 > 0; });
  add_penalty(found);
}

double Objective::evaluate_loss(Point::Found& found, const Point* scored) {
  EvaluateTask task = this->task(found);
  task.has_scores = scored && rows_.backend.linear.takes_scores;
  if (task.has_scores) scored->found_->scores.download(found.scores.data());  // where kernels do, memory is the host's
  device_.each_part([&](const DesignView& part) {
    task.design = part;
    rows_.backend.linear.evaluate(rows_.context, task);
  });
  result_.download(host_result_.data());
  rows_.ranks.sum(host_result_);
  std::copy_n(host_result_.begin(), size(), found.gradient.begin());
  return host_result_.back();
}

// The tape runs on the host, and so do sums in the order of time: scores come to it, slopes go back.
double Objective::evaluate_on_host(Point::Found& found) {
  std::vector<double> scores = scores_of(found.parameters), slopes(scores.size()), bends(scores.size());
  for (std::size_t i = 0; i < rows_.offsets.size(); ++i) scores[i] += rows_.offsets[i];
  found.scores.upload(scores.data());
  double total = 0;
  if (rows_.cox() != nullptr) {
    const CoxPoint cox(*rows_.cox(), scores);
    cox.derive(slopes, bends);
    total = cox.value();
  } else {
    total = tape_total(rows_.loss.definition(), rows_.rows(), scores.data(), rows_.labels.data(),
                       rows_.weights.empty() ? nullptr : rows_.weights.data(), slopes.data(), bends.data());
  }
  const double loss = rows_.ranks.sum(rows_.share * total);
  row_gradients_.upload(slopes.data());
  found.curvatures.upload(bends.data());
  evaluate_loss(found);
  return loss;
}

DeviceArray<double>& Objective::row_values() {
  if (row_gradients_.size() == 0)
    row_gradients_ = DeviceArray<double>(rows_.backend.memory, rows_.context, outputs_ * rows_.rows(), "scores");
  return row_gradients_;
}

std::vector<double> Objective::scores_of(std::span<const double> parameters) {
  DeviceArray<double>& values = row_values();
  parameters_.upload(parameters.data());
  DesignScoresTask task;
  task.outputs = static_cast<std::int32_t>(outputs_);
  task.parameters = parameters_.data();
  task.scores = values.data();
  task.scratch = scratch_.data();
  device_.each_part([&](const DesignView& part) {
    task.design = part;
    rows_.backend.linear.scores(rows_.context, task);
  });
  std::vector<double> scores(at_index(values.size()));
  values.download(scores.data());
  return scores;
}

std::vector<double> Objective::gradient_of(std::span<const double> slopes) {
  DeviceArray<double>& values = row_values();
  values.upload(slopes.data());
  EvaluateTask task;
  task.weights = curvature_weights();
  task.loss.kind = LossKind::tape;  // whose slopes are given
  task.loss.outputs = static_cast<std::int32_t>(outputs_);
  task.labels = rows_.device_labels();
  task.gradient = result_.data();
  task.mean_loss = result_.data() + size();
  task.row_gradients = values.data();
  task.scratch = scratch_.data();
  device_.each_part([&](const DesignView& part) {
    task.design = part;
    rows_.backend.linear.evaluate(rows_.context, task);
  });
  result_.download(host_result_.data());
  std::vector<double> gradient(host_result_.begin(), host_result_.end() - 1);
  rows_.ranks.sum(gradient);
  return gradient;
}

void Objective::form(Hessian& room, std::span<const double> curvatures) {
  row_values().upload(curvatures.data());
  room.form(row_gradients_.data(), rows_.device_weights());
}

Hessian Objective::hessian_room() {
  Hessian hessian(rows_.backend, rows_.context, design_, device_, outputs_, softmax_, rows_.part_bytes);
  hessian.set_diagonal(penalty_);
  return hessian;
}

void Objective::update() { device_.update(); }

}  // namespace linden
