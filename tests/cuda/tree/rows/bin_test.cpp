// Bins from the GPU's kernel are the CPU's, in both layouts.
#include <algorithm>

#include "backend/tree/bin_value.hpp"
#include "cuda/tree/raw_rows.hpp"

namespace linden {
namespace {

using namespace cuda_test;

// The bins of some features, zero at first.
struct BinMemory {
  std::vector<std::uint8_t> by_row, by_feature;
  std::int64_t rows, stride;
  std::int32_t features;

  BinMemory(std::int64_t rows_, std::int64_t stride_, std::int32_t features_)
      : by_row(static_cast<std::size_t>(rows_ * stride_)),
        by_feature(static_cast<std::size_t>(rows_ * features_)),
        rows(rows_),
        stride(stride_),
        features(features_) {}
  BinsView view(std::uint8_t* row_memory, std::uint8_t* feature_memory) const {
    BinsView bins;
    bins.by_row = row_memory;
    bins.row_stride = stride;
    bins.by_feature = feature_memory;
    bins.rows = rows;
    bins.features = features;
    return bins;
  }
};

class Bin : public RawColumns {
 protected:
  // Cuts at some multiples of 1/4, so that values meet them; categories in bins of any order.
  std::vector<FeatureCuts> random_cuts(std::mt19937& random, const std::vector<bool>& categorical) {
    numbers_.assign(categorical.size() * search_width, std::numeric_limits<double>::infinity());
    bin_of_code_.resize(categorical.size());
    std::vector<FeatureCuts> cuts;
    for (std::size_t f = 0; f < categorical.size(); ++f) {
      FeatureCuts& feature = cuts.emplace_back();
      feature.missing_bin = static_cast<std::uint8_t>(random() % 256);
      if (categorical[f]) {
        for (int code = 0; code < 35; ++code) bin_of_code_[f].push_back(static_cast<std::uint8_t>(random() % 256));
        feature.bin_of_code = bin_of_code_[f].data();
        feature.codes = 35;
        continue;
      }
      double* const first = numbers_.data() + f * search_width;
      const int count = f % 3 == 0 ? search_width : static_cast<int>(random() % 20);
      for (int i = 0; i < count; ++i) first[i] = count == search_width ? -5.125 + i * 0.0625 : -4 + i * 0.5;
      feature.cuts = first;
    }
    return cuts;
  }

  // Rows `first_row` and following of the bins, on either device; the rows around them must stay as they are.
  void expect_same(const RowsView& host, const RowsView& device, const std::vector<FeatureCuts>& cuts,
                   std::int64_t stride, std::int64_t first_row, std::int64_t all_rows) {
    BinMemory wanted(all_rows, stride, host.features);
    cpu_backend().tree.bin(cpu(),
                           {host, cuts.data(), wanted.view(wanted.by_row.data(), wanted.by_feature.data()), first_row});
    BinMemory empty(all_rows, stride, host.features);  // but for garbage where the kernel must write
    std::fill_n(empty.by_row.begin() + first_row * stride, host.rows * stride, std::uint8_t{0xab});
    for (std::int64_t f = 0; f < host.features; ++f)
      std::fill_n(empty.by_feature.begin() + f * all_rows + first_row, host.rows, std::uint8_t{0xab});
    const DeviceArray<std::uint8_t> by_row = upload(empty.by_row), by_feature = upload(empty.by_feature);
    device_backend().tree.bin(context(),
                              {device, cuts.data(), empty.view(by_row.data(), by_feature.data()), first_row});
    EXPECT_TRUE(same_bytes(wanted.by_feature, download(by_feature)));
    EXPECT_TRUE(same_bytes(wanted.by_row, download(by_row)));
  }

 private:
  std::vector<double> numbers_;
  std::vector<std::vector<std::uint8_t>> bin_of_code_;
};

TEST_F(Bin, DenseColumnsOfAllKinds) {
  std::mt19937 random(1);
  for (const std::int64_t rows : {1, 31, 128, 300}) {
    std::vector<RawColumn> columns;
    std::vector<bool> categorical;
    for (const DType dtype : {DType::f64, DType::f32, DType::i32, DType::f64, DType::i32}) {
      columns.push_back(random_column(random, dtype, rows));
      categorical.push_back(dtype == DType::i32);
    }
    for (int code = 0; code < 40; ++code) columns[4].code.push_back(int(random() % 40) - 3);
    const std::vector<FeatureCuts> cuts = random_cuts(random, categorical);
    expect_same(host_view(columns, rows), device_view(columns, rows), cuts, 8, 0, rows);
    expect_same(host_view(columns, rows), device_view(columns, rows), cuts, 8, 5, rows + 9);
  }
}

TEST_F(Bin, ManyRowsOfOneFeature) {
  std::mt19937 random(2);
  const std::vector<RawColumn> columns{random_column(random, DType::f32, 4500)};
  expect_same(host_view(columns, 4500), device_view(columns, 4500), random_cuts(random, {false}), 4, 0, 4500);
}

TEST_F(Bin, ManyFeatures) {
  std::mt19937 random(3);
  for (const int features : {16, 31, 64, 70}) {
    std::vector<RawColumn> columns;
    for (int f = 0; f < features; ++f) columns.push_back(random_column(random, DType::f32, 20));
    const std::int64_t stride = features <= 16 ? 16 : (features + 31) / 32 * 32;
    const std::vector<FeatureCuts> cuts = random_cuts(random, std::vector<bool>(features, false));
    expect_same(host_view(columns, 20), device_view(columns, 20), cuts, stride, 0, 20);
  }
}

TEST_F(Bin, SparseRows) {
  std::mt19937 random(4);
  for (const std::int64_t rows : {1, 40, 200}) {
    const std::vector<FeatureCuts> cuts = random_cuts(random, std::vector<bool>(18, false));
    const RawEntries<double> f64 = random_entries<double>(random, rows, 41, 18);
    expect_same(host_view(f64, 18), device_view(f64, 18), cuts, 32, 0, rows);
    const RawEntries<float> f32 = random_entries<float>(random, rows, 41, 18);
    expect_same(host_view(f32, 18), device_view(f32, 18), cuts, 32, 3, rows + 4);
  }
}

TEST_F(Bin, NoRowsAndNoFeatures) {
  std::mt19937 random(5);
  const std::vector<RawColumn> columns{random_column(random, DType::f64, 3)};
  expect_same(host_view(columns, 0), device_view(columns, 0), random_cuts(random, {false}), 4, 0, 2);
  const RowsView rows{.rows = 3, .features = 0};
  expect_same(rows, rows, {}, 4, 0, 3);
}

}  // namespace
}  // namespace linden
