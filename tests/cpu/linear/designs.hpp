// What tests of linear kernels share: designs of every layout with plain loops over them in long double, and tables of
// all instruction levels with several numbers of threads.
#pragma once

#include <algorithm>

#include "backend/linear_kernels.hpp"
#include "cpu/tasks.hpp"

namespace linden {
namespace test {

enum class Rows { row_major, column_major, strided, mixed, gap, sparse };
inline const std::vector<Rows> all_layouts{Rows::row_major, Rows::column_major, Rows::strided,
                                           Rows::mixed,     Rows::gap,          Rows::sparse};

struct DesignOptions {
  Rows layout = Rows::row_major;
  DType dtype = DType::f64;
  std::int64_t rows = 100;
  std::int32_t columns = 5;
  bool intercept = true;
  bool weighted = true;
  std::int32_t left_out = -1;  ///< a column of factor 0
};

/// A design with its memory. Values are whole 64ths, so that f32 holds them.
class TestDesign {
 public:
  explicit TestDesign(const DesignOptions& options) : options_(options) {
    std::mt19937_64 random(17);
    const auto rows = static_cast<std::size_t>(options.rows), columns = static_cast<std::size_t>(options.columns);
    values_.resize(rows * columns);
    for (double& x : values_) x = static_cast<double>(random() % 257) / 64 - 1;
    if (options.layout == Rows::sparse)
      for (double& x : values_)
        if (random() % 3 != 0) x = 0;
    for (std::size_t j = 0; j < columns; ++j) {
      shift_.push_back(static_cast<double>(random() % 100) / 100 + 0.25);
      factor_.push_back(static_cast<int>(j) == options.left_out ? 0.0
                                                                : 0.5 + static_cast<double>(random() % 100) / 100);
    }
    double sum = 0;
    for (std::size_t i = 0; i < rows; ++i) {
      weights_.push_back(!options.weighted ? 1.0 : i % 5 == 2 ? 0.0 : 0.25 + static_cast<double>(i % 3));
      sum += weights_.back();
    }
    share_ = sum > 0 ? 1 / sum : 1;
    lay_out();
  }

  DesignView view() const {
    DesignView view;
    view.rows = options_.rows;
    view.features = options_.columns;
    view.intercept = options_.intercept;
    view.sparse = options_.layout == Rows::sparse;
    view.shift = shift_.data();
    view.factor = factor_.data();
    view.columns = views_.data();
    if (view.sparse) {
      view.entries = {offsets_.data(), indices_.data(), f64_.data(), options_.dtype};
      if (options_.dtype == DType::f32) view.entries.values = f32_.data();
    }
    return view;
  }
  DesignWeights weights() const { return {options_.weighted ? weights_.data() : nullptr, share_}; }

  std::int64_t rows() const { return options_.rows; }
  std::int64_t width() const { return options_.columns + 1; }
  /// weight * share
  long double weight(std::int64_t i) const { return static_cast<long double>(at(weights_, i)) * share_; }
  /// A(i, j)
  long double operator()(std::int64_t i, std::int64_t j) const {
    if (j == options_.columns) return options_.intercept ? 1 : 0;
    return (static_cast<long double>(at(values_, i * options_.columns + j)) - at(shift_, j)) * at(factor_, j);
  }
  std::string name() const {
    return "layout " + std::to_string(static_cast<int>(options_.layout)) + " of " + name_of(options_.dtype) + ", " +
           std::to_string(options_.rows) + " x " + std::to_string(options_.columns);
  }

 private:
  template <class T>
  static const T& at(const std::vector<T>& v, std::int64_t i) {
    return v[static_cast<std::size_t>(i)];
  }

  DType dtype_of_column(std::int32_t j) const {
    if (options_.layout != Rows::mixed) return options_.dtype;
    return j % 3 == 1 ? DType::f32 : DType::f64;
  }

  void lay_out() {
    const std::int64_t rows = options_.rows, columns = options_.columns;
    if (options_.layout == Rows::sparse) return lay_out_sparse();
    // Row-major with a gap: one column in the middle is not of the design, and holds NaN, as the row's end does.
    const std::int64_t hole = columns / 2;
    std::int64_t row_step = 1, column_step = rows;
    if (options_.layout == Rows::row_major) row_step = columns, column_step = 1;
    if (options_.layout == Rows::gap) row_step = columns + 2, column_step = 1;
    if (options_.layout == Rows::strided) row_step = 3, column_step = 3 * rows + 5;
    const auto place = [&](std::int64_t i, std::int64_t j) {
      return i * row_step + j * column_step + (options_.layout == Rows::gap && j >= hole ? 1 : 0);
    };
    const auto size = static_cast<std::size_t>(rows > 0 ? place(rows - 1, columns - 1) + 1 : 1);
    f64_.assign(size, std::nan(""));
    f32_.assign(size, std::nanf(""));
    for (std::int64_t i = 0; i < rows; ++i)
      for (std::int64_t j = 0; j < columns; ++j) {
        f64_[static_cast<std::size_t>(place(i, j))] = at(values_, i * columns + j);
        f32_[static_cast<std::size_t>(place(i, j))] = static_cast<float>(at(values_, i * columns + j));
      }
    for (std::int32_t j = 0; j < columns; ++j) {
      const DType dtype = dtype_of_column(j);
      const std::int64_t first = place(0, j);
      views_.push_back(
          {dtype == DType::f64 ? static_cast<const void*>(f64_.data() + first) : f32_.data() + first, row_step, dtype});
    }
  }

  void lay_out_sparse() {
    offsets_.push_back(0);
    for (std::int64_t i = 0; i < options_.rows; ++i) {
      for (std::int32_t j = 0; j < options_.columns; ++j)
        if (const double x = at(values_, i * options_.columns + j); x != 0) {
          indices_.push_back(j);
          f64_.push_back(x);
          f32_.push_back(static_cast<float>(x));
        }
      offsets_.push_back(static_cast<std::int64_t>(indices_.size()));
      if (i % 4 == 3) {  // columns in no order
        std::reverse(indices_.begin() + offsets_[static_cast<std::size_t>(i)], indices_.end());
        std::reverse(f64_.begin() + offsets_[static_cast<std::size_t>(i)], f64_.end());
        std::reverse(f32_.begin() + offsets_[static_cast<std::size_t>(i)], f32_.end());
      }
    }
  }

  DesignOptions options_;
  std::vector<double> values_, shift_, factor_, weights_, f64_;
  std::vector<float> f32_;
  std::vector<ColumnView> views_;
  std::vector<std::int64_t> offsets_;
  std::vector<std::int32_t> indices_;
  double share_ = 1;
};

/// Scratch memory of exactly the bytes that the table asks for, full of NaN.
struct Scratch {
  std::vector<std::uint8_t> memory;
  Scratch(const LinearKernels& kernels, Context& context, const DesignView& design, std::int32_t outputs,
          bool with_hessian)
      : memory(static_cast<std::size_t>(kernels.design_scratch(context, design, outputs, with_hessian)), 0xff) {}
  void* data() { return memory.data(); }
};

/// Calls body(kernels, context) for every level with 1, 2 and 7 threads; body returns all numbers that came out, which
/// must be the same bytes for any number of threads.
template <class Body>
void every_linear_level(const Body& body) {
  static Workers crews[] = {Workers(1), Workers(2), Workers(7)};
  for (const CpuLevel& level : cpu_levels()) {
    std::vector<double> first;
    for (Workers& workers : crews) {
      SCOPED_TRACE("level " + std::string(level.name) + ", " + std::to_string(workers.threads()) + " threads");
      Context context{workers};
      const std::vector<double> got = body(level.linear(), context);
      if (workers.threads() == 1)
        first = got;
      else
        expect_same(got, first);
      if (::testing::Test::HasFailure()) return;
    }
  }
}

/// |got - wanted| <= bound * (1 + |wanted|), element by element.
inline void expect_near(const std::vector<double>& got, const std::vector<long double>& wanted, double bound,
                        const std::string& what) {
  ASSERT_EQ(got.size(), wanted.size());
  for (std::size_t i = 0; i < got.size(); ++i)
    if (!(std::abs(got[i] - wanted[i]) <= bound * (1 + std::abs(wanted[i])))) {
      ADD_FAILURE() << what << ": element " << i << " of " << got.size() << " is " << got[i] << ", not " << wanted[i];
      return;
    }
}

}  // namespace test
}  // namespace linden
