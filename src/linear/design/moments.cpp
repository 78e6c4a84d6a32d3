// Sums over rows go chunk by chunk, and the chunks are added in order. Chunks depend on how many rows there are, and
// rows find theirs by their numbers: the bytes do not tell how many threads there were, nor what blocks rows came in.
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

/// What a source has in all.
struct Totals {
  std::int64_t rows = 0, entries = 0;
  double weight = 0;
};

double add_weights(double total, std::int64_t rows, std::span<const double> weights) {
  if (weights.empty()) return total + static_cast<double>(rows);
  for (const double w : weights) total += w;
  return total;
}

Totals totals_of(RowSource& source) {
  Totals totals;
  each_block(source, [&](const RowBlock& block) {
    totals.rows += block.rows.rows;
    totals.weight = add_weights(totals.weight, block.rows.rows, block.weights);
    if (block.rows.sparse)
      totals.entries += block.rows.entries.offsets[block.rows.rows] - block.rows.entries.offsets[0];
  });
  return totals;
}

double weight_of(const RowBlock& block, std::int64_t row) {
  return block.weights.empty() ? 1.0 : block.weights[at(row)];
}

/// Sums over the rows of a chunk, column by column, in lanes: first and second [lanes, columns], largest [columns].
struct Sums {
  std::vector<double> first, second, largest;

  explicit Sums(std::size_t columns, std::size_t lanes = 1)
      : first(lanes * columns), second(lanes * columns), largest(columns) {}
  void add(const Sums& other) {
    for (std::size_t j = 0; j < first.size(); ++j) {
      first[j] += other.first[j];
      second[j] += other.second[j];
      largest[j] = std::max(largest[j], other.largest[j]);
    }
  }
};

/// What chunks of rows have summed, whatever blocks the rows come in: rows go to chunks by their numbers among all.
class Chunks {
 public:
  /// Chunk i has the rows from first_row(i) to first_row(i + 1).
  template <class FirstRow>
  Chunks(std::int64_t count, const FirstRow& first_row, std::size_t columns, std::size_t lanes)
      : sums_(at(count), Sums(columns, lanes)) {
    for (std::int64_t chunk = 0; chunk <= count; ++chunk) bounds_.push_back(first_row(chunk));
  }

  /// Calls add(sums, begin, end, bounds) for the chunks that have rows [begin, end) of the block, where `bounds` are
  /// the chunk's first row and the one behind it, counted as these are.
  template <class Add>
  void add_block(const RowBlock& block, Workers& workers, const Add& add) {
    const auto chunk_of = [&](std::int64_t row) {
      return std::ranges::upper_bound(bounds_, row) - bounds_.begin() - 1;
    };
    const std::int64_t rows = block.rows.rows;
    if (rows == 0) return;
    const std::ptrdiff_t first = chunk_of(block.first), last = chunk_of(block.first + rows - 1);
    workers.each(last - first + 1, [&](std::int64_t i, int) {
      const std::size_t chunk = at(first + i);
      const std::pair bounds(bounds_[chunk] - block.first, bounds_[chunk + 1] - block.first);
      add(sums_[chunk], std::max<std::int64_t>(bounds.first, 0), std::min(bounds.second, rows), bounds);
    });
  }
  const std::vector<Sums>& sums() const noexcept { return sums_; }

 private:
  std::vector<std::int64_t> bounds_;
  std::vector<Sums> sums_;
};

constexpr std::size_t lanes = 4;  // of columns that are read one by one: twice two

/// Rows row, row + 1, ..., so many of them together: what a column has summed is read and written once for all of them,
/// and they are added to it in their order.
template <int together, class T>
void add_rows_together(const RowBlock& block, std::int64_t row, const double* __restrict reference, Sums& sums) {
  const ColumnView& column = block.rows.columns[0];
  const T* x[together];
  double weight[together];
  for (int r = 0; r < together; ++r) {
    x[r] = static_cast<const T*>(column.values) + (row + r) * column.stride;
    weight[r] = weight_of(block, row + r);
  }
  double* const __restrict first = sums.first.data();
  double* const __restrict second = sums.second.data();
  for (std::size_t j = 0; j < at(block.rows.features); ++j) {
    double sum = first[j], square = second[j];
#pragma GCC unroll 8
    for (int r = 0; r < together; ++r) {
      const double d = static_cast<double>(x[r][j]) - reference[j], wd = weight[r] * d;
      sum += wd;
      square += wd * d;
    }
    first[j] = sum;
    second[j] = square;
  }
}

template <class T>
void add_rows(const RowBlock& block, std::int64_t begin, std::int64_t end, const double* reference, Sums& sums) {
  std::int64_t row = begin;
  for (; row + 8 <= end; row += 8) add_rows_together<8, T>(block, row, reference, sums);
  for (; row < end; ++row) add_rows_together<1, T>(block, row, reference, sums);
}

/// Numbers of two lanes, as any processor has them in a register.
typedef double Two __attribute__((vector_size(2 * sizeof(double))));

/// Row after row of a chunk to the lanes in turn, and what is left over at its end to the first one. The value of a row
/// is x[row], its weight weight(row).
template <class X, class Weight>
void add_column(const X& x, const Weight& weight, std::size_t j, std::int64_t begin, std::int64_t end,
                std::pair<std::int64_t, std::int64_t> chunk, double reference, Sums& sums) {
  const std::size_t columns = sums.largest.size();
  double sum[lanes], square[lanes];
  for (std::size_t lane = 0; lane < lanes; ++lane) {
    sum[lane] = sums.first[lane * columns + j];
    square[lane] = sums.second[lane * columns + j];
  }
  const auto add = [&](std::int64_t row, std::size_t lane) {
    const double d = static_cast<double>(x[row]) - reference;
    const double wd = weight(row) * d;
    sum[lane] += wd;
    square[lane] += wd * d;
  };
  constexpr auto width = static_cast<std::int64_t>(lanes);
  const std::int64_t in_turn = std::min(end, chunk.second - (chunk.second - chunk.first) % width);
  std::int64_t row = begin;
  for (; row < in_turn && (row - chunk.first) % width != 0; ++row) add(row, at((row - chunk.first) % width));
  Two first_sum{sum[0], sum[1]}, second_sum{sum[2], sum[3]};
  Two first_square{square[0], square[1]}, second_square{square[2], square[3]};
  for (; row + width <= in_turn; row += width) {
    const auto value = [&](std::int64_t lane) { return static_cast<double>(x[row + lane]); };
    const Two d = Two{value(0), value(1)} - reference, e = Two{value(2), value(3)} - reference;
    const Two wd = Two{weight(row), weight(row + 1)} * d, we = Two{weight(row + 2), weight(row + 3)} * e;
    first_sum += wd;
    second_sum += we;
    first_square += wd * d;
    second_square += we * e;
  }
  for (std::size_t lane = 0; lane < 2; ++lane) {
    sum[lane] = first_sum[lane];
    sum[2 + lane] = second_sum[lane];
    square[lane] = first_square[lane];
    square[2 + lane] = second_square[lane];
  }
  for (; row < in_turn; ++row) add(row, at((row - chunk.first) % width));
  for (; row < end; ++row) add(row, 0);
  for (std::size_t lane = 0; lane < lanes; ++lane) {
    sums.first[lane * columns + j] = sum[lane];
    sums.second[lane * columns + j] = square[lane];
  }
}

template <class T>
struct Strided {
  const T* values;
  std::int64_t stride;

  T operator[](std::int64_t row) const { return values[row * stride]; }
};

template <class T>
void add_column(const RowBlock& block, std::size_t j, std::int64_t begin, std::int64_t end,
                std::pair<std::int64_t, std::int64_t> chunk, double reference, Sums& sums) {
  const ColumnView& column = block.rows.columns[j];
  const T* const values = static_cast<const T*>(column.values);
  const double* const weights = block.weights.data();
  const auto add = [&](const auto& x, const auto& weight) {
    add_column(x, weight, j, begin, end, chunk, reference, sums);
  };
  const auto one = [](std::int64_t) { return 1.0; };
  const auto given = [=](std::int64_t row) { return weights[row]; };
  // Contiguous values without weights, by far the most, have a loop of their own, which the compiler makes one of
  // vectors.
  if (column.stride == 1 && block.weights.empty())
    add(values, one);
  else if (block.weights.empty())
    add(Strided<T>{values, column.stride}, one);
  else
    add(Strided<T>{values, column.stride}, given);
}

Sums sums_about(RowSource& source, std::int64_t rows, const std::vector<double>& reference, Workers& workers) {
  const std::int64_t of_all = (rows + chunk_rows - 1) / chunk_rows, together = (of_all + 63) / 64;
  const std::int64_t size = chunk_rows * together, count = (rows + size - 1) / size;
  Chunks chunks(
      count, [&](std::int64_t i) { return std::min(i * size, rows); }, reference.size(), lanes);
  each_block(source, [&](const RowBlock& block) {
    const std::span columns(block.rows.columns, reference.size());
    const bool by_row = is_row_major(columns);
    chunks.add_block(block, workers, [&](Sums& sums, std::int64_t begin, std::int64_t end, const auto& bounds) {
      if (by_row)
        return columns[0].dtype == DType::f32 ? add_rows<float>(block, begin, end, reference.data(), sums)
                                              : add_rows<double>(block, begin, end, reference.data(), sums);
      for (std::size_t j = 0; j < columns.size(); ++j)
        columns[j].dtype == DType::f32 ? add_column<float>(block, j, begin, end, bounds, reference[j], sums)
                                       : add_column<double>(block, j, begin, end, bounds, reference[j], sums);
    });
  });
  Sums total(reference.size());
  for (const Sums& sums : chunks.sums()) {
    const auto joined = [&](const std::vector<double>& x, std::size_t j) {
      const std::size_t n = reference.size();
      return (x[j] + x[n + j]) + (x[2 * n + j] + x[3 * n + j]);
    };
    for (std::size_t j = 0; j < reference.size(); ++j) {
      total.first[j] += joined(sums.first, j);
      total.second[j] += joined(sums.second, j);
    }
  }
  return total;
}

// Of columns whose one-pass sums have lost digits or overflowed: about their means, in units of their largest values.
void be_careful(RowSource& source, double total, const std::vector<std::size_t>& columns, Workers& workers,
                std::vector<ColumnMoments>& moments) {
  const auto count = static_cast<std::int64_t>(columns.size());
  // Calls add(i, value, weight) for all rows in order, each column by itself.
  const auto each_value = [&](const auto& add) {
    each_block(source, [&](const RowBlock& block) {
      workers.each(count, [&](std::int64_t i, int) {
        const ColumnView& column = block.rows.columns[columns[at(i)]];
        for (std::int64_t row = 0; row < block.rows.rows; ++row)
          add(at(i), raw_value(column, row), weight_of(block, row));
      });
    });
  };
  std::vector<double> largest(columns.size()), unit(columns.size(), 1.0);
  each_value([&](std::size_t i, double x, double) {
    const double size = std::abs(x);
    if (std::isnan(size))
      largest[i] = size;  // no maximum shows it
    else if (!(size <= largest[i]) && !std::isnan(largest[i]))
      largest[i] = size;
  });
  for (std::size_t i = 0; i < columns.size(); ++i)
    if (largest[i] > 0) unit[i] = std::ldexp(1.0, std::ilogb(largest[i]));
  const auto mean_of = [&](const auto& term) {
    std::vector<double> sum(columns.size());
    each_value([&](std::size_t i, double x, double w) { sum[i] += w * term(i, x / unit[i]); });
    for (double& s : sum) s /= total;
    return sum;
  };
  std::vector<double> mean = mean_of([](std::size_t, double x) { return x; });
  const std::vector<double> off = mean_of([&](std::size_t i, double x) { return x - mean[i]; });
  for (std::size_t i = 0; i < columns.size(); ++i) mean[i] += off[i];
  const std::vector<double> variance = mean_of([&](std::size_t i, double x) { return (x - mean[i]) * (x - mean[i]); });
  for (std::size_t i = 0; i < columns.size(); ++i) {
    ColumnMoments& m = moments[columns[i]];
    if (std::isnan(largest[i]))
      m = {largest[i], largest[i]};
    else if (largest[i] == 0)
      m = {};
    else
      m = {mean[i] * unit[i], std::sqrt(variance[i]) * unit[i]};
  }
}

std::vector<ColumnMoments> dense_moments(RowSource& source, const Totals& totals, Workers& workers) {
  const std::size_t columns = at(source.schema().features);
  std::vector<double> reference(columns);
  const std::int64_t step = std::max<std::int64_t>(totals.rows / 32, 1);
  each_block(source, [&](const RowBlock& block) {
    for (std::size_t j = 0; j < columns; ++j)
      for (std::int64_t row = (step - block.first % step) % step; row < block.rows.rows; row += step)
        reference[j] += raw_value(block.rows.columns[j], row);
  });
  for (double& r : reference) r /= static_cast<double>((totals.rows + step - 1) / step);
  const Sums sums = sums_about(source, totals.rows, reference, workers);
  std::vector<ColumnMoments> moments(columns);
  std::vector<std::size_t> rough;
  for (std::size_t j = 0; j < columns; ++j) {
    const double off = sums.first[j] / totals.weight, square = sums.second[j] / totals.weight;
    const double variance = square - off * off;
    moments[j] = {reference[j] + off, std::sqrt(std::max(variance, 0.0))};
    // Where the reference is many deviations from the mean, the difference of squares has lost digits; small squares
    // are 0, and large ones infinite.
    const bool is_rough = !(variance > 1e-4 * square) || !(square > 1e-280);
    if (is_rough || !std::isfinite(square)) rough.push_back(j);
  }
  if (!rough.empty()) be_careful(source, totals.weight, rough, workers, moments);
  return moments;
}

std::vector<ColumnMoments> sparse_moments(RowSource& source, const Totals& totals, Workers& workers) {
  const std::size_t columns = at(source.schema().features);
  const std::int64_t fit = totals.entries / (4 * static_cast<std::int64_t>(columns) + 1);
  const std::int64_t count = std::clamp<std::int64_t>(fit, 1, most_chunks);
  const auto sums_of = [&](auto add) {
    Chunks chunks(
        count, [&](std::int64_t i) { return totals.rows * i / count; }, columns, 1);
    each_block(source, [&](const RowBlock& block) {
      const EntriesView& entries = block.rows.entries;
      chunks.add_block(block, workers, [&](Sums& sums, std::int64_t begin, std::int64_t end, const auto&) {
        for (std::int64_t row = begin; row < end; ++row)
          for (std::int64_t e = entries.offsets[row]; e < entries.offsets[row + 1]; ++e)
            add(at(entries.indices[e]), entry_value(entries, e), weight_of(block, row), sums);
      });
    });
    Sums total = chunks.sums()[0];
    for (std::int64_t chunk = 1; chunk < count; ++chunk) total.add(chunks.sums()[at(chunk)]);
    return total;
  };
  const Sums present = sums_of([](std::size_t j, double x, double w, Sums& sums) {
    sums.first[j] += w * x;
    sums.second[j] += w;
    sums.largest[j] = std::max(sums.largest[j], std::abs(x));
  });
  std::vector<double> mean(columns), unit(columns);  // squares are of values in units of the largest
  for (std::size_t j = 0; j < columns; ++j) {
    mean[j] = present.first[j] / totals.weight;
    unit[j] = present.largest[j] > 0 ? std::ldexp(1.0, std::ilogb(present.largest[j])) : 1;
  }
  const Sums about = sums_of([&](std::size_t j, double x, double w, Sums& sums) {
    const double d = (x - mean[j]) / unit[j];
    sums.second[j] += w * d * d;
  });
  std::vector<ColumnMoments> moments(columns);
  for (std::size_t j = 0; j < columns; ++j) {
    const double absent = std::max(totals.weight - present.second[j], 0.0), d = mean[j] / unit[j];
    moments[j] = {mean[j], unit[j] * std::sqrt((about.second[j] + absent * d * d) / totals.weight)};
  }
  return moments;
}

}  // namespace

std::vector<ColumnMoments> column_moments(RowSource& rows, Workers& workers) {
  if (rows.schema().features == 0) return {};
  const Totals totals = totals_of(rows);
  return rows.schema().sparse ? sparse_moments(rows, totals, workers) : dense_moments(rows, totals, workers);
}

// With shares w_r of the weight, the variance is the mean of (deviation_r^2 + (mean_r - mean)^2), in units of the
// largest of these numbers.
std::vector<ColumnMoments> moments_of_ranks(std::vector<ColumnMoments> here, std::int64_t rows,
                                            std::span<const double> weights, const Ranks& ranks) {
  if (ranks.is_alone()) return here;
  std::vector<double> mine{add_weights(0, rows, weights)};
  for (const ColumnMoments& m : here) mine.insert(mine.end(), {m.mean, m.deviation});
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
