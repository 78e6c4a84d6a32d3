#include "statistics/covariance.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "backend/backend.hpp"
#include "base/fail.hpp"
#include "linear/design/device_design.hpp"
#include "linear/design/host_passes.hpp"
#include "linear/objective/hessian.hpp"

namespace linden {
namespace {

using SquareMatrix = std::vector<double>;  // [n, n]

/// A A', for an upper triangle.
SquareMatrix times_transposed(const SquareMatrix& a, std::size_t n) {
  SquareMatrix result(n * n);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = i; j < n; ++j) {
      double sum = 0;
      for (std::size_t k = j; k < n; ++k) sum += a[i * n + k] * a[j * n + k];
      result[i * n + j] = result[j * n + i] = sum;
    }
  return result;
}

/// V B V, symmetric all.
SquareMatrix sandwich(const SquareMatrix& v, const SquareMatrix& b, std::size_t n) {
  SquareMatrix half(n * n), result(n * n);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t k = 0; k < n; ++k)
      for (std::size_t j = 0; j < n; ++j) half[i * n + j] += v[i * n + k] * b[k * n + j];
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t k = 0; k < n; ++k)
      for (std::size_t j = 0; j < n; ++j) result[i * n + j] += half[i * n + k] * v[k * n + j];
  return result;
}

/// Of softmax: the information over all outputs but the first, inverted by Cholesky.
SquareMatrix inverse_multinomial(const FittedRows& rows) {
  const Design& design = rows.design();
  const auto outputs = static_cast<std::size_t>(rows.outputs()), n = rows.rows();
  const auto width = static_cast<std::size_t>(design.view().width());
  std::vector<double> shares(outputs * n), weights(n);
  for (std::size_t row = 0; row < n; ++row) {
    weights[row] = rows.weight(row);
    for (std::size_t k = 0; k < outputs; ++k) shares[k * n + row] = rows.share(row, static_cast<int>(k));
  }
  const Backend& cpu = backend_of(Device::cpu());
  DeviceContext context(Device::cpu(), rows.workers());
  DeviceDesign device(cpu, context, design, false, {});
  Hessian hessian(cpu, context, design, device, rows.outputs(), true, std::int64_t{1} << 30);
  // A penalty that no digit shows: without any the Hessian would also settle what softmax does not, the sum of outputs.
  const std::vector<double> nearly_none(width, std::numeric_limits<double>::min());
  hessian.set_diagonal({nearly_none, nearly_none});
  hessian.form(shares.data(), {weights.data(), 1});
  const std::vector<double> all = hessian.copy();
  const std::size_t rank = rows.rank(), size = (outputs - 1) * rank, stride = outputs * width;
  const auto place = [&](std::size_t i) {
    return (i / rank + 1) * width + static_cast<std::size_t>(rows.places()[i % rank]);
  };
  SquareMatrix factor(size * size), inverse(size * size);
  for (std::size_t i = 0; i < size; ++i)
    for (std::size_t j = 0; j <= i; ++j) {
      double sum = all[std::max(place(i), place(j)) * stride + std::min(place(i), place(j))];
      for (std::size_t k = 0; k < j; ++k) sum -= factor[i * size + k] * factor[j * size + k];
      if (i == j && !(sum > 0))
        fail<DataError>(
            "{}: the information of the weights is singular: columns depend on one another, or classes "
            "are separated. Hint: fewer columns.",
            rows.where());
      factor[i * size + j] = i == j ? std::sqrt(sum) : sum / factor[j * size + j];
    }
  // The inverse's transpose is the upper triangle M with M M' = (L L')^-1.
  for (std::size_t j = 0; j < size; ++j)
    for (std::size_t i = j; i < size; ++i) {
      double sum = i == j ? 1 : 0;
      for (std::size_t k = j; k < i; ++k) sum -= factor[i * size + k] * inverse[j * size + k];
      inverse[j * size + i] = sum / factor[i * size + i];
    }
  return times_transposed(inverse, size);
}

/// The sum of squares of slopes' products with the rows, of one score: by the triangle of the rows.
SquareMatrix meat_of_rows(const FittedRows& rows) {
  const Covariance kind = rows.options().covariance;
  const bool by_leverage = kind == Covariance::hc2 || kind == Covariance::hc3;
  const std::vector<double> leverage = by_leverage ? leverages(rows) : std::vector<double>();
  std::vector<double> weights(rows.rows());
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    const double rest = by_leverage ? 1 - leverage[row] : 1, weight = rows.weight(row);
    const double square = rows.slope(row) * rows.slope(row) * (rows.is_copies() ? weight : weight * weight);
    weights[row] = square / (kind == Covariance::hc3 ? rest * rest : rest);
    if (!std::isfinite(weights[row]))
      weights[row] = 0;  // leverage 1: a row that alone decides its weight has no residual
  }
  const std::vector<double> none(rows.rows());
  const std::vector<double> r = host_triangle(rows.design(), rows.workers(), {weights.data(), 1}, none);
  const std::size_t n = rows.rank(), width = static_cast<std::size_t>(rows.design().view().width()) + 1;
  SquareMatrix meat(n * n);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      const auto a = static_cast<std::size_t>(rows.places()[i]), b = static_cast<std::size_t>(rows.places()[j]);
      for (std::size_t k = 0; k <= std::min(a, b); ++k) meat[i * n + j] += r[k * width + a] * r[k * width + b];
    }
  return meat;
}

/// Of each row the number of its cluster, counted from 0; every row is one by itself without clusters.
std::vector<std::size_t> cluster_of_rows(const FittedRows& rows) {
  std::vector<std::size_t> numbers;
  const auto given = rows.options().clusters.span();
  if (rows.options().covariance != Covariance::clustered) {
    for (std::size_t row = 0; row < rows.rows(); ++row) numbers.push_back(row);
    return numbers;
  }
  if (given.size() != rows.rows())
    fail<ArgumentError>("{}: covariance clustered wants a cluster for each of the {} rows, and there are {}.",
                        rows.where(), rows.rows(), given.size());
  for (std::size_t row = 0; row < given.size(); ++row)
    if (std::isnan(given[row]))
      fail<ArgumentError>("{}: the cluster of row {} is nan. Hint: a number of its own for a row of no cluster.",
                          rows.where(), row);
  std::map<double, std::size_t> known;
  for (const double id : given) numbers.push_back(known.emplace(id, known.size()).first->second);
  return numbers;
}

/// The sum over clusters of the squares of their sums.
SquareMatrix meat_of_clusters(const FittedRows& rows) {
  const std::vector<std::size_t> cluster = cluster_of_rows(rows);
  const bool is_clustered = rows.options().covariance == Covariance::clustered;
  const std::size_t rank = rows.rank(), first_output = rows.family().is_multinomial() ? 1 : 0;
  const std::size_t size = rank * static_cast<std::size_t>(rows.free_outputs());
  std::vector<double> sums((1 + *std::ranges::max_element(cluster)) * size);
  rows.each_block([&](std::size_t first, std::size_t count, const double* values) {
    for (std::size_t r = 0; r < count; ++r) {
      const std::size_t row = first + r;
      // A copy alone is a row: so many squares of one.
      const double weight = rows.is_copies() && !is_clustered ? std::sqrt(rows.weight(row)) : rows.weight(row);
      double* const to = sums.data() + cluster[row] * size;
      for (std::size_t k = 0; k < static_cast<std::size_t>(rows.free_outputs()); ++k) {
        const double slope = weight * rows.slope(row, static_cast<int>(k + first_output));
        for (std::size_t i = 0; i < rank; ++i) to[k * rank + i] += slope * values[i * FittedRows::block_rows + r];
      }
    }
  });
  SquareMatrix meat(size * size);
  for (std::size_t begin = 0; begin < sums.size(); begin += size)
    for (std::size_t i = 0; i < size; ++i)
      for (std::size_t j = 0; j < size; ++j) meat[i * size + j] += sums[begin + i] * sums[begin + j];
  return meat;
}

}  // namespace

std::vector<double> inverse_information(const FittedRows& rows) {
  return rows.family().is_multinomial() ? inverse_multinomial(rows)
                                        : times_transposed(rows.inverse_triangle(), rows.rank());
}

std::size_t cluster_count(const FittedRows& rows) {
  const std::vector<std::size_t> cluster = cluster_of_rows(rows);
  return 1 + *std::ranges::max_element(cluster);
}

std::vector<double> leverages(const FittedRows& rows) {
  std::vector<double> result(rows.rows());
  const std::size_t n = rows.rank();
  const std::vector<double>& inverse = rows.inverse_triangle();
  std::vector<double> t(FittedRows::block_rows);
  rows.each_block([&](std::size_t first, std::size_t count, const double* values) {
    for (std::size_t j = 0; j < n; ++j) {  // R'^-1 x, place by place
      std::fill(t.begin(), t.end(), 0.0);
      for (std::size_t i = 0; i <= j; ++i) {
        const double factor = inverse[i * n + j];
        for (std::size_t r = 0; r < count; ++r) t[r] += factor * values[i * FittedRows::block_rows + r];
      }
      for (std::size_t r = 0; r < count; ++r) result[first + r] += t[r] * t[r];
    }
  });
  for (std::size_t row = 0; row < rows.rows(); ++row)
    result[row] = std::min(1.0, result[row] * rows.fisher(row) * (rows.is_copies() ? 1 : rows.weight(row)));
  return result;
}

std::vector<double> covariance_of(const FittedRows& rows, double dispersion) {
  SquareMatrix v = inverse_information(rows);
  const Covariance kind = rows.options().covariance;
  if (kind == Covariance::classical) {
    for (double& value : v) value *= dispersion;
    return v;
  }
  const std::size_t size = rows.rank() * static_cast<std::size_t>(rows.free_outputs());
  const bool by_rows = kind != Covariance::clustered && !rows.family().is_multinomial();
  SquareMatrix result = sandwich(v, by_rows ? meat_of_rows(rows) : meat_of_clusters(rows), size);
  double factor = 1;
  const double n = rows.count(), df = rows.residual_df();
  if (kind == Covariance::hc1) factor = n / df;
  if (kind == Covariance::clustered) {
    const auto groups = static_cast<double>(cluster_count(rows));
    if (groups < 2) fail<ArgumentError>("{}: covariance clustered wants two clusters or more.", rows.where());
    factor = groups / (groups - 1) * (n - 1) / df;
  }
  if (!(factor > 0 && std::isfinite(factor)))
    fail<DataError>("{}: {} rows and {} weights leave no degree of freedom for covariance {}. Hint: hc0.", rows.where(),
                    n, size, name_of(kind));
  for (double& value : result) value *= factor;
  return result;
}

}  // namespace linden
