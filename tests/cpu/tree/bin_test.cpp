// Bins of numbers on every instruction level, against the number of cuts below each value, in both layouts.
#include <limits>

#include "backend/tree/bin_value.hpp"
#include "backend/tree_kernels.hpp"
#include "cpu/tasks.hpp"

namespace linden {
namespace {

using namespace test;
using Limits = std::numeric_limits<double>;

constexpr std::uint8_t missing_bin = 77;

// 255 cuts: these, ascending, and infinities.
std::vector<double> padded(std::vector<double> cuts) {
  cuts.resize(search_width, Limits::infinity());
  return cuts;
}

// Every cut and its neighbours, of T and of double, and what is odd.
template <class T>
std::vector<T> values_around(const std::vector<double>& cuts) {
  std::vector<T> values = numbers<T>(200, -9, 9, true);
  for (const double cut : cuts) {
    if (std::isinf(cut)) continue;
    for (const double v : {std::nextafter(cut, -Limits::max()), cut, std::nextafter(cut, Limits::max())}) {
      const T x = static_cast<T>(v);
      for (const T near :
           {std::nextafter(x, std::numeric_limits<T>::lowest()), x, std::nextafter(x, std::numeric_limits<T>::max())})
        values.push_back(near);
    }
  }
  return values;
}

std::vector<std::vector<double>> all_cuts() {
  std::vector<std::vector<double>> cuts{{}, {0}, {-Limits::denorm_min(), Limits::denorm_min()}};
  for (const int count : {3, 16, 100, 255}) {
    std::vector<double>& even = cuts.emplace_back();  // each a float of its own
    for (int i = 0; i < count; ++i) even.push_back(-5 + i * 0.040000000001);
    std::vector<double>& dense = cuts.emplace_back();  // several are one float
    for (int i = 0; i < count; ++i) dense.push_back(1e9 + i * 0.25);
  }
  // Beyond all floats on both sides, and below the least.
  cuts.push_back({-1e300, -1e200, -3e38, -1e-50, 0, 1e-50, 1e-46, 3e38, 1e200, 1e300, Limits::max()});
  for (std::vector<double>& list : cuts) list = padded(list);
  return cuts;
}

int count_below(const std::vector<double>& cuts, double v) {
  int count = 0;
  for (const double cut : cuts) count += cut < v;
  return count;
}

void every_level(const auto& body) {
  static Workers crews[] = {Workers(1), Workers(7)};
  for (const CpuLevel& level : cpu_levels())
    for (Workers& workers : crews) {
      SCOPED_TRACE("level " + std::string(level.name) + ", " + std::to_string(workers.threads()) + " threads");
      Context context{workers};
      body(level.tree(), context);
      if (::testing::Test::HasFailure()) return;
    }
}

// Columns whose values lie `stride` apart.
template <class T>
void expect_bins(std::int64_t stride) {
  for (const std::vector<double>& cuts : all_cuts()) {
    const std::vector<T> values = values_around<T>(cuts);
    std::vector<T> memory(values.size() * static_cast<std::size_t>(stride), T(-1));
    for (std::size_t i = 0; i < values.size(); ++i) memory[i * static_cast<std::size_t>(stride)] = values[i];
    const ColumnView column{.values = memory.data(), .stride = stride, .dtype = dtype_of<T>};
    const FeatureCuts feature{.cuts = cuts.data(), .missing_bin = missing_bin};
    every_level([&](const TreeKernels& kernels, Context& context) {
      std::vector<std::uint8_t> bins(values.size());
      RowsView rows;
      rows.rows = std::ssize(values);
      rows.features = 1;
      rows.columns = &column;
      BinsView view;
      view.rows = rows.rows;
      view.features = 1;
      view.by_feature = bins.data();
      kernels.bin(context, {rows, &feature, view, 0});
      for (std::size_t i = 0; i < values.size(); ++i) {
        const int wanted = std::isnan(values[i]) ? missing_bin : count_below(cuts, values[i]);
        ASSERT_EQ(bins[i], wanted) << values[i] << " among cuts from " << cuts[0];
      }
    });
  }
}

TEST(CpuBin, FloatsLieWhereTheDoublesTheyAreDo) {
  expect_bins<float>(1);
  expect_bins<float>(3);
}

TEST(CpuBin, DoublesLieWhereTheyDoThoughCutsAreOneFloat) {
  expect_bins<double>(1);
  expect_bins<double>(3);
}

TEST(CpuBin, RowsHoldWhatFeaturesHold) {
  const std::vector<double> cuts = padded({-6, -3, -1, 0, 2, 5});
  for (const std::int64_t features : {1, 3, 4, 5, 8, 13, 28, 70})
    for (const std::int64_t rows : {1, 63, 64, 200, 4500}) {
      const std::int64_t stride = features <= 4 ? 4 : features <= 8 ? 8 : (features + 31) / 32 * 32, before = 5;
      const std::vector<float> values = numbers<float>(static_cast<std::size_t>(rows * features), -9, 9, true);
      std::vector<ColumnView> columns;
      for (std::int64_t f = 0; f < features; ++f)
        columns.push_back({.values = values.data() + f, .stride = features, .dtype = DType::f32});
      const std::vector<FeatureCuts> list(columns.size(), {.cuts = cuts.data(), .missing_bin = missing_bin});
      every_level([&](const TreeKernels& kernels, Context& context) {
        const std::int64_t all = rows + 2 * before;
        std::vector<std::uint8_t> by_row(static_cast<std::size_t>(all * stride)),
            by_feature(static_cast<std::size_t>(all * features));
        std::fill_n(by_row.begin(), before * stride, std::uint8_t{200});  // of rows that are not asked for
        std::fill_n(by_row.end() - before * stride, before * stride, std::uint8_t{200});
        RowsView view;
        view.rows = rows;
        view.features = static_cast<std::int32_t>(features);
        view.columns = columns.data();
        BinsView bins;
        bins.rows = all;
        bins.features = view.features;
        bins.row_stride = stride;
        bins.by_row = by_row.data();
        bins.by_feature = by_feature.data();
        kernels.bin(context, {view, list.data(), bins, before});
        for (std::int64_t row = 0; row < all; ++row)
          for (std::int64_t f = 0; f < stride; ++f) {
            const bool asked = row >= before && row < before + rows;
            const std::uint8_t wanted = !asked ? 200 : f < features ? by_feature[f * all + row] : 0;
            ASSERT_EQ(by_row[row * stride + f], wanted) << row << " " << f << " of " << features;
          }
      });
    }
}

}  // namespace
}  // namespace linden
