// Metrics of rankings against their definitions, averaged by brute force over all orders of equal predictions; values
// worked out by hand, names, and every message.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <linden/data.hpp>
#include <linden/metric.hpp>
#include <map>
#include <numeric>
#include <random>
#include <vector>

#include "refusal.hpp"

namespace linden {
namespace {

using Values = std::vector<double>;

MetricInput rows_of(const Values& prediction, const Values& label, const std::vector<std::int64_t>& sizes,
                    const Values& weight = {}) {
  const auto column = [](const Values& values) {
    return values.empty() ? Tensor() : Tensor::copy_of(std::span<const double>(values), {std::ssize(values)});
  };
  std::vector<std::int64_t> starts{0};
  for (const std::int64_t size : sizes) starts.push_back(starts.back() + size);
  return {.prediction = column(prediction),
          .label = column(label),
          .weight = column(weight),
          .groups = Tensor::copy_of(std::span<const std::int64_t>(starts), {std::ssize(starts)})};
}

// Of labels in the order of a ranking, from the definitions; `at` is at most their number.
using Definition = std::function<long double(const Values& ranked, std::size_t at)>;

long double dcg(const Values& ranked, std::size_t at, bool exponential) {
  long double sum = 0;
  for (std::size_t rank = 0; rank < at; ++rank)
    sum += (exponential ? std::pow(2.0L, static_cast<long double>(ranked[rank])) - 1 : ranked[rank]) /
           std::log2(static_cast<long double>(rank + 2));
  return sum;
}
long double ndcg(const Values& ranked, std::size_t at, bool exponential) {
  Values best = ranked;
  std::ranges::sort(best, std::greater());
  return dcg(ranked, at, exponential) / dcg(best, at, exponential);
}
long double average_precision(const Values& ranked, std::size_t at) {
  long double sum = 0, hits = 0, relevant = 0;
  for (std::size_t rank = 0; rank < ranked.size(); ++rank) {
    relevant += ranked[rank] > 0;
    if (rank < at && ranked[rank] > 0) sum += ++hits / static_cast<long double>(rank + 1);
  }
  return sum / std::min(relevant, static_cast<long double>(at));
}
long double reciprocal_rank(const Values& ranked, std::size_t at) {
  for (std::size_t rank = 0; rank < at; ++rank)
    if (ranked[rank] > 0) return 1 / static_cast<long double>(rank + 1);
  return 0;
}

// The mean over all orders of the rows that go with the predictions.
long double over_orders(const Values& prediction, const Values& label, std::size_t at, const Definition& definition) {
  std::vector<std::size_t> order(label.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  long double sum = 0, orders = 0;
  do {
    Values ranked;
    for (const std::size_t row : order) ranked.push_back(label[row]);
    if (!std::ranges::is_sorted(order, std::greater(), [&](std::size_t row) { return prediction[row]; })) continue;
    sum += definition(ranked, std::min(at, label.size()));
    ++orders;
  } while (std::ranges::next_permutation(order).found);
  return sum / orders;
}

TEST(RankingMetrics, AreTheMeanOverAllOrdersOfEqualPredictions) {
  const std::map<std::string, Definition> definitions{
      {"ndcg", [](const Values& ranked, std::size_t at) { return ndcg(ranked, at, true); }},
      {"linear_ndcg", [](const Values& ranked, std::size_t at) { return ndcg(ranked, at, false); }},
      {"map", average_precision},
      {"mrr", reciprocal_rank}};
  std::mt19937_64 random(7);
  for (int trial = 0; trial < 24; ++trial) {
    const auto groups = 1 + random() % 3;
    Values prediction, label, weight;
    std::vector<std::int64_t> sizes;
    for (std::size_t g = 0; g < groups; ++g) {
      sizes.push_back(static_cast<std::int64_t>(1 + random() % 6));
      for (std::int64_t i = 0; i < sizes.back(); ++i) {
        prediction.push_back(static_cast<double>(random() % (1 + trial % 5)));
        label.push_back(static_cast<double>(random() % (1 + trial % 4)));
        weight.push_back(0.5 + static_cast<double>(random() % 4));
      }
    }
    label[0] = 1;
    const bool weighted = trial % 2 == 1;
    for (const auto& [name, definition] : definitions)
      for (const std::size_t at : {1, 2, 3, 6, 100})
        for (const bool is_zero : {false, true}) {
          long double sum = 0, total = 0;
          std::size_t first = 0;
          for (const std::int64_t size : sizes) {
            const auto part = [&](const Values& values) {
              return Values(values.begin() + static_cast<std::ptrdiff_t>(first),
                            values.begin() + static_cast<std::ptrdiff_t>(first) + size);
            };
            const Values labels = part(label), weights = part(weight);
            const bool is_relevant = std::ranges::any_of(labels, [](double y) { return y > 0; });
            const long double mean = std::accumulate(weights.begin(), weights.end(), 0.0L) / size;
            const long double group = weighted ? mean : 1.0L;
            sum += group * (is_relevant ? over_orders(part(prediction), labels, at, definition) : is_zero ? 0 : 1);
            total += group;
            first += static_cast<std::size_t>(size);
          }
          const Metric metric = metric::by_name(fmt::format("{}@{}{}", name, at, is_zero ? "-" : ""));
          EXPECT_NEAR(metric.evaluate(rows_of(prediction, label, sizes, weighted ? weight : Values())),
                      static_cast<double>(sum / total), 1e-13)
              << metric.name() << ", trial " << trial;
        }
  }
}

TEST(RankingMetrics, ByHand) {
  const Values prediction{3, 2, 1, 5, 4}, label{0, 2, 1, 0, 3};
  const std::vector<std::int64_t> sizes{3, 2};
  const double first = (3 / std::log2(3) + 1 / std::log2(4)) / (3 + 1 / std::log2(3)), second = 1 / std::log2(3);
  EXPECT_NEAR(metric::ndcg().evaluate(rows_of(prediction, label, sizes)), (first + second) / 2, 1e-15);
  EXPECT_NEAR(metric::ndcg({.at = 1}).evaluate(rows_of(prediction, label, sizes)), 0, 0);
  EXPECT_NEAR(metric::map().evaluate(rows_of(prediction, label, sizes)), ((0.5 + 2.0 / 3) / 2 + 0.5) / 2, 1e-15);
  EXPECT_NEAR(metric::mrr().evaluate(rows_of(prediction, label, sizes)), 0.5, 1e-15);
  EXPECT_EQ(metric::ndcg().evaluate(rows_of({2, 1, 1}, {4, 1, 0}, {2, 1})), 1);
  EXPECT_EQ(metric::ndcg({.zero_without_relevant = true}).evaluate(rows_of({2, 1, 1}, {4, 1, 0}, {2, 1})), 0.5);
}

TEST(RankingMetrics, RowsWithoutWeightAreNotThere) {
  const Values prediction{3, 2, 1, 5, 4}, label{0, 2, 1, 0, 3};
  EXPECT_EQ(metric::ndcg().evaluate(rows_of(prediction, label, {3, 2}, {0, 1, 1, 0, 0})), 1);
  EXPECT_EQ(metric::mrr().evaluate(rows_of(prediction, label, {3, 2}, {1, 1, 1, 0, 2})), (3.0 / 3 * 0.5 + 2) / 3);
}

TEST(RankingMetrics, HaveNames) {
  EXPECT_EQ(metric::ndcg().name(), "ndcg");
  EXPECT_EQ(metric::ndcg({.at = 10, .exponential_gain = false, .zero_without_relevant = true}).name(),
            "linear_ndcg@10-");
  EXPECT_EQ(metric::map({.at = 3}).name(), "map@3");
  EXPECT_TRUE(metric::mrr().higher_is_better());
  for (const char* name : {"ndcg", "ndcg@7", "linear_ndcg@1-", "map-", "map@100", "mrr@5"})
    EXPECT_EQ(metric::by_name(name).name(), name);
  for (const char* name : {"ndcg@", "ndcg@0", "ndcg@05", "ndcg@-3", "map@x", "mrr@3.5", "ndcg@10+"})
    EXPECT_NE(refusal<ArgumentError>([&] { metric::by_name(name); }).find("no metric"), std::string::npos) << name;
  EXPECT_EQ(refusal<ArgumentError>([] { metric::map({.at = -1}); }),
            "metric::map: .at is -1, but it must be 0 (all rows) or more.");
}

TEST(RankingMetrics, RefuseWhatTheyCannotRank) {
  const auto evaluate = [](const char* name, const MetricInput& input) { metric::by_name(name).evaluate(input); };
  MetricInput apart = rows_of({1, 2}, {0, 1}, {2});
  apart.groups = {};
  EXPECT_EQ(refusal<ArgumentError>([&] { evaluate("ndcg@10", apart); }),
            "metric::ndcg@10: it ranks the rows of a group, and the data says not which rows are of one. Hint: name "
            "the column that does, .group = \"query\"; in libsvm files it is words qid:7; with rows in memory, "
            ".groups.");
  EXPECT_EQ(refusal<DataError>([&] {
              evaluate("mrr", rows_of({1, 2}, {0, -1}, {2}));
            }),
            "metric::mrr: label -1 at row 1, but it takes labels >= 0.");
  EXPECT_EQ(refusal<DataError>([&] {
              evaluate("ndcg@10", rows_of({1, 2}, {0, 32}, {2}));
            }),
            "metric::ndcg@10: label 32 at row 1, but it takes labels from 0 to 31, whose gain is 2^label - 1. Hint: "
            "linear_ndcg@10 takes the label itself.");
  EXPECT_EQ(refusal<UndefinedMetric>([&] {
              evaluate("map", rows_of({1, 2}, {0, 0}, {1, 1}));
            }),
            "metric::map: no row has a label above 0. Hint: labels say how relevant a row is.");
  MetricInput two = rows_of({1, 2}, {0, 1}, {2});
  two.prediction = Tensor::copy_of(std::span<const double>(Values{1, 2, 3, 4}), {2, 2});
  EXPECT_EQ(refusal<ArgumentError>([&] { evaluate("map", two); }),
            "metric::map: predictions have 2 columns, but it takes one.");
}

}  // namespace
}  // namespace linden
