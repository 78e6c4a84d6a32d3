// The bins of categories: how many rows a category is trusted with, and what shares a bin where there are too many.
#include "boosting/bins/category_bins.hpp"

#include <gtest/gtest.h>

#include <array>
#include <map>

#include "boosting/random_data.hpp"
#include "growth.hpp"

namespace linden {
namespace {

// A column and its slopes, at scores of zero: gradient -label, curvature 1 or as given.
struct Task {
  std::vector<double> codes, labels;
  std::vector<float> gradients, curvatures;
  int categories = 0;

  void add(int code, double label, float curvature = 1) {
    codes.push_back(code);
    labels.push_back(label);
    gradients.push_back(static_cast<float>(-label) * curvature);
    curvatures.push_back(curvature);
    categories = std::max(categories, code + 1);
  }
  Dataset dataset() const {
    RandomData data;
    add_codes(data, codes, categories);
    data.label = labels;
    return data.dataset();
  }
  Cuts cuts(int max_bins = 256) const {
    const RowSlopes slopes[] = {{gradients, curvatures}};
    return cuts(max_bins, slopes);
  }
  Cuts cuts(int max_bins, std::span<const RowSlopes> slopes) const {
    const Dataset data = dataset();
    CategoryCounts counts(categories, slopes);
    counts.add(view_of(data.columns()[0]), data.rows(), 0);
    return counts.cuts(max_bins);
  }
};

// Labels that the category decides, but for noise of one.
Task decided(int categories, int rows, double spread = 10, std::uint64_t seed = 1) {
  Random random(seed);
  std::vector<double> means;
  for (int c = 0; c < categories; ++c) means.push_back(spread * random.normal());
  Task task;
  for (int i = 0; i < rows; ++i)
    for (int c = 0; c < categories; ++c) task.add(c, means[c] + random.normal());
  return task;
}

TEST(CategoryBins, TrustIsTheAnalysisOfVariance) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    Random random(seed);
    Task task;
    const int categories = 2 + random.below(30);
    const double spread = random.one_of({0.0, 0.1, 1.0, 10.0});
    for (int row = 0; row < 20 + random.below(300); ++row) {
      const int code = random.below(categories + 1) - 1;
      const auto curvature = random.chance(0.1) ? 0.0f : static_cast<float>(random.uniform());
      task.add(code, spread * std::sin(code) + random.normal(), curvature);
    }
    task.categories = categories;
    const double wanted = reference::trusted_rows({task.codes, true}, task.gradients, task.curvatures);
    const double found = task.cuts().trusted_rows;
    if (std::isinf(wanted))
      EXPECT_EQ(found, wanted) << "seed " << seed;
    else
      EXPECT_NEAR(found, wanted, 1e-9 * wanted) << "seed " << seed;
  }
}

TEST(CategoryBins, TrustIsEightTimesNoiseOverSpread) {
  EXPECT_NEAR(decided(2000, 20, 2).cuts().trusted_rows, 8 * 1.0 / 4, 0.2);
  EXPECT_NEAR(decided(2000, 20, 0.5).cuts().trusted_rows, 8 * 1.0 / 0.25, 3.2);
  Task one_row_each;
  for (int c = 0; c < 500; ++c) one_row_each.add(c, c);
  EXPECT_TRUE(std::isinf(one_row_each.cuts().trusted_rows));
}

TEST(CategoryBins, TheOutputThatCategoriesTellMostOfCounts) {
  const Task telling = decided(10, 30), silent = decided(10, 30, 0, 2);
  const RowSlopes slopes[] = {{silent.gradients, silent.curvatures}, {telling.gradients, telling.curvatures}};
  EXPECT_EQ(telling.cuts(256, slopes).trusted_rows, telling.cuts().trusted_rows);
}

TEST(CategoryBins, WithoutTrustTheRarestShareTheLast) {
  Task task;
  for (int code = 0; code < 10; ++code)
    for (int i = 0; i < 3 * code + 1; ++i) task.add(code, i % 2 == 0 ? 1 : -1);
  const Cuts cuts = task.cuts(4);
  EXPECT_EQ(cuts.bins, 4);
  EXPECT_EQ(cuts.bin_of, (std::vector<std::uint8_t>{3, 3, 3, 3, 3, 3, 3, 2, 1, 0}));
  EXPECT_EQ(cuts.first_code, (std::vector<int>{9, 8, 7, 0}));
}

// Ward's method on a line, by brute force.
std::vector<std::vector<int>> ward(const Task& task, std::size_t count) {
  struct Group {
    double sum, rows;
    std::vector<int> codes;
  };
  std::map<int, Group> by_code;
  for (std::size_t i = 0; i < task.codes.size(); ++i) {
    Group& group = by_code[static_cast<int>(task.codes[i])];
    group.sum += task.gradients[i];
    ++group.rows;
  }
  std::vector<Group> groups;
  for (auto& [code, group] : by_code) groups.push_back({group.sum, group.rows, {code}});
  std::ranges::sort(groups, {}, [](const Group& g) { return g.sum / g.rows; });
  while (groups.size() > count) {
    const auto loss = [&](std::size_t i) {
      const Group &a = groups[i], &b = groups[i + 1];
      return a.sum * a.sum / a.rows + b.sum * b.sum / b.rows - (a.sum + b.sum) * (a.sum + b.sum) / (a.rows + b.rows);
    };
    std::size_t least = 0;
    for (std::size_t i = 1; i + 1 < groups.size(); ++i)
      if (loss(i) < loss(least)) least = i;
    groups[least].sum += groups[least + 1].sum;
    groups[least].rows += groups[least + 1].rows;
    for (const int code : groups[least + 1].codes) groups[least].codes.push_back(code);
    groups.erase(groups.begin() + static_cast<std::ptrdiff_t>(least) + 1);
  }
  std::vector<std::vector<int>> result;
  for (Group& group : groups) {
    std::ranges::sort(group.codes);
    result.push_back(group.codes);
  }
  std::ranges::sort(result);
  return result;
}

TEST(CategoryBins, TrustedNeighboursByTheirMeanShareBins) {
  for (const int bins : {4, 17, 100}) {
    const Task task = decided(300, 7);
    const Cuts cuts = task.cuts(bins);
    EXPECT_EQ(cuts.bins, bins);
    std::vector<std::vector<int>> groups(static_cast<std::size_t>(bins));
    for (int code = 0; code < 300; ++code) groups[cuts.bin_of[code]].push_back(code);
    std::ranges::sort(groups);
    EXPECT_EQ(groups, ward(task, static_cast<std::size_t>(bins))) << bins;
  }
}

TEST(CategoryBins, RowsWithoutTrustShareTheLastBesideThem) {
  Task task = decided(300, 12, 1);
  task.add(300, 5);
  const Cuts cuts = task.cuts(50);
  EXPECT_EQ(cuts.bins, 50);
  EXPECT_EQ(cuts.bin_of[300], 49);
  EXPECT_EQ(cuts.first_code[49], 300);
}

double error(const BoostedModel& model, const Task& task) {  // to the true means of a category
  std::vector<double> sums(static_cast<std::size_t>(task.categories)), rows(sums);
  for (std::size_t i = 0; i < task.codes.size(); ++i) {
    sums[static_cast<std::size_t>(task.codes[i])] += task.labels[i];
    ++rows[static_cast<std::size_t>(task.codes[i])];
  }
  double squares = 0;
  for (int c = 0; c < task.categories; ++c) {
    double prediction = 0;
    model.predict_row(std::vector<double>{static_cast<double>(c)}, std::span(&prediction, 1));
    squares += std::pow(prediction - sums[c] / rows[c], 2);
  }
  return std::sqrt(squares / task.categories);
}

// The means of the rows are the best that can be known: XGBoost's predictions lie as near to them.
TEST(CategoryBins, ManyCategoriesOfFewRowsAreLearnt) {
  EXPECT_LT(error(fit_boosted(decided(101, 49).dataset(), {.rounds = 100}), decided(101, 49)), 0.02);
  EXPECT_LT(error(fit_boosted(decided(300, 15).dataset(), {.rounds = 100}), decided(300, 15)), 0.07);
  EXPECT_LT(error(fit_boosted(decided(1000, 30).dataset(), {.rounds = 100}), decided(1000, 30)),
            0.07);  // more than bins
}

// At C, 2C and 4C categories of two rows each, the time and the file grow with an exponent of 1.2 at most.
TEST(CategoryBins, TimeAndFileGrowInProportion) {
  constexpr double limit = 1.2;
  const Dataset data[] = {decided(10'000, 2, 1).dataset(), decided(20'000, 2, 1).dataset(),
                          decided(40'000, 2, 1).dataset()};
  std::array<double, 3> bytes{};
  EXPECT_LT(growth(limit,
                   [&](int i) {
                     const std::string text = fit_boosted(data[i], {.rounds = 3}, {.threads = 1}).to_string();
                     bytes[static_cast<std::size_t>(i)] = static_cast<double>(text.size());
                     BoostedModel::from_string(text).predict(data[i]);
                   }),
            limit);
  EXPECT_LT(fitted_exponent(bytes), limit);
}

}  // namespace
}  // namespace linden
