// Real sets as fits of ranks: what the tests of threads (real_data_test.cpp) and of MPI (tests/mpi) have in common.
#pragma once

#include <filesystem>

#include "ranks/fits_of_ranks.hpp"

namespace linden {

/// The same cuts moved to where groups begin, so that these stay whole.
inline RowSplit between_groups(RowSplit split, const Dataset& data) {
  if (!data.has_groups()) return split;
  const std::vector<std::int64_t> starts = data.groups().to_vector<std::int64_t>();
  for (std::int64_t& row : split) row = *std::prev(std::ranges::upper_bound(starts, row));
  return split;
}

/// Text categories with missing ones, softmax, sparse rows, rankings. `folder` has the sets; none where it is not
/// there.
inline std::vector<FitOfRanks> real_fits(const std::filesystem::path& folder) {
  std::vector<FitOfRanks> fits;
  if (!std::filesystem::exists(folder / "adult/adult-train.csv")) return fits;
  const auto add = [&](const char* name, Dataset train, Loss loss) {
    BoostingConfig config = small_trees(std::move(loss), 2);
    config.max_leaves = 15;
    config.row_fraction = 0.8;
    if (std::ranges::any_of(train.columns(), &Column::categorical))
      config.categories.encoding = CategoryEncoding::partition;
    fits.push_back({name, std::move(train), {}, config, {}});
  };
  add("adult", Dataset::from_csv(folder / "adult/adult-train.csv", {.label = "14", .header = false, .missing = {"?"}}),
      loss::automatic());
  add("digits", Dataset::from_csv(folder / "sklearn_bundled/digits.csv.gz", {.label = "64", .header = false}),
      loss::softmax());
  add("agaricus", Dataset::from_libsvm(folder / "agaricus/agaricus.txt.train"), loss::logistic());
  add("mq2007", Dataset::from_libsvm(folder / "mq2007_subset/mq2007.vali.libsvm.gz"), loss::lambdarank());
  return fits;
}

}  // namespace linden
