// A linear model: its certificate, and its weights with how exactly the rows tell them.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "linear/plain_fit.hpp"
#include "report/measures/weight_intervals.hpp"
#include "report/sections/sections.hpp"
#include "report/svg/chart.hpp"

namespace linden::reporting {
namespace {

constexpr std::size_t most_rows = 300, most_bars = 20;
constexpr double two_sided = 1.959963984540054;  // 95 %

void add_certificate(Page& page, const LinearModel& model) {
  const Certificate& certificate = model.certificate();
  page.section("Certificate");
  page.paragraph(
      certificate.is_optimal()
          ? fmt::format("The weights are the best there are for this objective: it is {} {} of the optimum.",
                        certificate.gap_kind == GapKind::bound ? "proven to be within" : "estimated to be within",
                        number(certificate.gap))
      : certificate.status == FitStatus::stationary_point
          ? "No small step lowers the objective. It is not convex, and weights further away may be lower."
          : "The fit ended before the optimum; the weights are where it stopped.");
  std::vector<std::vector<std::string>> rows{
      {"status", name_of(certificate.status)},
      {"objective", fmt::format("{:.10g}", certificate.objective)},
      {"gap", fmt::format("{:.3g} ({}{})", certificate.gap, name_of(certificate.gap_kind),
                          certificate.gap_source.empty() ? "" : ", " + certificate.gap_source)},
      {"relative gap", fmt::format("{:.3g}, asked for {:.3g}", certificate.relative_gap, certificate.tolerance)},
      {"largest slope left", fmt::format("{:.3g}", certificate.kkt_distance)},
      {"solver", fmt::format("{}, {} iterations", name_of(certificate.solver), certificate.iterations)},
      {"why that one", certificate.why}};
  if (certificate.rank) rows.push_back({"rank", fmt::format("{}", *certificate.rank)});
  if (certificate.condition) rows.push_back({"condition", fmt::format("{:.3g}", *certificate.condition)});
  const auto list = [&](const char* name, const std::vector<std::string>& columns) {
    if (!columns.empty()) rows.push_back({name, fmt::format("{}", fmt::join(columns, ", "))});
  };
  list("constant columns", certificate.constant_columns);
  list("sums of others", certificate.collinear_columns);
  list("separating columns", certificate.separating_columns);
  page.table({"", ""}, rows, "What the fit proves");
}

std::string output_name(const LinearModel& model, int k) {
  const auto at = static_cast<std::size_t>(k);
  if (at < model.classes().size() && model.outputs() == std::ssize(model.classes())) return model.classes()[at];
  return fmt::format("output {}", k);
}

// Of the columns that weights are of.
WeightErrors errors_of(const Subject& subject, const LinearModel& model) {
  if (has_own_penalties(model)) return {{}, {}, "A penalty of B-splines shrinks weights."};
  const Dataset& rows = subject.options.train.has_value() ? *subject.options.train : subject.data;
  const int threads = subject.options.threads;
  return weight_errors(plain_model(model), plain_rows("report", model, rows, threads, true), threads);
}

void add_weights(Page& page, const Subject& subject, const LinearModel& model) {
  page.section("Weights");
  const bool has_train = subject.options.train.has_value();
  const WeightErrors errors = errors_of(subject, model);
  const bool has_errors = errors.why_none.empty();
  page.paragraph("A weight is what the score gains when its column rises by one unit and all others stay.");
  page.paragraph(!has_errors ? "There are no intervals here. " + errors.why_none
                 : has_train ? "Intervals hold nineteen times in twenty, by the sandwich estimate on the training rows."
                             : "Intervals hold nineteen times in twenty, by the sandwich estimate on the rows of this "
                               "report; those of the training rows would be another, give them to have these.");
  const auto features = static_cast<int>(model.weight_names().size());
  std::vector<int> order;
  int zeros = 0;
  for (int f = 0; f < features; ++f) {
    bool is_zero = true;
    for (int k = 0; k < model.outputs(); ++k) is_zero &= model.weight(f, k) == 0;
    is_zero ? ++zeros : (order.push_back(f), 0);
  }
  if (has_errors && !order.empty()) {
    const auto strength = [&](int f) {
      const double error = errors.weights[static_cast<std::size_t>(f)];
      return error > 0 ? std::abs(model.weight(f)) / error : 0;
    };
    std::vector<int> strongest = order;
    std::ranges::stable_sort(strongest, std::greater<>(), strength);
    if (strongest.size() > most_bars) strongest.resize(most_bars);
    AxisOptions names, values{.title = "weight, in standard errors"};
    double low = 0, high = 0;
    for (const int f : strongest) {
      const double at = std::copysign(strength(f), model.weight(f));
      names.categories.push_back(model.weight_names()[static_cast<std::size_t>(f)]);
      low = std::min(low, at - two_sided);
      high = std::max(high, at + two_sided);
    }
    values.range = nice_range(low, high);
    const std::string said =
        "The weights that are known best, in standard errors, with their intervals: one whose whisker reaches 0 may as "
        "well be nothing.";
    Chart chart("Weights in standard errors", said, values, names);
    for (std::size_t i = 0; i < strongest.size(); ++i)
      chart.bar(static_cast<int>(i), std::copysign(strength(strongest[i]), model.weight(strongest[i])), 0, two_sided);
    page.figure(chart.svg(), "Weights in standard errors", said);
  }
  std::vector<std::string> head{"feature"};
  if (model.outputs() == 1) head.emplace_back("weight");
  for (int k = 0; model.outputs() > 1 && k < model.outputs(); ++k) head.push_back(output_name(model, k));
  if (has_errors) head.insert(head.end(), {"standard error", "from", "to"});
  std::vector<std::vector<std::string>> rows;
  const auto add = [&](const std::string& name, const auto& weight_of, double error) {
    std::vector<std::string> row{name};
    for (int k = 0; k < model.outputs(); ++k) row.push_back(number(weight_of(k)));
    if (has_errors && error > 0)
      row.insert(row.end(),
                 {number(error), number(weight_of(0) - two_sided * error), number(weight_of(0) + two_sided * error)});
    else if (has_errors)
      row.insert(row.end(), {"none", "", ""});
    rows.push_back(std::move(row));
  };
  if (model.config().intercept)
    add(
        "(intercept)", [&](int k) { return model.intercept()[static_cast<std::size_t>(k)]; },
        has_errors ? errors.intercept[0] : 0);
  for (const int f : order) {
    if (rows.size() > most_rows) break;
    add(
        model.weight_names()[static_cast<std::size_t>(f)], [&](int k) { return model.weight(f, k); },
        has_errors ? errors.weights[static_cast<std::size_t>(f)] : 0);
  }
  page.open_details(fmt::format("{} weights", order.size()), order.size() <= 30);
  page.table(head, rows,
             zeros > 0 ? fmt::format("Weights, in the units of the data; {} of weight 0 left out", zeros)
                       : "Weights, in the units of the data");
  page.close_details();
}

}  // namespace

void add_linear(Page& page, const Subject& subject) {
  const LinearModel* const model = subject.linear();
  if (model == nullptr) return;
  add_certificate(page, *model);
  add_weights(page, subject, *model);
}

}  // namespace linden::reporting
