#include "boosting/train/fit_rows.hpp"

#include <algorithm>

#include "backend/loss/row_program.hpp"
#include "loss/custom.hpp"
#include "loss/definition.hpp"
#include "loss/tape_derivatives.hpp"

namespace linden {

FitRows::FitRows(const Backend& backend, Context& context, const Labels& labels, std::span<const double> weights,
                 const std::vector<double>& initial_score)
    : backend_(backend),
      context_(context),
      loss_(labels.loss),
      host_labels_(labels.values),
      host_weights_(weights),
      rows_(static_cast<std::int64_t>(labels.values.size())),
      outputs_(static_cast<std::int64_t>(initial_score.size())),
      labels_(backend.memory, context, labels.values.data(), rows_, "labels"),
      weights_(backend.memory, context, weights.data(), static_cast<std::int64_t>(weights.size()), "weights"),
      score_memory_(static_cast<std::size_t>(outputs_ * rows_) * sizeof(double)),
      gradient_memory_(static_cast<std::size_t>(2 * outputs_ * rows_) * sizeof(float)),
      scores_(backend.memory, context, score_memory_.as<double>(), outputs_ * rows_, "scores"),
      gradients_(backend.memory, context, host_gradients(), 2 * outputs_ * rows_, "gradients"),
      ranges_(initial_score.size()) {
  std::vector<double> start(static_cast<std::size_t>(rows_));
  for (std::int64_t k = 0; k < outputs_; ++k) {
    std::ranges::fill(start, initial_score[k]);
    backend.memory.upload(context, scores(k), start.data(), rows_ * static_cast<std::int64_t>(sizeof(double)));
  }
  const LossSpec& spec = loss_.definition().spec;
  if (spec.kind != LossKind::program) return;
  for (std::int32_t p = 0; p < spec.program->parameters; ++p) {
    columns_.emplace_back(backend.memory, context, spec.program_parameters[p], rows_, "columns of the loss");
    column_pointers_.push_back(columns_.back().data());
  }
}

const std::vector<GradientRange>& FitRows::fill_gradients() {
  GradientTask task;
  task.loss = loss_.definition().spec;
  if (!column_pointers_.empty()) task.loss.program_parameters = column_pointers_.data();
  task.rows = rows_;
  task.scores = scores_.data();
  task.labels = labels();
  task.weights = weights();
  task.gradients = gradients(0);
  task.curvatures = curvatures(0);
  task.ranges = ranges_.data();
  if (task.loss.kind == LossKind::tape)
    run_tape(task);
  else
    backend_.tree.gradients(context_, task);
  return ranges_;
}

const double* FitRows::host_scores() {
  scores_.download();
  return score_memory_.as<double>();
}

// The tape runs on the host: scores come to it, gradients go back.
void FitRows::run_tape(GradientTask task) {
  task.scores = host_scores();
  task.labels = host_labels_.data();
  task.weights = host_weights_.empty() ? nullptr : host_weights_.data();
  task.gradients = host_gradients();
  task.curvatures = host_gradients() + outputs_ * rows_;
  tape_gradients(loss_.definition(), task);
  gradients_.upload();
}

std::vector<RowSlopes> FitRows::slopes() {
  gradients_.download();
  const float* const all = host_gradients();
  std::vector<RowSlopes> slopes;
  const auto rows = static_cast<std::size_t>(rows_);
  for (std::int64_t k = 0; k < outputs_; ++k)
    slopes.emplace_back(std::span(all + k * rows_, rows), std::span(all + (outputs_ + k) * rows_, rows));
  return slopes;
}

void FitRows::point(TreeInput& tree, std::int64_t output) {
  tree.gradients = gradients(output);
  tree.curvatures = curvatures(output);
  tree.range = ranges_[output];
  tree.renewal.scores = scores(output);
}

}  // namespace linden
