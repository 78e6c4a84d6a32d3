// Influence of rows, against what it stands for: the hat matrix, and fits without a row.
#include <gtest/gtest.h>

#include <cmath>
#include <linden/statistics.hpp>
#include <numeric>

#include "statistics/small_data.hpp"

namespace linden {
namespace {

Dataset without_row(const Dataset& data, std::int64_t row) {
  std::vector<std::int64_t> rows;
  for (std::int64_t i = 0; i < data.rows(); ++i)
    if (i != row) rows.push_back(i);
  return data.take(rows);
}

TEST(RowStatistics, OfTheSquaredLossAreThoseOfFitsWithoutTheRow) {
  const Dataset data = small::numbers(24, true);
  const LinearConfig config{.loss = loss::squared(), .tolerance = 1e-14};
  const LinearModel model = fit_linear(data, config);
  const StatisticsOptions options{.weights = WeightMeaning::precisions};
  const RowStatistics rows = row_statistics(model, data, options);
  const FitStatistics fit = statistics(model, data, options);
  EXPECT_NEAR(std::accumulate(rows.leverage.begin(), rows.leverage.end(), 0.0), 4, 1e-12);
  const auto labels = data.label().span<const double>(), weights = data.weight().span<const double>();
  const Tensor all = model.predict(data);
  for (std::int64_t i = 0; i < data.rows(); ++i) {
    const auto row = static_cast<std::size_t>(i);
    const Dataset others = without_row(data, i);
    const LinearModel less = fit_linear(others, config);
    const Tensor without = less.predict(data);
    const double off = labels[row] - without.span<const double>()[row];
    // The residual without the row is that with it over 1 - leverage; over its deviation it is the studentised one.
    EXPECT_NEAR(rows.response_residual[row] / (1 - rows.leverage[row]), off, 1e-9 * std::abs(off));
    const double deviation =
        std::sqrt(statistics(less, others, options).dispersion / weights[row] * (1 - rows.leverage[row]));
    EXPECT_NEAR(rows.studentised[row], rows.response_residual[row] / deviation, 1e-8);
    // Cook's distance is the change of all predictions.
    double moved = 0;
    for (std::size_t k = 0; k < labels.size(); ++k) {
      const double change = all.span<const double>()[k] - without.span<const double>()[k];
      moved += weights[k] * change * change;
    }
    EXPECT_NEAR(rows.cooks_distance[row], moved / (4 * fit.dispersion), 1e-8);
    EXPECT_DOUBLE_EQ(rows.standardised_pearson[row], rows.standardised_deviance[row]);
  }
}

TEST(RowStatistics, OfCountsSumToWhatTheFitSays) {
  const Dataset data = small::counts(60);
  const LinearModel model = fit_linear(data, {.loss = loss::poisson(), .tolerance = 1e-14});
  const RowStatistics rows = row_statistics(model, data);
  const FitStatistics fit = statistics(model, data);
  double deviance = 0, pearson = 0;
  for (std::size_t i = 0; i < rows.mean.size(); ++i) {
    deviance += rows.deviance_residual[i] * rows.deviance_residual[i];
    pearson += rows.pearson_residual[i] * rows.pearson_residual[i];
    EXPECT_EQ(rows.deviance_residual[i] < 0, rows.response_residual[i] < 0);
    EXPECT_GE(rows.leverage[i], 0);
    EXPECT_LE(rows.leverage[i], 1);
  }
  EXPECT_NEAR(deviance, fit.deviance, 1e-10);
  EXPECT_NEAR(pearson / fit.residual_df, fit.pearson_dispersion, 1e-12);
  EXPECT_NEAR(std::accumulate(rows.leverage.begin(), rows.leverage.end(), 0.0), fit.rank, 1e-10);
}

TEST(RowStatistics, OfCopiesAreThoseOfTheCopies) {
  const Dataset data = small::numbers(20, true);
  std::vector<std::int64_t> copies;
  for (std::int64_t i = 0; i < data.rows(); ++i)
    for (int k = 0; k < data.weight().span<const double>()[static_cast<std::size_t>(i)]; ++k) copies.push_back(i);
  const Dataset all = data.take(copies).with_weight({});
  const LinearConfig config{.loss = loss::squared(), .tolerance = 1e-14};
  const RowStatistics weighted = row_statistics(fit_linear(data, config), data);
  const RowStatistics copied = row_statistics(fit_linear(all, config), all);
  for (std::size_t k = 0; k < copies.size(); ++k) {
    const auto row = static_cast<std::size_t>(copies[k]);
    EXPECT_NEAR(weighted.leverage[row], copied.leverage[k], 1e-10);
    EXPECT_NEAR(weighted.cooks_distance[row], copied.cooks_distance[k], 1e-9);
    EXPECT_NEAR(weighted.studentised[row], copied.studentised[k], 1e-8);
    EXPECT_NEAR(weighted.standardised_deviance[row], copied.standardised_deviance[k], 1e-8);
  }
}

}  // namespace
}  // namespace linden
