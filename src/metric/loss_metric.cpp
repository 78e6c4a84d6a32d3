// A loss as a metric: of the scores, or of predictions turned back into scores.
#include <algorithm>
#include <cmath>
#include <limits>
#include <linden/loss.hpp>
#include <linden/metric.hpp>
#include <utility>

#include "base/fail.hpp"
#include "base/out_of_memory.hpp"
#include "loss/custom.hpp"
#include "loss/definition.hpp"
#include "metric/loss_metric.hpp"
#include "metric/rows.hpp"
#include "loss/link.hpp"
#include "metric/survival.hpp"

namespace linden {
namespace {

constexpr double least_probability = 1e-15;

double bounded(double p) { return std::clamp(p, least_probability, 1 - least_probability); }

/// The scores [outputs, rows]: those that are given, else what the link makes these predictions of. Where it sorts them
/// those in order are judged.
std::vector<double> scores_by_output(Link link, const MetricRows& rows) {
  const std::size_t count = rows.size(), outputs = rows.columns;
  const bool is_given = !rows.scores.empty() && link != Link::sorted;
  std::vector<double> scores(count * outputs);
  for (std::size_t row = 0; row < count; ++row) {
    for (std::size_t k = 0; k < outputs && is_given; ++k) scores[k * count + row] = rows.scores[row * outputs + k];
    if (is_given) continue;
    const double* const p = rows.predictions.data() + row * outputs;
    if (is_of_distribution(link)) {
      const auto [first, second] = scores_of(link, {p[0], p[1]});
      scores[row] = first;
      scores[count + row] = second;
      continue;
    }
    double mean = 0;
    for (std::size_t k = 0; k < outputs; ++k) {
      double score = p[k];
      if (link == Link::sigmoid) score = std::log(bounded(p[k])) - std::log1p(-bounded(p[k]));
      if (link == Link::softmax) score = std::log(bounded(p[k]));
      if (link == Link::exp) score = std::log(std::max(p[k], std::numeric_limits<double>::min()));
      if (link >= Link::probit) score = score_of_mean(link, link <= Link::cloglog ? bounded(p[k]) : p[k]);
      if (link == Link::expm1) score = std::log1p(std::max(p[k], std::nextafter(-1.0, 0.0)));
      scores[k * count + row] = score;
      mean += score / static_cast<double>(outputs);
    }
    for (std::size_t k = 0; k < outputs && link == Link::softmax; ++k) scores[k * count + row] -= mean;
  }
  return scores;
}

/// One loss in all, per row.
double total_loss(const Loss& loss, std::span<const double> scores, std::span<const double> labels) {
  const CustomLoss& custom = *loss.definition().custom;
  const auto rows = static_cast<std::int64_t>(labels.size());
  const Tensor by_output = Tensor::copy_of(scores, {loss.outputs(), rows});
  const Tensor score = loss.outputs() == 1 ? by_output.select(0, 0) : by_output.transpose(0, 1).contiguous();
  const double total = custom.function(score, Tensor::copy_of(labels, {rows}), custom.parameters).item();
  return custom.reduction == Reduction::mean ? total : total / static_cast<double>(rows);
}

}  // namespace

std::string why_no_metric(const Loss& loss) {
  if (loss.outputs() == 0) return "does not know its classes yet";
  if (is_of_groups(loss)) return "compares the rows of groups: one row has no loss";
  const CustomLoss* const custom = loss.definition().custom.get();
  if (!custom) return "";
  if (const char* const why = why_unknown(*custom); *why != '\0') return why;
  if (custom->parameters_by_row) return "reads parameters by row, which other rows do not have";
  if (custom->knows_rows) return "knows the rows that it was made for";
  return "";
}

namespace metric {

Metric of(const Loss& asked) try {
  const Loss loss = asked.definition().labels > 1 ? of_output(asked, 0) : asked;
  if (const std::string why = why_no_metric(loss); !why.empty())
    fail<ArgumentError>("metric::of: loss \"{}\" {}.", loss.name(), why);
  if (is_of_times(loss)) return survival_loss_metric(loss);
  return Metric(loss.name(), false, [loss](const MetricInput& input) {
    const MetricRows rows(loss.name(), input, true);
    if (rows.columns != static_cast<std::size_t>(loss.outputs()))
      fail<ArgumentError>("metric::{}: predictions have {} column(s), but the loss has {} output(s).", loss.name(),
                          rows.columns, loss.outputs());
    loss.check_labels("metric::" + loss.name(), rows.labels);
    const std::vector<double> scores = scores_by_output(loss.link(), rows);
    const CustomLoss* const custom = loss.definition().custom.get();
    if (custom && !custom->obstacle.empty() && custom->reduction != Reduction::none) {
      if (!rows.weights.empty())
        fail<DataError>("metric::{}: it gives one loss for all rows, which weights cannot be applied to.", loss.name());
      return total_loss(loss, scores, rows.labels);
    }
    const std::vector<double> losses = losses_of(loss, scores, rows.labels);
    return weighted_mean(rows, [&](std::size_t row) { return rows.weight(row) == 0 ? 0 : losses[row]; });
  });
} catch (const std::bad_alloc&) {
  fail_out_of_memory("metric::of");
}

}  // namespace metric
}  // namespace linden
