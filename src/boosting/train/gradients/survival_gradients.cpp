#include "boosting/train/gradients/survival_gradients.hpp"

#include "backend/loss/survival_losses.hpp"

namespace linden {

SurvivalGradients::SurvivalGradients(const Backend& backend, Context& context, const FitRows& rows)
    : backend_(backend), context_(context), rows_(rows) {
  if (!survival_traits_of(rows.spec()).compares_rows) return;
  order_.emplace(rows.labels(), rows.uppers(), rows.weights());
  const RiskSets sets = order_->sets();
  const auto place = [&]<class T>(const T* values) {
    return OnDevice<T>(backend.memory, context, values, sets.rows, "risk sets");
  };
  places_ = place(sets.order);
  begins_ = place(sets.begins);
  ends_ = place(sets.ends);
  earlier_ = place(sets.earlier);
  event_weights_ = place(sets.event_weights);
  memory_ = DeviceArray<double>(backend.memory, context, CoxMemory::doubles(sets.rows), "risk sets");
}

void SurvivalGradients::fill(const Scores& scores, int, Gradients& gradients) {
  SurvivalGradientTask task;
  task.row = on_device(rows_, scores, gradients);
  task.uppers = rows_.device_uppers();
  task.sets = {rows_.rows(), places_.data(), begins_.data(), ends_.data(), earlier_.data(), event_weights_.data()};
  task.memory = memory_.data();
  backend_.tree.survival_gradients(context_, task);
}

}  // namespace linden
