// A report: what all chapters look at, and their order.
#include <linden/report.hpp>

#include <algorithm>
#include <fstream>

#include "base/atomic_file.hpp"
#include "base/counted.hpp"
#include "base/fail.hpp"
#include "base/out_of_memory.hpp"
#include "inspection/sample.hpp"
#include "report/sections/sections.hpp"

namespace linden {
namespace {

using namespace reporting;

constexpr const char* where = "report";

void check(const Dataset& data, const ReportOptions& options) {
  const auto want = [](const char* name, auto value, auto low, auto high) {
    if (value < low || value > high)
      fail<ArgumentError>("{}: .{} is {}; it must be from {} to {}.", where, name, value, low, high);
  };
  want("features", options.features, 0, 100);
  want("trees", options.trees, 0, 20);
  want("max_rows", options.max_rows, std::int64_t{10}, std::int64_t{1} << 40);
  if (data.rows() == 0) fail<ArgumentError>("{}: the data has no rows.", where);
}

std::vector<MetricValue> metrics_of(const Subject& subject) {
  std::vector<MetricValue> values;
  std::vector<Metric> metrics = metric::defaults(subject.loss());
  if (is_of_groups(subject))
    for (const char* name : {"ndcg", "map", "mrr"})
      if (std::ranges::find(metrics, name, [](const Metric& one) { return one.name(); }) == metrics.end())
        metrics.push_back(metric::by_name(name));
  for (const Metric& metric : metrics) try {
      values.push_back({metric.name(), metric.evaluate(subject.judged), metric.higher_is_better()});
    } catch (const Error&) {  // undefined on these rows, or not for such labels
    }
  return values;
}

// Which features matter most: by the metric, and of equal ones by what training made of them.
void find_importances(Subject& subject) {
  try {
    subject.importances = permutation_importances(subject.model, subject.sample,
                                                  {.repeats = 3,
                                                   .seed = subject.options.seed,
                                                   .threads = subject.options.threads,
                                                   .device = subject.options.device});
  } catch (const UndefinedMetric&) {
  } catch (const ArgumentError&) {  // the loss has no metric that takes such rows
  }
  for (const PermutationImportance& one : subject.importances.features)
    if (one.mean > 0) subject.features.push_back(one.name);
  const auto add = [&](const std::string& name) {
    if (std::ranges::find(subject.features, name) == subject.features.end()) subject.features.push_back(name);
  };
  if (const BoostedModel* const model = subject.boosted()) {
    for (const Importance& one : model->importances())
      if (one.feature < std::ssize(model->feature_names())) add(one.name);
  } else {
    for (int f = 0; f < std::ssize(subject.linear()->feature_names()); ++f)
      if (subject.linear()->weight(f) != 0) add(subject.linear()->feature_names()[static_cast<std::size_t>(f)]);
  }
}

}  // namespace

std::string report(const AnyModel& model, const Dataset& data, const ReportOptions& options) try {
  check(data, options);
  Subject subject{model, data, options, taken(data, sampled_rows(data, options.max_rows, options.seed)),
                  judged(model, data, {.threads = options.threads, .device = options.device})};
  subject.metrics = metrics_of(subject);
  find_importances(subject);
  Page page;
  add_overview(page, subject);
  if (is_of_times(subject))
    add_survival(page, subject);
  else if (is_of_groups(subject))
    add_ranking(page, subject);
  else if (is_of_classes(subject))
    add_classes(page, subject);
  else
    add_numbers(page, subject);
  add_importance(page, subject);
  add_dependence(page, subject);
  add_linear(page, subject);
  add_training(page, subject);
  add_trees(page, subject);
  add_data(page, subject);
  add_configuration(page, subject);
  const std::string title = options.title.empty() ? fmt::format("A model of {}", subject.label()) : options.title;
  const std::string family = subject.boosted() != nullptr
                                 ? fmt::format("Boosted trees, {},", counted(subject.boosted()->rounds(), "round"))
                                 : "A linear model";
  const auto features = std::visit([](const auto& one) { return one.feature_names().size(); }, model);
  return page.document(
      title, fmt::format("{} of {}, judged on {}.", family, counted(features, "feature"), counted(data.rows(), "row")));
} catch (const std::bad_alloc&) {
  fail_out_of_memory(where);
}

void save_report(const std::filesystem::path& path, const AnyModel& model, const Dataset& data,
                 const ReportOptions& options) try {
  check_replaceable(path);
  replace_file(path, report(model, data, options));
} catch (const std::bad_alloc&) {
  fail_out_of_memory("save_report");
}

}  // namespace linden
