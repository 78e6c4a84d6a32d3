#include "linear/design/moments.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "backend/raw_value.hpp"

namespace linden {
namespace {

constexpr std::int64_t chunk_rows = 4096;
constexpr std::int64_t most_chunks = 16;  // of the sums over entries of sparse rows: each has one an entry of a row

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

// Row-major memory, whose rows are best read whole.
bool is_row_major(std::span<const ColumnView> columns) {
  const std::size_t size = columns[0].dtype == DType::f32 ? sizeof(float) : sizeof(double);
  for (std::size_t j = 0; j < columns.size(); ++j)
    if (columns[j].values != static_cast<const char*>(columns[0].values) + j * size ||
        columns[j].stride != columns[0].stride || columns[j].dtype != columns[0].dtype)
      return false;
  return columns.size() > 1;
}

/// Sums over rows, column by column.
struct Sums {
  std::vector<double> first, second, largest;

  explicit Sums(std::size_t columns) : first(columns), second(columns), largest(columns) {}
  void add(const Sums& other) {
    for (std::size_t j = 0; j < first.size(); ++j) {
      first[j] += other.first[j];
      second[j] += other.second[j];
      largest[j] = std::max(largest[j], other.largest[j]);
    }
  }
};

template <class T>
void add_rows(const T* x, std::int64_t stride, std::int64_t begin, std::int64_t end, const double* weights,
              const double* reference, Sums& sums) {
  const std::size_t columns = sums.first.size();
  double* const first = sums.first.data();
  double* const second = sums.second.data();
  for (std::int64_t row = begin; row < end; ++row) {
    const T* const values = x + row * stride;
    const double w = weights != nullptr ? weights[row] : 1.0;
    for (std::size_t j = 0; j < columns; ++j) {
      const double d = static_cast<double>(values[j]) - reference[j], wd = w * d;
      first[j] += wd;
      second[j] += wd * d;
    }
  }
}

template <class T>
void add_column(const T* x, std::int64_t stride, std::int64_t begin, std::int64_t end, const double* weights,
                double reference, double& first, double& second) {
  double sum[4] = {}, square[4] = {};
  const auto add = [&](std::int64_t row, int lane) {
    const double d = static_cast<double>(x[row * stride]) - reference;
    const double wd = (weights != nullptr ? weights[row] : 1.0) * d;
    sum[lane] += wd;
    square[lane] += wd * d;
  };
  std::int64_t row = begin;
  for (; row + 4 <= end; row += 4)
    for (int lane = 0; lane < 4; ++lane) add(row + lane, lane);
  for (; row < end; ++row) add(row, 0);
  first += (sum[0] + sum[1]) + (sum[2] + sum[3]);
  second += (square[0] + square[1]) + (square[2] + square[3]);
}

Sums sums_about(std::span<const ColumnView> columns, std::int64_t rows, const double* weights,
                const std::vector<double>& reference, Workers& workers) {
  const std::int64_t chunks = (rows + chunk_rows - 1) / chunk_rows, together = (chunks + 63) / 64;
  std::vector<Sums> partial(at((chunks + together - 1) / together), Sums(columns.size()));
  const bool by_row = is_row_major(columns);
  workers.chunks(rows, chunk_rows * together, [&](std::int64_t begin, std::int64_t end, std::int64_t chunk, int) {
    Sums& sums = partial[at(chunk)];
    if (by_row) {
      if (columns[0].dtype == DType::f32)
        add_rows(static_cast<const float*>(columns[0].values), columns[0].stride, begin, end, weights, reference.data(),
                 sums);
      else
        add_rows(static_cast<const double*>(columns[0].values), columns[0].stride, begin, end, weights,
                 reference.data(), sums);
      return;
    }
    for (std::size_t j = 0; j < columns.size(); ++j) {
      const ColumnView& c = columns[j];
      if (c.dtype == DType::f32)
        add_column(static_cast<const float*>(c.values), c.stride, begin, end, weights, reference[j], sums.first[j],
                   sums.second[j]);
      else
        add_column(static_cast<const double*>(c.values), c.stride, begin, end, weights, reference[j], sums.first[j],
                   sums.second[j]);
    }
  });
  for (std::size_t chunk = 1; chunk < partial.size(); ++chunk) partial[0].add(partial[chunk]);
  return std::move(partial[0]);
}

// A column whose one-pass sums have lost digits or overflowed: about its mean, in units of its largest value.
Moments careful_moments(const ColumnView& column, std::int64_t rows, const double* weights, double total) {
  double largest = 0;
  for (std::int64_t row = 0; row < rows; ++row) {
    const double size = std::abs(raw_value(column, row));
    if (std::isnan(size)) return {size, size};  // no maximum shows it
    largest = std::max(largest, size);
  }
  if (largest == 0) return {};
  const double unit = std::ldexp(1.0, std::ilogb(largest));
  const auto sum = [&](auto term) {
    double result = 0;
    for (std::int64_t row = 0; row < rows; ++row)
      result += (weights != nullptr ? weights[row] : 1.0) * term(raw_value(column, row) / unit);
    return result;
  };
  double mean = sum([](double x) { return x; }) / total;
  mean += sum([&](double x) { return x - mean; }) / total;
  const double variance = sum([&](double x) { return (x - mean) * (x - mean); }) / total;
  return {mean * unit, std::sqrt(variance) * unit};
}

std::vector<Moments> dense_moments(std::span<const ColumnView> columns, std::int64_t rows, const double* weights,
                                   double total, Workers& workers) {
  std::vector<double> reference(columns.size());
  const std::int64_t step = std::max<std::int64_t>(rows / 32, 1);
  for (std::size_t j = 0; j < columns.size(); ++j) {
    double sum = 0;
    std::int64_t count = 0;
    for (std::int64_t row = 0; row < rows; row += step, ++count) sum += raw_value(columns[j], row);
    reference[j] = sum / static_cast<double>(count);
  }
  const Sums sums = sums_about(columns, rows, weights, reference, workers);
  std::vector<Moments> moments(columns.size());
  workers.each(static_cast<std::int64_t>(columns.size()), [&](std::int64_t i, int) {
    const std::size_t j = at(i);
    const double off = sums.first[j] / total, square = sums.second[j] / total;
    const double variance = square - off * off;
    moments[j] = {reference[j] + off, std::sqrt(std::max(variance, 0.0))};
    // Where the reference is many deviations from the mean, the difference of squares has lost digits; small squares
    // are 0, and large ones infinite.
    const bool is_rough = !(variance > 1e-4 * square) || !(square > 1e-280);
    if (is_rough || !std::isfinite(square)) moments[j] = careful_moments(columns[j], rows, weights, total);
  });
  return moments;
}

std::vector<Moments> sparse_moments(const EntriesView& entries, std::size_t columns, std::int64_t rows,
                                    const double* weights, double total, Workers& workers) {
  const std::int64_t fit = entries.offsets[rows] / (4 * static_cast<std::int64_t>(columns) + 1);
  const std::int64_t chunks = std::clamp<std::int64_t>(fit, 1, most_chunks);
  const auto sums_of = [&](auto add) {
    std::vector<Sums> partial(at(chunks), Sums(columns));
    workers.each(chunks, [&](std::int64_t chunk, int) {
      Sums& sums = partial[at(chunk)];
      for (std::int64_t row = rows * chunk / chunks; row < rows * (chunk + 1) / chunks; ++row)
        for (std::int64_t e = entries.offsets[row]; e < entries.offsets[row + 1]; ++e)
          add(at(entries.indices[e]), entry_value(entries, e), weights != nullptr ? weights[row] : 1.0, sums);
    });
    for (std::int64_t chunk = 1; chunk < chunks; ++chunk) partial[0].add(partial[at(chunk)]);
    return std::move(partial[0]);
  };
  const Sums present = sums_of([](std::size_t j, double x, double w, Sums& sums) {
    sums.first[j] += w * x;
    sums.second[j] += w;
    sums.largest[j] = std::max(sums.largest[j], std::abs(x));
  });
  std::vector<double> mean(columns), unit(columns);  // squares are of values in units of the largest
  for (std::size_t j = 0; j < columns; ++j) {
    mean[j] = present.first[j] / total;
    unit[j] = present.largest[j] > 0 ? std::ldexp(1.0, std::ilogb(present.largest[j])) : 1;
  }
  const Sums about = sums_of([&](std::size_t j, double x, double w, Sums& sums) {
    const double d = (x - mean[j]) / unit[j];
    sums.second[j] += w * d * d;
  });
  std::vector<Moments> moments(columns);
  for (std::size_t j = 0; j < columns; ++j) {
    const double absent = std::max(total - present.second[j], 0.0), d = mean[j] / unit[j];
    moments[j] = {mean[j], unit[j] * std::sqrt((about.second[j] + absent * d * d) / total)};
  }
  return moments;
}

double total_weight(std::int64_t rows, std::span<const double> weights) {
  double total = weights.empty() ? static_cast<double>(rows) : 0;
  for (const double w : weights) total += w;
  return total;
}

}  // namespace

std::vector<Moments> column_moments(const RowsView& rows, std::span<const double> weights, Workers& workers) {
  if (rows.features == 0) return {};
  const double total = total_weight(rows.rows, weights);
  const double* const w = weights.empty() ? nullptr : weights.data();
  if (rows.sparse) return sparse_moments(rows.entries, at(rows.features), rows.rows, w, total, workers);
  return dense_moments({rows.columns, at(rows.features)}, rows.rows, w, total, workers);
}

// With shares w_r of the weight, the variance is the mean of (deviation_r^2 + (mean_r - mean)^2), in units of the
// largest of these numbers.
std::vector<Moments> moments_of_ranks(std::vector<Moments> here, std::int64_t rows, std::span<const double> weights,
                                      const Ranks& ranks) {
  if (ranks.is_alone()) return here;
  std::vector<double> mine{total_weight(rows, weights)};
  for (const Moments& m : here) mine.insert(mine.end(), {m.mean, m.deviation});
  const std::vector<double> all = ranks.gather(mine);
  const std::size_t size = mine.size();
  double total = 0;
  for (std::size_t rank = 0; rank < all.size(); rank += size) total += all[rank];
  const auto mean_of = [&](const auto& term) {
    double sum = 0;
    for (std::size_t rank = 0; rank < all.size(); rank += size)
      if (all[rank] > 0) sum += all[rank] / total * term(rank);
    return sum;
  };
  for (std::size_t j = 0; j < here.size(); ++j) {
    const auto mean = [&](std::size_t rank) { return all[rank + 1 + 2 * j]; };
    const auto deviation = [&](std::size_t rank) { return all[rank + 2 + 2 * j]; };
    const double middle = mean_of(mean);
    double unit = 0;
    for (std::size_t rank = 0; rank < all.size(); rank += size)
      if (all[rank] > 0) unit = std::max({unit, std::abs(mean(rank) - middle), deviation(rank)});
    const double square = mean_of([&](std::size_t rank) {
      const double off = (mean(rank) - middle) / unit, own = deviation(rank) / unit;
      return own * own + off * off;
    });
    // No maximum shows what is not finite.
    const bool is_finite = std::isfinite(middle) && std::isfinite(mean_of(deviation));
    here[j] = {middle, !is_finite ? std::nan("") : unit > 0 ? unit * std::sqrt(square) : 0};
  }
  return here;
}

}  // namespace linden
