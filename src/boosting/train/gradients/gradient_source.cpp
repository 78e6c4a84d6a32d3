#include "boosting/train/gradients/gradient_source.hpp"

#include "boosting/train/gradients/group_gradients.hpp"
#include "loss/definition.hpp"
#include "loss/tape_derivatives.hpp"

namespace linden {
namespace {

class RowGradients final : public GradientSource {
 public:
  RowGradients(const Backend& backend, Context& context, const FitRows& rows)
      : backend_(backend), context_(context), rows_(rows) {}

  void fill(const Scores& scores, int, Gradients& gradients) override {
    GradientTask task = gradients.on_device();
    task.loss = rows_.spec();
    task.scores = scores.data();
    task.labels = rows_.device_labels();
    task.weights = rows_.device_weights();
    backend_.tree.gradients(context_, task);
  }

 private:
  const Backend& backend_;
  Context& context_;
  const FitRows& rows_;
};

// Scores come to the host, gradients go back.
class TapeGradients final : public GradientSource {
 public:
  explicit TapeGradients(const FitRows& rows) : rows_(rows) {}

  void fill(const Scores& scores, int, Gradients& gradients) override {
    GradientTask task = gradients.on_host();
    task.loss = rows_.spec();
    task.scores = scores.on_host();
    task.labels = rows_.labels().data();
    task.weights = rows_.weights().empty() ? nullptr : rows_.weights().data();
    tape_gradients(rows_.loss().definition(), task);
    gradients.upload();
  }

 private:
  const FitRows& rows_;
};

}  // namespace

std::unique_ptr<GradientSource> gradient_source(const Backend& backend, Context& context, const FitRows& rows,
                                                const BoostingConfig& config) {
  if (rows.spec().kind == LossKind::group)
    return std::make_unique<GroupGradients>(backend, context, rows, config.seed, config.learning_rate);
  if (rows.spec().kind == LossKind::tape) return std::make_unique<TapeGradients>(rows);
  return std::make_unique<RowGradients>(backend, context, rows);
}

}  // namespace linden
