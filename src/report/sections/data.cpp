// What the rows of the report are like, column by column.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/counted.hpp"
#include "inspection/feature_column.hpp"
#include "report/measures/bins.hpp"
#include "report/sections/sections.hpp"
#include "report/svg/chart.hpp"

namespace linden::reporting {
namespace {

constexpr std::size_t most_columns = 60;
constexpr std::size_t most_categories = 12;

std::vector<std::string> line_of(const Subject& subject, const std::string& name) {
  const FeatureColumn column("report", subject.model, subject.data, feature_number("report", subject.model, name));
  std::vector<double> known;
  for (const double value : column.values())
    if (!std::isnan(value)) known.push_back(value);
  std::ranges::sort(known);
  const auto rows = static_cast<double>(column.values().size());
  const double missing = 1 - static_cast<double>(known.size()) / rows;
  std::vector<double> distinct = known;
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  std::string range = "no value", figure;
  if (!known.empty() && column.is_categorical()) {
    std::vector<std::pair<double, std::size_t>> shares;
    for (const double code : distinct) {
      const auto [first, last] = std::equal_range(known.begin(), known.end(), code);
      shares.emplace_back(static_cast<double>(last - first) / rows, static_cast<std::size_t>(code));
    }
    std::ranges::stable_sort(shares, std::greater<>(), &std::pair<double, std::size_t>::first);
    std::vector<double> heights;
    for (std::size_t i = 0; i < std::min(most_categories, shares.size()); ++i) heights.push_back(shares[i].first);
    range.clear();
    for (std::size_t i = 0; i < std::min<std::size_t>(3, shares.size()); ++i)
      range += fmt::format("{}{} {}", i == 0 ? "" : ", ", shortened(column.categories()[shares[i].second], 24),
                           percent(shares[i].first));
    figure = sparkline(heights, "Frequency of the categories of " + name);
  } else if (!known.empty()) {
    range = fmt::format("{} \xE2\x80\xA6 {} \xE2\x80\xA6 {}", number(known.front()),
                        number(sorted_quantile(known, 0.5)), number(known.back()));
    figure = sparkline(histogram(known, {}, 24, true).shares, "Distribution of " + name);
  }
  return {escaped(name),    column.is_categorical() ? "categories" : "numbers",
          percent(missing), fmt::format("{}", distinct.size()),
          escaped(range),   figure};
}

}  // namespace

void add_data(Page& page, const Subject& subject) {
  page.section("The rows of this report");
  std::vector<std::string> order = subject.features;
  const std::vector<std::string>& all = schema_of(subject.model).feature_names;
  for (const std::string& name : all) {
    if (order.size() >= most_columns) break;
    if (std::ranges::find(order, name) == order.end()) order.push_back(name);
  }
  if (order.size() > most_columns) order.resize(most_columns);
  page.paragraph(
      fmt::format("{} with {}, the most important first{}. Of numbers the least, the middle and the largest value are "
                  "given, of categories the most frequent ones.",
                  counted(subject.data.rows(), "row"), counted(all.size(), "feature"),
                  order.size() < all.size() ? fmt::format("; {} of them are listed", order.size()) : ""));
  std::vector<std::vector<std::string>> rows;
  for (const std::string& name : order) rows.push_back(line_of(subject, name));
  page.html_table({"column", "kind", "missing", "distinct", "values", "histogram"}, rows, "Columns");
}

}  // namespace linden::reporting
