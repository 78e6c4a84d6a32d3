// Fits whose rows lie on several ranks, against those of one machine: what the tests of threads (fit_test.cpp) and of
// MPI (tests/mpi) have in common.
#pragma once

#include <fmt/format.h>

#include <cmath>
#include <functional>
#include <linden/linden.hpp>
#include <limits>
#include <string>
#include <vector>

#include "boosting/random_data.hpp"

namespace linden {

/// Where the rows of each rank begin, and how many there are in all.
using RowSplit = std::vector<std::int64_t>;

/// Even; nine tenths on the first; one rank without a row. Between multiples of ten.
inline std::vector<RowSplit> splits_of(std::int64_t rows, int ranks) {
  const auto at = [&](double share) { return static_cast<std::int64_t>(share * static_cast<double>(rows) / 10) * 10; };
  RowSplit even, uneven{0}, empty;
  for (int rank = 0; rank <= ranks; ++rank) {
    even.push_back(rank == ranks ? rows : at(static_cast<double>(rank) / ranks));
    if (rank > 0) uneven.push_back(rank == ranks ? rows : at(0.9 + 0.1 * (rank - 1) / ranks));
    const int left_out = ranks / 2, before = rank > left_out ? rank - 1 : rank;  // the ranks with rows before this one
    empty.push_back(ranks == 1            ? even.back()
                    : before == ranks - 1 ? rows
                                          : at(static_cast<double>(before) / (ranks - 1)));
  }
  return {even, uneven, empty};
}

/// The rows of a rank.
inline Dataset part_of_rank(const Dataset& data, const RowSplit& split, int rank) {
  const auto r = static_cast<std::size_t>(rank);
  std::vector<std::int64_t> rows;
  for (std::int64_t row = split[r]; row < split[r + 1]; ++row) rows.push_back(row);
  return rows.empty() ? Dataset() : data.take(rows);
}

/// One fit: its data, and what it is told.
struct FitOfRanks {
  std::string name;
  Dataset train;
  Dataset valid = {};
  BoostingConfig config = {};
  FitOptions options = {};
};

inline void PrintTo(const FitOfRanks& fit, std::ostream* out) { *out << fit.name; }

/// Numbers with many and with few values, missing ones, categories.
inline RandomData mixed_rows(std::uint64_t seed, int rows, bool weighted = false) {
  Random random(seed);
  RandomData data;
  add_numbers(data, random_numbers(random, rows, 4, 0));
  std::vector<double> fine;
  for (int row = 0; row < rows; ++row) fine.push_back(random.normal());
  add_numbers(data, fine);
  add_numbers(data, random_numbers(random, rows, 60, 0.2));
  add_codes(data, random_codes(random, rows, 9, 0.1), 9);
  add_codes(data, random_codes(random, rows, 40, 0), 45);
  for (int row = 0; row < rows; ++row) {
    const auto at = static_cast<std::size_t>(row);
    data.label.push_back(std::sin(3 * fine[at]) + (data.features[3].values[at] > 2 ? 1 : 0) + 0.3 * random.normal());
    if (weighted) data.weight.push_back(random.chance(0.1) ? 0 : 0.25 * (1 + random.below(8)));
  }
  return data;
}

inline Dataset mixed(std::uint64_t seed, int rows, bool weighted = false) {
  return mixed_rows(seed, rows, weighted).dataset();
}

/// The same with the label cut into classes, named or by number.
inline Dataset classes_of(const RandomData& data, int classes, bool named) {
  RandomData cut = data;
  for (double& label : cut.label) label = std::clamp(std::floor(label + 1), 0.0, classes - 1.0);
  const Dataset numbers = cut.dataset();
  if (!named) return numbers;
  std::vector<std::string> names;
  for (const double label : cut.label) names.push_back(fmt::format("class {}", 3 - static_cast<int>(label)));
  return numbers.with_label(names, "kind");
}

inline Dataset sparse_rows(std::uint64_t seed, int rows) {
  Random random(seed);
  std::vector<std::int64_t> offsets{0};
  std::vector<std::int32_t> columns;
  std::vector<double> values, label;
  for (int row = 0; row < rows; ++row) {
    double y = 0;
    for (int column = 0; column < 12; ++column) {
      if (!random.chance(0.2)) continue;
      columns.push_back(column);
      values.push_back(column % 3 == 0 ? 1 : random.normal());
      if (column < 5) y += values.back();
    }
    offsets.push_back(static_cast<std::int64_t>(columns.size()));
    label.push_back(y > 0.4 ? 1 : 0);
  }
  return Dataset::from_csr(offsets, columns, values, 12, {.label = label});
}

/// Rows of queries of ten, which the splits of multiples of ten leave whole.
inline Dataset queries(std::uint64_t seed, int groups) {
  Random random(seed);
  std::vector<double> values, label;
  std::vector<int> ids;
  for (int group = 0; group < groups; ++group)
    for (int i = 0; i < 10; ++i) {
      const double x = random.normal(), z = random.below(6);
      values.insert(values.end(), {x, z});
      label.push_back(std::clamp(std::floor(x + 0.3 * z + 0.5 * random.normal()), 0.0, 3.0));
      ids.push_back(group);
    }
  return Dataset::from_rows(values, 2, {.label = label, .groups = ids});
}

inline BoostingConfig small_trees(Loss loss, int rounds = 4) {
  BoostingConfig config;
  config.loss = std::move(loss);
  config.rounds = rounds;
  config.max_leaves = 7;
  config.min_rows_in_leaf = 3;
  return config;
}

/// Numbers, missing values, categories, classes, softmax, sparse rows, rankings, samples, losses that mix rows, and an
/// end that validation rows decide.
inline std::vector<FitOfRanks> fits_of_ranks() {
  std::vector<FitOfRanks> fits;
  const auto add = [&](const char* name, Dataset train, const BoostingConfig& config) -> FitOfRanks& {
    fits.push_back({name, std::move(train), {}, config, {}});
    if (std::ranges::any_of(fits.back().train.columns(), &Column::categorical))
      fits.back().config.categories.encoding = CategoryEncoding::partition;
    return fits.back();
  };
  add("squared", mixed(1, 240), small_trees(loss::squared()));
  add("weights", mixed(2, 240, true), small_trees(loss::squared()));
  add("named classes", classes_of(mixed_rows(3, 200), 2, true), small_trees(loss::automatic()));
  add("softmax", classes_of(mixed_rows(4, 200), 3, false), small_trees(loss::softmax(), 3));
  add("sparse", sparse_rows(5, 300), small_trees(loss::logistic()));
  add("ranking", queries(6, 40), small_trees(loss::lambdarank()));
  add("xendcg", queries(7, 40), small_trees(loss::xendcg()));
  BoostingConfig config = small_trees(loss::squared());
  config.row_fraction = 0.5;
  add("row fraction", mixed(8, 240), config);
  config.sampling.kind = Sampling::goss;
  config.row_fraction = {};
  add("goss", mixed(9, 240), config);
  config = small_trees(loss::squared());
  config.max_bins = 8;
  config.bins.weighted = true;
  add("weighted bins", mixed(10, 240, true), config);
  config = small_trees(loss::squared());
  config.growth = Growth::oblivious;
  config.max_leaves = {};
  config.min_rows_in_leaf = {};
  config.max_depth = 3;
  add("oblivious", mixed(11, 240), config);
  config = small_trees(loss::squared());
  config.feature_fraction = 0.6;
  config.growth = Growth::level_wise;
  config.regularization.path_smooth = 4;
  add("some features", mixed(15, 240), config);
  config = small_trees(loss::softmax(), 3);
  config.multi_output.strategy = MultiStrategy::multi_output_tree;
  add("one tree for all classes", classes_of(mixed_rows(16, 200), 3, false), config);
  config = small_trees(loss::logistic(), 30);
  config.learning_rate = 0.5;
  FitOfRanks& stopping = add("early stopping", classes_of(mixed_rows(12, 240), 2, false), config);
  stopping.valid = classes_of(mixed_rows(13, 90), 2, false);
  stopping.options.metrics = {metric::auc(), metric::logloss()};
  stopping.options.callbacks = {early_stopping({.patience = 3})};
  stopping.options.train_metrics = true;
  stopping.options.save_history = true;
  add("a loss that mixes rows", mixed(14, 120),
      small_trees(loss::custom("spread", [](const Tensor& s, const Tensor& y) { return square(y - s - mean(y - s)); }),
                  2));
  return fits;
}

/// The model's bytes, of rows on several ranks or of all.
inline std::string fitted(const FitOfRanks& fit, const RowSplit& split, int rank, const CommunicatorRef& ranks,
                          Device device = Device::cpu()) {
  FitOptions options = fit.options;
  options.threads = 1 + rank % 2;
  options.device = device;
  options.ranks = ranks;
  const bool is_alone = ranks.get() == nullptr;
  if (fit.valid.rows() > 0) {
    RowSplit valid = split;  // in proportion
    for (std::int64_t& first : valid) first = first * fit.valid.rows() / fit.train.rows();
    options.valid = is_alone ? fit.valid : part_of_rank(fit.valid, valid, rank);
  }
  return fit_boosted(is_alone ? fit.train : part_of_rank(fit.train, split, rank), fit.config, options).to_string();
}

}  // namespace linden
