// Bins against the cuts that they come of, and the same cuts and bins whether rows come as one block or as many.
#include "boosting/bins/bins.hpp"

#include <gtest/gtest.h>

#include "boosting/bins/category_bins.hpp"
#include "boosting/sparse_data.hpp"
#include "rows/blocks.hpp"

namespace linden {
namespace {

// Cuts and bins of a source.
class Binned {
 public:
  Binned(RowSource& source, int max_bins, std::int64_t min_rows, std::span<const RowSlopes> slopes)
      : cuts(make_cuts(source, max_bins, slopes, workers_)),
        bins(backend_of(Device::cpu()), context_, source, cuts, min_rows) {}

 private:
  Workers workers_{3};
  Context context_{workers_};

 public:
  std::vector<Cuts> cuts;
  Bins bins;
};

template <class T>
std::vector<T> copy(const T* first, std::int64_t count) {
  return {first, first + count};
}

void expect_same_cuts(const std::vector<Cuts>& found, const std::vector<Cuts>& wanted) {
  ASSERT_EQ(found.size(), wanted.size());
  for (std::size_t f = 0; f < wanted.size(); ++f) {
    EXPECT_EQ(found[f].numeric, wanted[f].numeric) << f;
    EXPECT_EQ(found[f].bin_of, wanted[f].bin_of) << f;
    EXPECT_EQ(found[f].seen, wanted[f].seen) << f;
    EXPECT_EQ(found[f].first_code, wanted[f].first_code) << f;
    EXPECT_EQ(found[f].trusted_rows, wanted[f].trusted_rows) << f;
    EXPECT_EQ(found[f].categorical, wanted[f].categorical) << f;
    EXPECT_EQ(found[f].has_missing, wanted[f].has_missing) << f;
    EXPECT_EQ(found[f].bins, wanted[f].bins) << f;
    EXPECT_EQ(found[f].usual_bin, wanted[f].usual_bin) << f;
    EXPECT_EQ(found[f].rows_elsewhere, wanted[f].rows_elsewhere) << f;
  }
}

void expect_same_bins(const Bins& found, const Bins& wanted) {
  const BinsView &a = found.view(), &b = wanted.view();
  EXPECT_EQ(found.used(), wanted.used());
  EXPECT_EQ(found.varying(), wanted.varying());
  ASSERT_EQ(a.rows, b.rows);
  ASSERT_EQ(a.features, b.features);
  ASSERT_EQ(a.row_stride, b.row_stride);
  EXPECT_EQ(copy(a.by_feature, a.rows * a.features), copy(b.by_feature, b.rows * b.features));
  for (std::int64_t row = 0; row < a.rows; ++row)
    ASSERT_EQ(copy(a.by_row + row * a.row_stride, a.features), copy(b.by_row + row * b.row_stride, b.features)) << row;
  const SparseBins &s = a.sparse, &t = b.sparse;
  ASSERT_EQ(s.features, t.features);
  ASSERT_EQ(s.entries, t.entries);
  if (t.features == 0) return;
  EXPECT_EQ(copy(s.row_first, a.rows + 1), copy(t.row_first, b.rows + 1));
  EXPECT_EQ(copy(s.row_features, s.entries), copy(t.row_features, t.entries));
  EXPECT_EQ(copy(s.feature_first, s.features + 1), copy(t.feature_first, t.features + 1));
  EXPECT_EQ(copy(s.feature_rows, s.entries), copy(t.feature_rows, t.entries));
  EXPECT_EQ(copy(s.feature_bins, s.entries), copy(t.feature_bins, t.entries));
}

// The bin of every row by every feature, from the raw values.
void expect_bins_of_values(const RandomData& data, const std::vector<Cuts>& cuts, const Bins& bins) {
  const BinsView& view = bins.view();
  for (std::int32_t f = 0; f < view.features; ++f) {
    const Cuts& c = cuts[bins.used()[f]];
    const std::vector<double>& values = data.features[bins.used()[f]].values;
    for (std::int64_t row = 0; row < view.rows; ++row) {
      const double v = values[row];
      int bin = c.bin_of_number(v);
      if (c.categorical) bin = v < 0 ? c.bins - 1 : c.bin_of[static_cast<std::size_t>(v)];
      ASSERT_EQ(view.by_feature[f * view.rows + row], bin) << "feature " << f << ", row " << row;
      ASSERT_EQ(view.by_row[row * view.row_stride + f], bin) << "feature " << f << ", row " << row;
    }
  }
}

const std::vector<std::vector<std::int64_t>> cut_ways{{1}, {7, 1, 100}, {299, 1}, {64}, {1000}};

TEST(Bins, OfDenseRowsAreThoseOfTheirValuesHoweverTheRowsAreCut) {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    Random random(seed);
    RandomData data = random_data(random, 300, 5, "squared");
    add_codes(data, random_codes(random, 300, 60, 0.1), 60);
    add_numbers(data, std::vector<double>(300, 2));  // no split can use it
    const Dataset rows = data.dataset();
    std::vector<float> gradients, curvatures(300, 1);
    for (const double y : data.label) gradients.push_back(static_cast<float>(-y));
    const RowSlopes slopes[] = {{gradients, curvatures}, {curvatures, curvatures}};
    for (const int max_bins : {4, 32, 256}) {
      DatasetSource whole(rows);
      const Binned wanted(whole, max_bins, 2, slopes);
      expect_bins_of_values(data, wanted.cuts, wanted.bins);
      for (const std::vector<std::int64_t>& sizes : cut_ways) {
        Blocks blocks(rows, sizes);
        const Binned found(blocks, max_bins, 2, slopes);
        expect_same_cuts(found.cuts, wanted.cuts);
        expect_same_bins(found.bins, wanted.bins);
      }
    }
  }
}

TEST(Bins, OfSparseRowsAreTheSameHoweverTheRowsAreCut) {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    Random random(seed);
    const SparsePair pair = both(random_sparse(random, 300, 12, "squared"));
    DatasetSource whole(pair.sparse), dense(pair.dense);
    const Binned wanted(whole, 16, 2, {}), of_dense(dense, 16, 2, {});
    expect_same_cuts(wanted.cuts, of_dense.cuts);
    EXPECT_GT(wanted.bins.view().sparse.features, 0);
    for (const std::vector<std::int64_t>& sizes : cut_ways) {
      Blocks blocks(pair.sparse, sizes);
      const Binned found(blocks, 16, 2, {});
      expect_same_cuts(found.cuts, wanted.cuts);
      expect_same_bins(found.bins, wanted.bins);
    }
  }
}

}  // namespace
}  // namespace linden
