// A report: what all chapters look at, and their order.
#include <linden/report.hpp>

#include <algorithm>
#include <cmath>

#include "base/files/atomic_file.hpp"
#include "base/counted.hpp"
#include "base/fail.hpp"
#include "base/out_of_memory.hpp"
#include "inspection/feature_column.hpp"
#include "inspection/sample.hpp"
#include "report/sections/sections.hpp"

namespace linden {
namespace {

using namespace reporting;

constexpr const char* where = "report";

void check(const AnyModel& model, const Dataset& data, const ReportOptions& options) {
  const auto want = [](const char* name, auto value, auto low, auto high) {
    if (value < low || value > high)
      fail<ArgumentError>("{}: .{} is {}; it must be from {} to {}.", where, name, value, low, high);
  };
  want("features", options.features, 0, 100);
  want("trees", options.trees, 0, 20);
  if (options.max_rows < 10)
    fail<ArgumentError>("{}: .max_rows is {}; it must be at least 10.", where, options.max_rows);
  check_asked(where, model, data);
  if (!options.train) return;
  if (options.train->rows() == 0) fail<ArgumentError>("{}: .train has no rows.", where);
  check_scored("report: .train", model, *options.train, options.threads);
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

constexpr std::size_t most_shuffled = 60;  // features: of wide models those that training made most of

double deviation(const std::vector<double>& values) {
  double mean = 0, squares = 0;
  for (const double value : values) mean += value / static_cast<double>(values.size());
  for (const double value : values) squares += (value - mean) * (value - mean) / static_cast<double>(values.size());
  return std::sqrt(squares);
}

// Features by what training made of them: by their gain; by their weights, in deviations of the columns where there are
// columns.
std::vector<std::string> by_training(const Subject& subject) {
  std::vector<std::string> names;
  if (const BoostedModel* const model = subject.boosted()) {
    for (const Importance& one : model->importances())
      if (one.feature < std::ssize(model->feature_names())) names.push_back(one.name);
    return names;
  }
  const LinearModel& model = *subject.linear();
  // Columns that are made of features are not looked at one by one.
  if (model.weight_names() != model.feature_names()) return model.feature_names();
  std::vector<std::pair<double, std::string>> strengths;
  for (int f = 0; f < std::ssize(model.feature_names()); ++f) {
    double largest = 0;
    for (int k = 0; k < model.outputs(); ++k) largest = std::max(largest, std::abs(model.weight(f, k)));
    if (largest > 0 && !subject.sample.is_sparse())
      largest *= deviation(FeatureColumn(where, subject.model, subject.sample, f).values());
    if (largest > 0) strengths.emplace_back(largest, model.feature_names()[static_cast<std::size_t>(f)]);
  }
  std::ranges::stable_sort(strengths, std::greater<>(), &std::pair<double, std::string>::first);
  for (auto& [strength, name] : strengths) names.push_back(std::move(name));
  return names;
}

// Which features matter most: by the metric, and of equal ones by what training made of them.
void find_importances(Subject& subject) {
  const std::vector<std::string> known = by_training(subject);
  const std::size_t shuffled = std::min(known.size(), most_shuffled);
  if (shuffled > 0) try {
      subject.importances = permutation_importances(
          subject.model, subject.sample,
          {.repeats = 3,
           .seed = subject.options.seed,
           .features = std::vector<std::string>(known.begin(), known.begin() + static_cast<std::ptrdiff_t>(shuffled)),
           .threads = subject.options.threads,
           .device = subject.options.device});
    } catch (const UndefinedMetric&) {
    } catch (const ArgumentError&) {  // the loss has no metric that takes such rows
    }
  for (const PermutationImportance& one : subject.importances.features)
    if (one.mean > 0) subject.features.push_back(one.name);
  for (const std::string& name : known)
    if (std::ranges::find(subject.features, name) == subject.features.end()) subject.features.push_back(name);
}

std::string title_of(const Subject& subject) {
  if (!subject.options.title.empty()) return subject.options.title;
  const std::string name = std::visit([](const auto& one) { return one.label_name(); }, subject.model);
  if (!name.empty()) return fmt::format("A model of {}", name);
  return subject.boosted() != nullptr ? "A boosted model" : "A linear model";
}

}  // namespace

std::string report(const AnyModel& model, const Dataset& data, const ReportOptions& options) try {
  check(model, data, options);
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
  add_explanation(page, subject);
  add_dependence(page, subject);
  add_linear(page, subject);
  add_training(page, subject);
  add_trees(page, subject);
  add_data(page, subject);
  add_configuration(page, subject);
  const std::string title = title_of(subject);
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
