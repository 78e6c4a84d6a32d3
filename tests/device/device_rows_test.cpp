// Raw rows on a GPU part by part: whatever the size of the parts, kernels see the view's rows.
#include "rows/device_rows.hpp"

#include "backend/raw_value.hpp"
#include "boosting/random_data.hpp"
#include "device/gpu.hpp"
#include "rows/dataset_rows.hpp"

namespace linden::device_test {
namespace {

class DeviceRowsOnGpu : public OnGpu {
 protected:
  void SetUp() override {
    OnGpu::SetUp();
    if (!IsSkipped()) context_ = std::make_unique<DeviceContext>(gpu(), workers_);
  }

  // The parts of the wanted features as text, read back from the device.
  std::vector<std::string> read_back(DeviceRows& rows, const std::vector<int>& features, std::int64_t columns) {
    std::vector<std::string> lines;
    rows.each_part(features, [&](const RowsView& part, std::int64_t first) {
      EXPECT_EQ(first, static_cast<std::int64_t>(lines.size()));
      append(host_copy(part, columns), lines);
    });
    return lines;
  }
  static std::vector<std::string> lines_of(const DatasetRows& raw, const std::vector<int>& features) {
    RowsView rows = raw.view();
    std::vector<ColumnView> columns;
    std::vector<std::int32_t> place(static_cast<std::size_t>(rows.features), -1), feature_of_column;
    for (std::size_t i = 0; i < features.size(); ++i) place[features[i]] = static_cast<std::int32_t>(i);
    if (!rows.sparse)
      for (const int f : features) columns.push_back(rows.columns[f]);
    for (std::int32_t c = 0; c < rows.entry_columns; ++c)
      feature_of_column.push_back(rows.feature_of_column[c] < 0 ? -1 : place[rows.feature_of_column[c]]);
    rows.columns = columns.data();
    rows.features = static_cast<std::int32_t>(features.size());
    rows.feature_of_column = feature_of_column.data();
    std::vector<std::string> lines;
    append(rows, lines);
    return lines;
  }
  DeviceRows on_gpu(const DatasetRows& raw, const DeviceRows::Layout& layout) {
    return DeviceRows(backend_of(gpu()), *context_, raw.view(), layout);
  }

 private:
  static void append(const RowsView& rows, std::vector<std::string>& lines) {
    for (std::int64_t row = 0; row < rows.rows; ++row) {
      std::string line;
      for (std::int32_t f = 0; !rows.sparse && f < rows.features; ++f)
        line += fmt::format("{} ", raw_value(rows.columns[f], row));
      if (rows.sparse)
        for (std::int64_t e = rows.entries.offsets[row]; e < rows.entries.offsets[row + 1]; ++e)
          line += fmt::format("{}: {} ", entry_feature(rows, e), entry_value(rows.entries, e));
      lines.push_back(line);
    }
  }
  template <class T>
  const T* fetch(const void* from, std::int64_t count) {
    const std::int64_t bytes = count * static_cast<std::int64_t>(sizeof(T));
    std::vector<std::byte>& copy = copies_.emplace_back(static_cast<std::size_t>(bytes));
    backend_of(gpu()).memory.download(*context_, copy.data(), from, bytes);
    return reinterpret_cast<const T*>(copy.data());
  }
  const void* fetch(DType dtype, const void* from, std::int64_t count) {
    if (dtype == DType::f64) return fetch<double>(from, count);
    return fetch<float>(from, count);
  }
  RowsView host_copy(RowsView part, std::int64_t columns) {
    copies_.clear();
    columns_.clear();
    if (!part.sparse) {
      const ColumnView* const list = fetch<ColumnView>(part.columns, part.features);
      for (std::int32_t f = 0; f < part.features; ++f) {
        ColumnView column = list[f];
        EXPECT_EQ(column.stride, 1);
        column.values = fetch(column.dtype, column.values, part.rows);
        if (column.code != nullptr) column.code = fetch<std::int32_t>(column.code, column.codes);
        columns_.push_back(column);
      }
      part.columns = columns_.data();
      return part;
    }
    EntriesView& entries = part.entries;
    entries.offsets = fetch<std::int64_t>(entries.offsets, part.rows + 1);
    EXPECT_EQ(entries.offsets[0], 0);
    entries.indices = fetch<std::int32_t>(entries.indices, entries.offsets[part.rows]);
    entries.values = fetch(entries.dtype, entries.values, entries.offsets[part.rows]);
    part.feature_of_column = fetch<std::int32_t>(part.feature_of_column, columns);
    return part;
  }

  Workers workers_{2};
  std::unique_ptr<DeviceContext> context_;
  std::vector<std::vector<std::byte>> copies_;
  std::vector<ColumnView> columns_;
};

const DeviceRows::Layout layouts_tried[] = {{},
                                            {.part_bytes = 1},
                                            {.part_bytes = 1000},
                                            {.keep_bytes = 1 << 20},
                                            {.part_bytes = 2000, .keep_bytes = 1 << 20},
                                            {.part_bytes = 400, .keep_bytes = 4000},
                                            {.part_bytes = 1, .rows_together = 7}};

TEST_F(DeviceRowsOnGpu, DenseColumns) {
  Random random(1);
  RandomData data = random_data(random, 90, 3, "squared");
  add_codes(data, random_codes(random, 90, 20, 0.1), 20);
  const Dataset rows = data.dataset();
  std::vector<FeatureSource> sources = plain_sources(std::vector<int>{3, 0, 2, 1});
  for (int code = 0; code < 20; ++code) sources[0].code.push_back(code % 3 == 0 ? -1 : 2 * code);
  const DatasetRows raw(rows, sources);
  for (const DeviceRows::Layout& layout : layouts_tried) {
    DeviceRows parts = on_gpu(raw, layout);
    for (const std::vector<int>& features : {std::vector<int>{0, 1, 2, 3}, {1, 3}, {}, {0, 2}})
      EXPECT_EQ(read_back(parts, features, 0), lines_of(raw, features)) << layout.part_bytes;
  }
}

TEST_F(DeviceRowsOnGpu, RowMajorNumbers) {
  Random random(2);
  std::vector<float> values;
  for (int i = 0; i < 2500 * 3; ++i) values.push_back(static_cast<float>(random.below(1000)));
  const Dataset rows = Dataset::from_rows(std::span<const float>(values), 3);
  const DatasetRows raw(rows, plain_sources(std::vector<int>{2, 0}));
  for (const std::int64_t part_bytes : {1 << 20, 9000}) {
    DeviceRows parts = on_gpu(raw, {.part_bytes = part_bytes});
    EXPECT_EQ(read_back(parts, {0, 1}, 0), lines_of(raw, {0, 1}));
  }
}

// A column that is copied as it stands beside one that is gathered.
TEST_F(DeviceRowsOnGpu, LargeContiguousColumns) {
  static constexpr int count = 140'000;
  std::vector<double> values(count);
  std::vector<float> small(count);
  for (int i = 0; i < count; ++i) values[i] = i * 0.5, small[i] = static_cast<float>(count - i);
  std::vector<Column> columns(2);
  columns[0] = {.name = "a", .values = Tensor::copy_of(std::span<const double>(values), {count})};
  columns[1] = {.name = "b", .values = Tensor::copy_of(std::span<const float>(small), {count})};
  const Dataset rows = Dataset::from_named(columns);
  const DatasetRows raw(rows, plain_sources(std::vector<int>{0, 1}));
  DeviceRows parts = on_gpu(raw, {});
  parts.each_part([](const RowsView& part, std::int64_t) { EXPECT_EQ(part.rows, count); });  // all at once
  EXPECT_TRUE(read_back(parts, {0, 1}, 0) == lines_of(raw, {0, 1}));
}

template <class T>
void try_sparse(Random& random, const std::function<void(const DatasetRows&)>& check) {
  std::vector<std::int64_t> offsets{0};
  std::vector<std::int32_t> columns;
  std::vector<T> values;
  for (int row = 0; row < 70; ++row) {
    for (std::int32_t c = 0; c < 9 && row % 10 != 4; ++c) {
      if (row != 30 && !random.chance(0.3)) continue;
      columns.push_back(c);
      values.push_back(static_cast<T>(random.below(100)));
    }
    offsets.push_back(static_cast<std::int64_t>(columns.size()));
  }
  const Dataset rows = Dataset::from_csr(std::span<const std::int64_t>(offsets), std::span<const std::int32_t>(columns),
                                         std::span<const T>(values), 9);
  check(DatasetRows(rows, plain_sources(std::vector<int>{8, 1, 4, 5})));
}

TEST_F(DeviceRowsOnGpu, SparseRows) {
  Random random(3);
  const auto check = [&](const DatasetRows& raw) {
    for (const DeviceRows::Layout& layout : layouts_tried) {
      DeviceRows parts = on_gpu(raw, layout);
      for (const std::vector<int>& features : {std::vector<int>{0, 1, 2, 3}, {2, 0}, {}, {3}})
        EXPECT_EQ(read_back(parts, features, 9), lines_of(raw, features)) << layout.part_bytes;
    }
  };
  try_sparse<double>(random, check);
  try_sparse<float>(random, check);
}

TEST_F(DeviceRowsOnGpu, OnTheCpuItIsTheViewItself) {
  Random random(4);
  const Dataset rows = random_data(random, 40, 3, "squared").dataset();
  const DatasetRows raw(rows, plain_sources(std::vector<int>{0, 1, 2}));
  Workers workers(2);
  DeviceContext context(Device::cpu(), workers);
  DeviceRows all(backend_of(Device::cpu()), context, raw.view(), {.part_bytes = 1});
  int parts = 0;
  all.each_part([&](const RowsView& part, std::int64_t first) {
    EXPECT_EQ(first, 0);
    EXPECT_EQ(part.rows, 40);
    EXPECT_EQ(part.columns[2].values, raw.view().columns[2].values);
    ++parts;
  });
  EXPECT_EQ(parts, 1);
}

}  // namespace
}  // namespace linden::device_test
