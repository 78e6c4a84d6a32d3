// Survival curves and median times: in closed form, or from the hazard that all rows have in common.
#include "boosting/model/survival.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>

#include "backend/loss/survival_losses.hpp"
#include "base/fail.hpp"
#include "base/out_of_memory.hpp"
#include "boosting/bins/counted_rows.hpp"
#include "loss/definition.hpp"
#include "model/training_data.hpp"

namespace linden {
namespace {

bool is_cox_model(const BoostedModel::State& model) {
  const Loss& loss = model.config.loss;
  return is_of_times(loss) && survival_traits_of(loss.definition().spec).compares_rows;
}

void check_times(std::string_view where, const BoostedModel::State& model) {
  if (!is_of_times(model.config.loss))
    fail<ArgumentError>("{}: loss {} knows no times. Hint: loss::cox() and loss::aft() do.", where,
                        model.config.loss.name());
  if (is_cox_model(model) && !model.baseline)
    fail<ArgumentError>(
        "{}: the model has no hazard in common to all rows, since it is made of others or a part of one. Hint: "
        "with_baseline(train).",
        where);
}

Tensor scores_of(const BoostedModel& model, const Dataset& data, const SurvivalOptions& options) {
  return model.predict(data, {.output = Output::score, .threads = options.threads, .device = options.device});
}

/// The first time at which the hazard is so large, or infinity.
double time_of(const BaselineHazard& baseline, double hazard) {
  const auto step = std::ranges::lower_bound(baseline.hazards, hazard) - baseline.hazards.begin();
  return step < std::ssize(baseline.times) ? baseline.times[static_cast<std::size_t>(step)]
                                           : std::numeric_limits<double>::infinity();
}

}  // namespace

void add_baseline(BoostedModel::State& model, const Dataset& rows, const Labels& labels,
                  std::span<const double> weights, const SurvivalOptions& options, const Ranks& ranks) {
  if (!is_cox_model(model)) return;
  const Tensor scores = scores_of(BoostedModel(std::make_shared<BoostedModel::State>(model)), rows, options);
  const std::span<const double> here = scores.span<const double>();
  const std::vector<double> joined = ranks.is_alone() ? std::vector<double>{} : ranks.join(here);
  model.baseline = breslow_hazard(RiskOrder(labels.values, labels.uppers, weights), labels.values,
                                  ranks.is_alone() ? here : std::span<const double>(joined), weights);
}

Tensor BoostedModel::survival(const Dataset& data, const NumberList& times, const SurvivalOptions& options) const try {
  constexpr std::string_view where = "BoostedModel::survival";
  const State& s = known("survival");
  check_times(where, s);
  const std::span<const double> at = times.span();
  if (at.empty()) fail<ArgumentError>("{}: there are no times.", where);
  for (std::size_t t = 0; t < at.size(); ++t)
    if (!std::isfinite(at[t])) fail<ArgumentError>("{}: time {} is {}; it must be finite.", where, t, at[t]);
  const Tensor scores = scores_of(*this, data, options);
  const auto of_rows = scores.span<const double>();
  Tensor curves = Tensor::empty({data.rows(), std::ssize(at)});
  double* to = curves.data<double>();
  visit_survival_loss(loss().definition().spec, [&]<class Functor>(const Functor& functor) {
    std::vector<double> log_hazards;
    if constexpr (is_cox<Functor>)
      for (const double time : at) log_hazards.push_back(std::log(s.baseline->at(time)));
    for (const double score : of_rows)
      for (std::size_t t = 0; t < at.size(); ++t) {
        if constexpr (is_cox<Functor>)
          *to++ = math::exp(-math::exp(score + log_hazards[t]));
        else
          *to++ = at[t] > 0 ? functor.above(score, at[t]) : 1;
      }
  });
  return curves;
} catch (const std::bad_alloc&) {
  fail_out_of_memory("BoostedModel::survival");
}

Tensor BoostedModel::median_time(const Dataset& data, const SurvivalOptions& options) const try {
  const State& s = known("median_time");
  check_times("BoostedModel::median_time", s);
  Tensor times = scores_of(*this, data, options).clone();
  visit_survival_loss(loss().definition().spec, [&]<class Functor>(const Functor& functor) {
    for (double& value : times.span<double>()) {
      if constexpr (is_cox<Functor>)
        value = time_of(*s.baseline, math::log(2.0) * math::exp(-value));
      else
        value = functor.median(value);
    }
  });
  return times;
} catch (const std::bad_alloc&) {
  fail_out_of_memory("BoostedModel::median_time");
}

BoostedModel BoostedModel::with_baseline(const Dataset& data, const SurvivalOptions& options) const try {
  constexpr std::string_view where = "BoostedModel::with_baseline";
  const State& s = known("with_baseline");
  if (!is_cox_model(s))
    fail<ArgumentError>("{}: loss {} knows no hazard in common to all rows. Hint: loss::cox() does.", where,
                        s.config.loss.name());
  check_training_data(where, data);
  const CountedRows counted(data, s.config.loss);
  const Labels labels = further_labels(where, counted.data(), s.config.loss, s.classes);
  const auto made = std::make_shared<State>(s);
  add_baseline(*made, counted.data(), labels, weights_of(counted.data()), options);
  return BoostedModel(made);
} catch (const std::bad_alloc&) {
  fail_out_of_memory("BoostedModel::with_baseline");
}

}  // namespace linden
