#include "linear/fit_warnings.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

#include "base/fail.hpp"
#include "linear/config.hpp"
#include "loss/custom.hpp"
#include "loss/definition.hpp"
#include "loss/linked.hpp"

namespace linden {
namespace {

void add_of_loss(const Loss& loss, const Certificate& certificate, double curvature,
                 std::vector<std::string>& warnings) {
  const CustomLoss* const custom = loss.definition().custom.get();
  if (custom && curvature == 0 && !certificate.is_optimal() && certificate.status != FitStatus::separable)
    warnings.push_back(fmt::format(
        "the curvature of loss \"{}\" is 0 in all rows: its optimum is at a corner, which no solver looks for. Hint: "
        "Curvature::majorising, or a loss that is smooth near its corners.",
        loss.name()));
  if (custom && custom->mixes_rows)
    warnings.push_back(fmt::format("loss \"{}\" mixes rows: its gap is an estimate{}{}.", loss.name(),
                                   certificate.gap_source.empty() ? "" : ", from ", certificate.gap_source));
  if (const ScoreRange range = scores_of_link(loss); !range.is_all() && !certificate.is_optimal())
    warnings.push_back(fmt::format(
        "the fit stands at the edge of what link {} takes (scores {}), where the likelihood may still rise: "
        "weights are no optimum, and have no errors. Hint: another link, or fewer columns.",
        word_of(loss.link()),
        std::isinf(range.high)  ? "above 0"
        : std::isinf(range.low) ? "below 0"
                                : "between 0 and 1"));
}

// Settings that say how penalties go, where there is none.
void add_of_idle_penalties(const LinearConfig& config, std::vector<std::string>& warnings) {
  const ColumnPenalties& penalty = config.penalty;
  if (penalty.shape != PenaltyShape::absolute && config.l1 == 0)
    warnings.emplace_back("penalty.shape changes nothing: it is the shape of l1, which is 0.");
  if (!penalty.groups.empty() && penalty.group == 0)
    warnings.emplace_back("penalty.groups change nothing: penalty.group, their strength, is 0.");
  if (!penalty.factors.empty() && !is_penalised(config))
    warnings.emplace_back("penalty.factors change nothing: there is no penalty for them to multiply.");
}

bool is_constant(const Labels& labels) {
  return labels.uppers.empty() && !labels.values.empty() &&
         std::ranges::adjacent_find(labels.values, std::not_equal_to<>()) == labels.values.end();
}

}  // namespace

std::vector<std::string> warnings_of(const Dataset& train, const Labels& labels, const LinearModel::State& model,
                                     double curvature) {
  std::vector<std::string> warnings = train.remarks();
  const Certificate& c = model.certificate;
  add_of_loss(labels.loss, c, curvature, warnings);
  add_of_idle_penalties(model.config, warnings);
  if (c.status == FitStatus::stationary_point)
    warnings.emplace_back(
        "the objective is not convex: the weights are a stationary point near the optimum of l1, and others may be "
        "lower.");
  if (model.config.intercept && model.offset.empty() && is_constant(labels))
    warnings.push_back(fmt::format("there is nothing to learn: the label is {} in all rows.", labels.values.front()));
  if (!model.feature_names.empty() && c.constant_columns.size() == model.feature_names.size())
    warnings.emplace_back("no column varies: the model is its intercept.");
  return warnings;
}

}  // namespace linden
