// For the tests of linear kernels: one random design on the host and on the device, and the comparison of what the two
// tables make of it.
#pragma once

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "cuda/device.hpp"

namespace linden::cuda_test {

struct DesignShape {
  std::int64_t rows = 0;
  std::int32_t columns = 0;
  bool f32 = false, sparse = false, intercept = true, weighted = true;

  std::string text() const {
    return std::to_string(rows) + " x " + std::to_string(columns) + (f32 ? " f32" : " f64") +
           (sparse ? " sparse" : "") + (intercept ? "" : ", no intercept") + (weighted ? ", weights" : "");
  }
};

/// Numbers of a standard normal distribution.
inline std::vector<double> normal_numbers(std::int64_t count, unsigned seed, double deviation = 1) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal(0, deviation);
  std::vector<double> numbers(static_cast<std::size_t>(count));
  for (double& x : numbers) x = normal(random);
  return numbers;
}

/// Columns of several scales, every seventh left out; every fifth row has weight 0. Of a sparse design a quarter of
/// the entries, some rows and some columns without any.
template <class T>
struct DesignData {
  DesignShape shape;
  std::int64_t ld;
  std::vector<T> dense;
  std::vector<std::int64_t> row_offsets{0}, column_offsets{0};
  std::vector<std::int32_t> columns_of_entries, rows_of_entries;
  std::vector<T> by_row, by_column;
  std::vector<double> shift, factor, weights, labels;
  double share = 1;

  explicit DesignData(const DesignShape& of, int classes = 2)
      : shape(of), ld((of.rows + 63) / 64 * 64), dense(static_cast<std::size_t>(ld * of.columns)) {
    std::mt19937_64 random(static_cast<unsigned>(of.rows * 1000 + of.columns));
    std::normal_distribution<double> normal;
    const std::int64_t rows = of.rows;
    std::vector<std::vector<std::pair<std::int32_t, T>>> entries(static_cast<std::size_t>(rows));
    for (std::int32_t j = 0; j < of.columns; ++j) {
      const double scale = j % 3 == 0 ? 1 : j % 3 == 1 ? 1e-3 : 1e3, center = of.sparse ? 0.1 : double(j % 4);
      shift.push_back(of.intercept ? scale * center : 0);
      factor.push_back(j % 7 == 6 ? 0 : 1 / scale);
      for (std::int64_t i = 0; i < rows; ++i) {
        const bool is_entry = random() % 4 == 0 && i % 11 != 3 && j % 5 != 4;
        const T x = static_cast<T>(scale * (of.sparse ? normal(random) : normal(random) + center));
        dense[static_cast<std::size_t>(j * ld + i)] = of.sparse && !is_entry ? T(0) : x;
        if (!of.sparse || !is_entry) continue;
        entries[static_cast<std::size_t>(i)].push_back({j, x});
        rows_of_entries.push_back(static_cast<std::int32_t>(i));
        by_column.push_back(x);
      }
      column_offsets.push_back(static_cast<std::int64_t>(by_column.size()));
    }
    double total = 0;
    for (std::int64_t i = 0; i < rows; ++i) {
      for (const auto& [j, x] : entries[static_cast<std::size_t>(i)]) {
        columns_of_entries.push_back(j);
        by_row.push_back(x);
      }
      row_offsets.push_back(static_cast<std::int64_t>(by_row.size()));
      labels.push_back(double(random() % unsigned(classes)));
      weights.push_back(i % 5 == 2 ? 0.0 : 0.25 + double(random() % 8));
      total += of.weighted ? weights.back() : 1;
    }
    share = 1 / std::max(total, 1.0);
  }
};

/// A design in the memory of either side.
struct DesignOn {
  DesignView view;
  DesignWeights weights;
  const double* labels = nullptr;
};

class LinearOnDevice : public DeviceTest {
 protected:
  template <class T>
  DesignOn on_cpu(const DesignData<T>& data) {
    return on(data, [](const auto& values) { return values.data(); });
  }
  /// Arrays live as long as the test.
  template <class T>
  DesignOn on_device(const DesignData<T>& data) {
    return on(data, [&](const auto& values) { return keep(values); });
  }
  /// Calls task(part, scratch) for three parts of a design on the device, or as many as there can be; for one, where
  /// it is sparse.
  template <class T, class Task>
  void in_parts(const DesignData<T>& data, DesignView view, std::int32_t outputs, bool with_hessian, const Task& task) {
    const std::int64_t rows = data.shape.rows, third = rows / 3 / design_part_rows * design_part_rows;
    const std::int64_t step = data.shape.sparse ? rows : std::max(third, design_part_rows);
    const T* const values = data.shape.sparse ? nullptr : keep(data.dense);
    std::unique_ptr<DeviceArray<std::uint8_t>> scratch;
    for (std::int64_t first = 0; first < rows; first += step) {
      view.rows_before = first;
      view.rows = std::min(step, rows - first);
      view.rows_after = rows - first - view.rows;
      if (!data.shape.sparse) {
        std::vector<ColumnView> columns;
        for (std::int32_t j = 0; j < view.features; ++j)
          columns.push_back({values + j * data.ld + first, 1, view.all_f32 ? DType::f32 : DType::f64});
        view.columns = keep(columns);
      }
      if (first == 0)
        scratch = std::make_unique<DeviceArray<std::uint8_t>>(
            room<std::uint8_t>(device_backend().linear.design_scratch(context(), view, outputs, with_hessian)));
      task(view, scratch->data());
    }
  }
  template <class T>
  const T* keep(const std::vector<T>& values) {
    auto array = std::make_shared<DeviceArray<T>>(upload(values));
    kept_.push_back(array);
    return array->data();
  }

  /// Scratch memory of the CPU's table.
  void* scratch(const DesignOn& design, std::int32_t outputs, bool with_hessian = false) {
    scratch_.resize(static_cast<std::size_t>(
        cpu_backend().linear.design_scratch(cpu(), design.view, outputs, with_hessian) / 8 + 1));
    return scratch_.data();
  }

  /// Equal to 1e-12 of the largest number.
  static void expect_near(const std::vector<double>& found, const std::vector<double>& wanted,
                          const std::string& what) {
    ASSERT_EQ(found.size(), wanted.size());
    double largest = 0;
    for (const double x : wanted)
      if (std::isfinite(x)) largest = std::max(largest, std::abs(x));
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      if (!std::isfinite(wanted[i]))
        ASSERT_FALSE(std::isfinite(found[i])) << what << " " << i;
      else
        ASSERT_NEAR(found[i], wanted[i], 1e-12 * largest) << what << " " << i;
    }
  }

 private:
  template <class T, class Place>
  DesignOn on(const DesignData<T>& data, const Place& place) {
    constexpr DType dtype = sizeof(T) == 4 ? DType::f32 : DType::f64;
    DesignOn design;
    DesignView& view = design.view;
    view.rows = data.shape.rows;
    view.features = data.shape.columns;
    view.intercept = data.shape.intercept;
    view.sparse = data.shape.sparse;
    view.all_f32 = dtype == DType::f32;
    view.entry_columns = view.features;
    view.shift = place(data.shift);
    view.factor = place(data.factor);
    if (view.sparse) {
      view.entries = {place(data.row_offsets), place(data.columns_of_entries), place(data.by_row), dtype};
      view.by_column = {place(data.column_offsets), place(data.rows_of_entries), place(data.by_column), dtype};
    } else {
      const T* const values = place(data.dense);
      auto columns = std::make_shared<std::vector<ColumnView>>();
      for (std::int32_t j = 0; j < view.features; ++j) columns->push_back({values + j * data.ld, 1, dtype});
      kept_.push_back(columns);
      view.columns = place(*columns);
    }
    design.weights = {data.shape.weighted ? place(data.weights) : nullptr, data.share};
    design.labels = place(data.labels);
    return design;
  }

  std::vector<std::shared_ptr<void>> kept_;
  std::vector<double> scratch_;
};

}  // namespace linden::cuda_test
