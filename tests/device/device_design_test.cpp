// A design on a GPU, in one part or in many: its kernels see the same numbers.
#include "linear/design/device_design.hpp"

#include <gtest/gtest.h>

#include "boosting/sparse_data.hpp"
#include "device/gpu.hpp"
#include "linear/design/host_passes.hpp"

namespace linden::device_test {
namespace {

class DeviceDesignOnGpu : public OnGpu {
 protected:
  // The scores of two outputs, part by part, equal those of the host.
  void check(const Dataset& data, bool as_dense) {
    const Backend& backend = backend_of(gpu());
    DeviceContext context(gpu(), workers_);
    const Design design("test", data, {}, true, workers_);
    std::vector<double> parameters;
    for (int i = 0; i < 2 * (design.columns() + 1); ++i) parameters.push_back(0.25 * i - 1);
    const std::vector<double> wanted = host_scores(design, workers_, 2, parameters);
    const OnDevice<double> on_device(backend.memory, context, parameters.data(), std::ssize(parameters), "test");
    const std::int64_t whole = DeviceRows::whole;
    for (const auto& [part_bytes, keep_bytes] : {std::pair(whole, std::int64_t{0}), {1000, 0}, {1000, 16000}}) {
      DeviceDesign device(backend, context, design, as_dense, {part_bytes, keep_bytes});
      std::vector<double> found(wanted.size());
      std::int64_t next = 0, parts = 0;
      for (int pass = 0; pass < 2; ++pass) {
        next = parts = 0;
        const ToHost<double> scores(backend.memory, context, found.data(), std::ssize(found), "test");
        device.each_part([&](const DesignView& part) {
          EXPECT_EQ(part.rows_before, next);
          EXPECT_EQ(part.all_rows(), design.rows());
          EXPECT_EQ(part.sparse, data.is_sparse() && !as_dense);
          EXPECT_TRUE(part.sparse || part.is_last() || part.rows % design_part_rows == 0) << part.rows;
          backend.linear.scores(context, {.design = part,
                                          .outputs = 2,
                                          .parameters = on_device.data(),
                                          .scores = scores.data(),
                                          .scratch = nullptr});
          next += part.rows;
          ++parts;
        });
        scores.download();
      }
      EXPECT_EQ(next, design.rows());
      EXPECT_EQ(parts == 1, part_bytes == whole) << part_bytes;
      for (std::size_t i = 0; i < wanted.size(); ++i)
        ASSERT_NEAR(found[i], wanted[i], 1e-12 * (1 + std::abs(wanted[i])));
    }
  }

 private:
  Workers workers_{2};
};

TEST_F(DeviceDesignOnGpu, DenseRowsOfEveryLayout) {
  Random random(1);
  std::vector<double> values;
  for (int i = 0; i < 1800; ++i) values.push_back(random.normal());
  const std::vector<float> narrow(values.begin(), values.end());
  check(Dataset::from_rows(std::span<const double>(values), 3), false);
  check(Dataset::from_columns(std::span<const double>(values), 3), false);
  check(Dataset::from_rows(std::span<const float>(narrow), 3), false);
  std::vector<Column> mixed(2);
  mixed[0] = {.name = "a", .values = Tensor::copy_of(std::span(values).first(600), {600})};
  mixed[1] = {.name = "b", .values = Tensor::copy_of(std::span(narrow).first(600), {600})};
  check(Dataset::from_named(mixed), false);
}

// A long column is copied as it is, beside one that becomes f64.
TEST_F(DeviceDesignOnGpu, LongColumns) {
  static constexpr int count = 270'000;
  std::vector<double> values(count);
  std::vector<float> narrow(count);
  for (int i = 0; i < count; ++i) values[i] = i % 1013 * 0.5, narrow[i] = static_cast<float>(i % 77);
  std::vector<Column> columns(2);
  columns[0] = {.name = "a", .values = Tensor::copy_of(std::span<const double>(values), {count})};
  columns[1] = {.name = "b", .values = Tensor::copy_of(std::span<const float>(narrow), {count})};
  const Dataset data = Dataset::from_named(columns);
  const Backend& backend = backend_of(gpu());
  Workers workers(2);
  DeviceContext context(gpu(), workers);
  const Design design("test", data, {}, true, workers);
  DeviceDesign device(backend, context, design, false, {DeviceRows::whole, 0});
  DesignView all;
  device.each_part([&](const DesignView& part) { all = part; });
  EXPECT_EQ(all.rows, count);
  EXPECT_FALSE(all.all_f32);
  std::vector<ColumnView> list(2);
  backend.memory.download(context, list.data(), all.columns, 2 * sizeof(ColumnView));
  std::vector<double> first(count), second(count);
  backend.memory.download(context, first.data(), list[0].values, count * 8);
  backend.memory.download(context, second.data(), list[1].values, count * 8);
  EXPECT_TRUE(first == values);
  EXPECT_TRUE(second == std::vector<double>(narrow.begin(), narrow.end()));
}

TEST_F(DeviceDesignOnGpu, SparseRowsAndTheirZeros) {
  Random random(2);
  RandomData data;
  for (int f = 0; f < 5; ++f) {
    std::vector<double> column;
    for (int row = 0; row < 600; ++row) column.push_back(random.chance(0.3) ? random.normal() : 0);
    add_numbers(data, column);
  }
  data.label.assign(600, 0);
  check(both(data).sparse, false);
  check(both(data).sparse, true);
}

}  // namespace
}  // namespace linden::device_test
