#include "boosting/train/gradients/gradient_source.hpp"

#include "boosting/train/gradients/group_gradients.hpp"
#include "boosting/train/gradients/survival_gradients.hpp"
#include "loss/custom.hpp"
#include "loss/definition.hpp"
#include "loss/tape_derivatives.hpp"
#include "loss/tape_groups.hpp"

namespace linden {

GradientTask on_device(const FitRows& rows, const Scores& scores, Gradients& gradients) {
  GradientTask task = gradients.on_device();
  task.loss = rows.spec();
  task.scores = scores.data();
  task.labels = rows.device_labels();
  task.weights = rows.device_weights();
  return task;
}

namespace {

class RowGradients final : public GradientSource {
 public:
  RowGradients(const Backend& backend, Context& context, const FitRows& rows)
      : backend_(backend), context_(context), rows_(rows) {}

  void fill(const Scores& scores, int, Gradients& gradients) override {
    GradientTask task = on_device(rows_, scores, gradients);
    const Loss::Definition& loss = rows_.loss().definition();
    if (!is_by_output(loss)) return backend_.tree.gradients(context_, task);
    for (int k = 0; k < loss.spec.outputs; ++k) {
      task.loss = spec_of_output(loss, k);
      task.labels = rows_.device_labels(k);
      backend_.tree.gradients(context_, task);
      task.scores += task.rows;
      task.gradients += task.rows;
      task.curvatures += task.rows;
      ++task.ranges;
    }
  }

 private:
  const Backend& backend_;
  Context& context_;
  const FitRows& rows_;
};

GradientTask on_host(const FitRows& rows, const Scores& scores, Gradients& gradients) {
  GradientTask task = gradients.on_host();
  task.loss = rows.spec();
  task.scores = scores.on_host();
  task.labels = rows.labels().data();
  task.weights = rows.weights().empty() ? nullptr : rows.weights().data();
  return task;
}

// Scores come to the host, gradients go back.
class TapeGradients final : public GradientSource {
 public:
  explicit TapeGradients(const FitRows& rows) : rows_(rows) {}

  void fill(const Scores& scores, int, Gradients& gradients) override {
    tape_gradients(rows_.loss().definition(), on_host(rows_, scores, gradients));
    gradients.upload();
  }

 private:
  const FitRows& rows_;
};

// The same, a group at a time.
class GroupTapeGradients final : public GradientSource {
 public:
  GroupTapeGradients(Context& context, const FitRows& rows, std::uint64_t seed)
      : context_(context), rows_(rows), seed_(seed) {}

  void fill(const Scores& scores, int round, Gradients& gradients) override {
    const GradientTask task = on_host(rows_, scores, gradients);
    tape_group_gradients(rows_.loss().definition(), task, rows_.groups(), seed_, round, context_.workers);
    gradients.upload();
  }

 private:
  Context& context_;
  const FitRows& rows_;
  std::uint64_t seed_;
};

}  // namespace

std::unique_ptr<GradientSource> gradient_source(const Backend& backend, Context& context, const FitRows& rows,
                                                const BoostingConfig& config) {
  if (rows.spec().kind == LossKind::group)
    return std::make_unique<GroupGradients>(backend, context, rows, config.seed, config.learning_rate);
  if (rows.spec().kind == LossKind::survival) return std::make_unique<SurvivalGradients>(backend, context, rows);
  if (is_of_groups(rows.loss())) return std::make_unique<GroupTapeGradients>(context, rows, config.seed);
  if (rows.spec().kind == LossKind::tape) return std::make_unique<TapeGradients>(rows);
  return std::make_unique<RowGradients>(backend, context, rows);
}

}  // namespace linden
