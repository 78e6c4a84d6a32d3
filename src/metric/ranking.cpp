// Metrics of rankings: of each group the mean over all orders of the rows whose predictions are equal, then the mean
// over groups. So neither the order of rows nor chance shows.
#include "metric/ranking.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "backend/loss/group_losses.hpp"
#include "base/fail.hpp"
#include "base/out_of_memory.hpp"
#include "metric/rows.hpp"

namespace linden {
namespace {

struct RankedRow {
  double prediction, label;
};

/// Rows of one prediction: ranks begin .. end - 1, counted from 0.
struct Tie {
  std::int64_t begin, end;
  std::span<const RankedRow> rows;

  double relevant() const {
    return static_cast<double>(std::ranges::count_if(rows, [](const RankedRow& row) { return row.label > 0; }));
  }
};

template <class Visit>
void each_tie(std::span<const RankedRow> group, const Visit& visit) {
  for (std::size_t begin = 0, end = 0; begin < group.size(); begin = end) {
    while (end < group.size() && group[end].prediction == group[begin].prediction) ++end;
    visit(Tie{static_cast<std::int64_t>(begin), static_cast<std::int64_t>(end), group.subspan(begin, end - begin)});
  }
}

/// A value for a group that has relevant rows. `at` ranks count.
using GroupValue = std::function<double(std::span<const RankedRow>, std::int64_t at)>;

double ndcg_of(std::span<const RankedRow> group, std::int64_t at, bool exponential) {
  const auto gain = [&](double label) { return exponential ? std::exp2(label) - 1 : label; };
  double found = 0, best = 0;
  each_tie(group, [&](const Tie& tie) {
    double gains = 0, discounts = 0;
    for (const RankedRow& row : tie.rows) gains += gain(row.label);
    for (std::int64_t rank = tie.begin; rank < std::min(tie.end, at); ++rank) discounts += rank_discount(rank);
    found += gains / static_cast<double>(tie.rows.size()) * discounts;
  });
  std::vector<double> labels;
  for (const RankedRow& row : group) labels.push_back(row.label);
  std::ranges::sort(labels, std::greater());
  for (std::int64_t rank = 0; rank < std::min(std::ssize(labels), at); ++rank)
    best += gain(labels[static_cast<std::size_t>(rank)]) * rank_discount(rank);
  return found / best;
}

double average_precision_of(std::span<const RankedRow> group, std::int64_t at) {
  double found = 0, above = 0;
  each_tie(group, [&](const Tie& tie) {
    const double relevant = tie.relevant(), others = static_cast<double>(tie.rows.size()) - 1;
    // At any rank of the tie stands a relevant row in the same share of the orders; of the other relevant ones the same
    // share stands above it.
    for (std::int64_t rank = tie.begin; rank < std::min(tie.end, at); ++rank) {
      const double within = static_cast<double>(rank - tie.begin);
      const double higher = others > 0 ? within * (relevant - 1) / others : 0;
      found += relevant / (others + 1) * (above + 1 + higher) / static_cast<double>(rank + 1);
    }
    above += relevant;
  });
  return found / std::min(above, static_cast<double>(at));
}

double reciprocal_rank_of(std::span<const RankedRow> group, std::int64_t at) {
  double found = 0, none_yet = 1;  // the share of orders without a relevant row so far
  each_tie(group, [&](const Tie& tie) {
    const double relevant = tie.relevant();
    for (std::int64_t rank = tie.begin; rank < tie.end && none_yet > 0; ++rank) {
      const double hit = std::min(1.0, relevant / static_cast<double>(tie.end - rank));
      if (rank < at) found += none_yet * hit / static_cast<double>(rank + 1);
      none_yet *= 1 - hit;
    }
  });
  return found;
}

/// The rows of a group that have a weight, the largest predictions first, and their mean weight.
double take_group(const MetricRows& rows, std::int64_t begin, std::int64_t end, std::vector<RankedRow>& group) {
  double weight = 0;
  group.clear();
  for (auto row = static_cast<std::size_t>(begin); row < static_cast<std::size_t>(end); ++row) {
    if (rows.weight(row) == 0) continue;
    group.push_back({rows.predictions[row], rows.labels[row]});
    weight += rows.weight(row);
  }
  std::ranges::sort(group, std::greater(), &RankedRow::prediction);
  return group.empty() ? 0 : weight / static_cast<double>(group.size());
}

void check_rows(const std::string& name, const MetricInput& input, const MetricRows& rows, double most_label) {
  if (rows.columns != 1)
    fail<ArgumentError>("metric::{}: predictions have {} columns, but it takes one.", name, rows.columns);
  if (input.groups.elements() == 0)
    fail<ArgumentError>(
        "metric::{}: it ranks the rows of a group, and the data says not which rows are of one. Hint: name the column "
        "that does, .group = \"query\"; in libsvm files it is words qid:7; with rows in memory, .groups.",
        name);
  for (std::size_t row = 0; row < rows.size(); ++row)
    if (!(rows.labels[row] >= 0 && rows.labels[row] <= most_label))
      fail<DataError>("metric::{}: label {} at row {}, but it takes {}.", name, rows.labels[row], row,
                      std::isinf(most_label) ? std::string("labels >= 0")
                                             : fmt::format("labels from 0 to {}, whose gain is 2^label - 1. Hint: "
                                                           "linear_{} takes the label itself",
                                                           most_label, name));
}

double mean_over_groups(const std::string& name, const MetricInput& input, std::int64_t at, double without_relevant,
                        double most_label, const GroupValue& value) {
  const MetricRows rows(name, input);
  check_rows(name, input, rows, most_label);
  const auto starts = input.groups.span<const std::int64_t>();
  std::vector<RankedRow> group;
  double sum = 0, total = 0;
  bool any_relevant = false;
  for (std::size_t g = 1; g < starts.size(); ++g) {
    const double weight = take_group(rows, starts[g - 1], starts[g], group);
    const bool has_relevant = std::ranges::any_of(group, [](const RankedRow& row) { return row.label > 0; });
    sum += weight == 0 ? 0 : weight * (has_relevant ? value(group, at) : without_relevant);
    total += weight;
    any_relevant |= has_relevant;
  }
  if (!any_relevant)
    fail<UndefinedMetric>("metric::{}: no row has a label above 0. Hint: labels say how relevant a row is.", name);
  return sum / total;
}

Metric ranking(const std::string& kind, int at, bool is_zero, double most_label, const GroupValue& value) {
  if (at < 0) fail<ArgumentError>("metric::{}: .at is {}, but it must be 0 (all rows) or more.", kind, at);
  const std::string name = kind + (at > 0 ? fmt::format("@{}", at) : "") + (is_zero ? "-" : "");
  const std::int64_t ranks = at > 0 ? at : std::numeric_limits<std::int64_t>::max();
  return Metric(name, true, [=](const MetricInput& input) {
    return mean_over_groups(name, input, ranks, is_zero ? 0 : 1, most_label, value);
  });
}

}  // namespace

std::optional<Metric> ranking_metric(std::string_view name) {
  const bool is_zero = name.ends_with('-');
  if (is_zero) name.remove_suffix(1);
  const std::size_t sign = name.find('@');
  int at = 0;
  if (sign != name.npos) {
    const std::string_view digits = name.substr(sign + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), at);
    if (error != std::errc{} || end != digits.data() + digits.size() || at < 1 || digits[0] == '0') return std::nullopt;
    name = name.substr(0, sign);
  }
  if (name == "ndcg") return metric::ndcg({.at = at, .zero_without_relevant = is_zero});
  if (name == "linear_ndcg")
    return metric::ndcg({.at = at, .exponential_gain = false, .zero_without_relevant = is_zero});
  if (name == "map") return metric::map({.at = at, .zero_without_relevant = is_zero});
  if (name == "mrr") return metric::mrr({.at = at, .zero_without_relevant = is_zero});
  return std::nullopt;
}

namespace metric {

Metric ndcg(NdcgOptions options) try {
  const bool exponential = options.exponential_gain;
  return ranking(exponential ? "ndcg" : "linear_ndcg", options.at, options.zero_without_relevant,
                 exponential ? most_exponential_grade : INFINITY,
                 [exponential](auto group, std::int64_t at) { return ndcg_of(group, at, exponential); });
} catch (const std::bad_alloc&) {
  fail_out_of_memory("metric::ndcg");
}

Metric map(RankingOptions options) try {
  return ranking("map", options.at, options.zero_without_relevant, INFINITY, average_precision_of);
} catch (const std::bad_alloc&) {
  fail_out_of_memory("metric::map");
}

Metric mrr(RankingOptions options) try {
  return ranking("mrr", options.at, options.zero_without_relevant, INFINITY, reciprocal_rank_of);
} catch (const std::bad_alloc&) {
  fail_out_of_memory("metric::mrr");
}

}  // namespace metric
}  // namespace linden
