// row_statistics(): what each row does to the fit.
#include <cmath>
#include <linden/statistics.hpp>

#include "base/out_of_memory.hpp"
#include "statistics/columns_of_fit.hpp"
#include "statistics/covariance.hpp"
#include "statistics/raw_units.hpp"

namespace linden {

RowStatistics row_statistics(const LinearModel& fitted, const Dataset& of_fit, const StatisticsOptions& options) try {
  const ColumnsOfFit columns_of("row_statistics", fitted, of_fit, options.threads);
  const LinearModel& model = columns_of.model;
  const Dataset& data = columns_of.data;
  const FittedRows rows("row_statistics", model, data, without_sandwich(options), Wanted::distribution);
  const auto [dispersion, is_estimated] = rows.dispersion();
  const double df = rows.residual_df(), p = static_cast<double>(rows.rank());
  const double deviance = rows.deviance();
  RowStatistics result;
  result.leverage = leverages(rows);
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    const double mean = rows.mean(row), weight = rows.weight(row), h = result.leverage[row], rest = 1 - h;
    const double variance = rows.family().variance(mean), residual = rows.label(row) - mean;
    const double pearson = variance > 0 ? residual * std::sqrt(weight / variance) : 0;
    const double deviance_size = deviance_residual(rows, row);
    // Of copies what follows is of one of them, as its leverage is.
    const double copies = rows.is_copies() && weight > 0 ? std::sqrt(weight) : 1;
    const double one_pearson = pearson / copies, one_deviance = deviance_size / copies;
    const double standard_pearson = one_pearson / std::sqrt(dispersion * rest);
    const double standard_deviance = one_deviance / std::sqrt(dispersion * rest);
    result.mean.push_back(mean);
    result.response_residual.push_back(residual);
    result.pearson_residual.push_back(pearson);
    result.deviance_residual.push_back(deviance_size);
    result.standardised_pearson.push_back(standard_pearson);
    result.standardised_deviance.push_back(standard_deviance);
    result.cooks_distance.push_back(standard_pearson * standard_pearson * h / (rest * p));
    // Williams: the fall of the deviance without the row, to first order.
    const double fall = one_deviance * one_deviance + one_pearson * one_pearson * h / rest;
    const double scale = is_estimated ? (deviance - one_deviance * one_deviance / rest) / (df - 1) : 1;
    // R takes the deviance for the dispersion here; of the normal distribution both are the same.
    result.studentised.push_back(std::copysign(
        rows.family().is_normal() ? std::abs(one_deviance) / std::sqrt(scale * rest) : std::sqrt(fall / scale),
        deviance_size));
  }
  return result;
} catch (const std::bad_alloc&) {
  fail_out_of_memory("row_statistics");
}

}  // namespace linden
