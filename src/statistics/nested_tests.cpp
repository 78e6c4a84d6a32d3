// Tests of nested models: likelihood ratio, Wald and score.
#include <algorithm>
#include <cmath>
#include <limits>
#include <linden/statistics.hpp>
#include <ostream>

#include "base/fail.hpp"
#include "base/out_of_memory.hpp"
#include "linear/model.hpp"
#include "statistics/columns_of_fit.hpp"
#include "statistics/distributions.hpp"
#include "statistics/fitted_rows.hpp"

namespace linden {
namespace {

constexpr double chi_square = std::numeric_limits<double>::infinity();

/// `statistic` is chi-square; F of it where df2 is finite.
TestResult result_of(std::string name, double statistic, double df, double df2) {
  TestResult test{std::move(name), statistic, df, df2, 0};
  if (df2 < chi_square) {
    test.statistic /= df;
    test.p_value = snedecor_tail(test.statistic, df, df2);
  } else {
    test.p_value = chi_square_tail(statistic, df);
  }
  return test;
}

void check_nested(const LinearModel& smaller, const LinearModel& larger) {
  constexpr const char* where = "likelihood_ratio_test";
  const auto has_same_loss = [&] {
    const auto a = smaller.loss().parameters(), b = larger.loss().parameters();
    return smaller.loss().name() == larger.loss().name() && smaller.loss().link() == larger.loss().link() &&
           std::ranges::equal(a, b);
  };
  if (smaller.empty() || larger.empty()) fail<ArgumentError>("{}: a model is empty.", where);
  if (!has_same_loss())
    fail<ArgumentError>("{}: the models have losses \"{}\" and \"{}\", or their parameters differ.", where,
                        smaller.loss().name(), larger.loss().name());
  for (const std::string& name : smaller.feature_names())
    if (std::ranges::find(larger.feature_names(), name) == larger.feature_names().end())
      fail<ArgumentError>("{}: the smaller model has column \"{}\", which the larger one does not have.", where, name);
  if (smaller.config().intercept && !larger.config().intercept)
    fail<ArgumentError>("{}: the smaller model has an intercept, and the larger one has none.", where);
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const TestResult& test) try {
  const bool is_f = test.degrees_of_freedom2 < chi_square;
  return out << fmt::format("{} test: {} = {:.5g}, df = {}{}, p-value = {:.4g}\n", test.name, is_f ? "F" : "chi-square",
                            test.statistic, test.degrees_of_freedom,
                            is_f ? fmt::format(" and {}", test.degrees_of_freedom2) : "", test.p_value);
} catch (const std::bad_alloc&) {
  fail_out_of_memory("operator<<");
}

TestResult likelihood_ratio_test(const LinearModel& fewer, const LinearModel& more, const Dataset& data,
                                 const StatisticsOptions& options) try {
  constexpr const char* where = "likelihood_ratio_test";
  const auto [smaller, rows_of_smaller] = ColumnsOfFit(where, fewer, data, options.threads);
  const auto [larger, rows_of_larger] = ColumnsOfFit(where, more, data, options.threads);
  check_nested(smaller, larger);
  if (rows_of_smaller.rows() != rows_of_larger.rows())
    fail<ArgumentError>(
        "{}: the smaller model leaves out other rows for missing values than the larger one. Hint: fit both to the "
        "rows that lack nothing.",
        where);
  if (!Family(larger.loss()).has_likelihood())
    fail<ArgumentError>("{}: loss \"{}\" has no likelihood. Hint: wald_test.", where, larger.loss().name());
  const FittedRows small(where, smaller, rows_of_smaller, without_sandwich(options), Wanted::errors);
  const FittedRows large(where, larger, rows_of_larger, without_sandwich(options), Wanted::errors);
  const double df = small.residual_df() - large.residual_df();
  if (!(df > 0)) fail<ArgumentError>("{}: the larger model has no more weights than the smaller one.", where);
  const auto [dispersion, is_estimated] = large.dispersion();
  return result_of("likelihood ratio", std::max(0.0, small.deviance() - large.deviance()) / dispersion, df,
                   is_estimated ? large.residual_df() : chi_square);
} catch (const std::bad_alloc&) {
  fail_out_of_memory("likelihood_ratio_test");
}

TestResult wald_test(const FitStatistics& fit, const NameList& columns) try {
  std::vector<double> matrix;
  std::size_t rows = 0;
  for (const std::string& name : columns) {
    bool is_known = false;
    for (std::size_t i = 0; i < fit.coefficients.size(); ++i) {
      if (fit.coefficients[i].name != name) continue;
      is_known = true;
      if (fit.coefficients[i].is_left_out) fail<ArgumentError>("wald_test: column \"{}\" is left out.", name);
      matrix.resize(++rows * fit.coefficients.size());
      matrix[(rows - 1) * fit.coefficients.size() + i] = 1;
    }
    if (!is_known) fit.coefficient(name);  // says so
  }
  const std::vector<double> zeros(rows);
  return wald_test(fit, matrix, zeros);
} catch (const std::bad_alloc&) {
  fail_out_of_memory("wald_test");
}

TestResult wald_test(const FitStatistics& fit, std::span<const double> matrix, std::span<const double> values) try {
  const std::size_t size = fit.coefficients.size(), n = values.size();
  if (n == 0 || matrix.size() != n * size)
    fail<ArgumentError>("wald_test: a matrix of {} numbers and {} values, but the fit has {} coefficients.",
                        matrix.size(), n, size);
  // x = L b - values, and L V L' = C C'.
  std::vector<double> x(n), half(n * size), c(n * n);
  for (std::size_t i = 0; i < n; ++i) {
    x[i] = -values[i];
    for (std::size_t j = 0; j < size; ++j) {
      if (matrix[i * size + j] == 0) continue;
      x[i] += matrix[i * size + j] * fit.coefficients[j].estimate;
      for (std::size_t k = 0; k < size; ++k) half[i * size + k] += matrix[i * size + j] * fit.covariance[j * size + k];
    }
  }
  double statistic = 0;
  for (std::size_t i = 0; i < n; ++i) {
    double norm = 0;
    for (std::size_t j = 0; j <= i; ++j) {
      double sum = 0;
      for (std::size_t k = 0; k < size; ++k) sum += half[i * size + k] * matrix[j * size + k];
      if (i == j) norm = sum;
      for (std::size_t k = 0; k < j; ++k) sum -= c[i * n + k] * c[j * n + k];
      if (i == j && !(sum > 1e-12 * norm))
        fail<ArgumentError>(
            "wald_test: row {} of the matrix depends on those before it, or on columns that are left "
            "out.",
            i);
      c[i * n + j] = i == j ? std::sqrt(sum) : sum / c[j * n + j];
    }
    for (std::size_t k = 0; k < i; ++k) x[i] -= c[i * n + k] * x[k];
    x[i] /= c[i * n + i];
    statistic += x[i] * x[i];
  }
  return result_of("Wald", statistic, static_cast<double>(n), fit.degrees_of_freedom);
} catch (const std::bad_alloc&) {
  fail_out_of_memory("wald_test");
}

TestResult score_test(const LinearModel& model, const Dataset& data, const NameList& further_columns,
                      const StatisticsOptions& options) try {
  constexpr const char* where = "score_test";
  if (!model.empty() && model.state().recipe)
    fail<ArgumentError>(
        "{}: the model makes columns of text or by a formula, and further ones are not known to it. Hint: a fit with "
        "them, and likelihood_ratio_test.",
        where);
  const FittedRows rows(where, model, data, without_sandwich(options), Wanted::distribution, further_columns);
  const std::size_t n = rows.rank();
  std::vector<double> slopes(n);
  rows.each_block([&](std::size_t first, std::size_t count, const double* values) {
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t r = 0; r < count; ++r)
        slopes[i] -= rows.weight(first + r) * rows.slope(first + r) * values[i * FittedRows::block_rows + r];
  });
  double statistic = 0, added = 0;
  const std::vector<double>& inverse = rows.inverse_triangle();
  for (std::size_t j = 0; j < n; ++j) {
    double t = 0;
    for (std::size_t i = 0; i <= j; ++i) t += inverse[i * n + j] * slopes[i];
    statistic += t * t;
    const int column = rows.places()[j];
    if (column != rows.design().columns() && rows.feature_of(column) >= static_cast<int>(model.feature_names().size()))
      ++added;
  }
  if (added == 0) fail<ArgumentError>("{}: no further column that varies on its own.", where);
  Dispersion kind = options.dispersion;
  if (kind == Dispersion::automatic) kind = rows.family().has_dispersion() ? Dispersion::pearson : Dispersion::one;
  const double df = rows.residual_df() + added;
  if (kind != Dispersion::one) statistic /= (kind == Dispersion::pearson ? rows.pearson_sum() : rows.deviance()) / df;
  return result_of("score", statistic, added, chi_square);
} catch (const std::bad_alloc&) {
  fail_out_of_memory("score_test");
}

}  // namespace linden
