// The Hessian of a weighted mean loss plus a penalty, on its device, and its Cholesky factor.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "backend/backend.hpp"
#include "backend/comms.hpp"
#include "linear/design/device_design.hpp"
#include "linear/objective/penalty.hpp"

namespace linden {

class Hessian {
 public:
  /// Of parameters [outputs, width] over these rows; `softmax` says what curvatures are. `device` is the design's. All
  /// must outlive it. Where sparse rows are wanted dense, and they find no room so, they come in parts of `part_bytes`.
  Hessian(const Backend& backend, Context& context, const Design& design, DeviceDesign& device, std::int64_t outputs,
          bool softmax, std::int64_t part_bytes);
  /// About the bytes that it takes, its design apart.
  static std::int64_t bytes(std::int64_t size) noexcept;

  /// Adds l2 to the diagonal, and `more` [width] unless it is empty; parameters that are not free, in columns that the
  /// design leaves out now, have 1 there.
  void set_diagonal(const Penalty& penalty, std::span<const double> more = {});

  /// curvatures [outputs, rows], on the device. The sums over rows are those of all ranks.
  void form(const double* curvatures, const DesignWeights& weights);
  /// Has `change` make another matrix of what was formed, [size, size], on the host.
  template <class Change>
  void change(const Change& change) {
    std::vector<double> matrix = copy();
    change(std::span(matrix));
    matrix_.upload(matrix.data());
  }
  /// Cholesky of what was formed, in place. Returns the first pivot that is not positive, or -1.
  std::int64_t factor();
  /// x = Hessian^-1 x, by the factor. Where there are equations x is the step that goes along them: the lowest point of
  /// the quadratic there.
  void solve(std::span<double> x);
  /// What the device has, [size, size] row-major: the lower half of the Hessian, or its factor.
  std::vector<double> copy() const;

 private:
  void sum_over_ranks();
  void add_sums();
  void solve_freely(std::span<double> x);
  DeviceDesign& rows() const noexcept { return dense_ ? *dense_ : device_; }

  const Backend& backend_;
  Context& context_;
  const Ranks ranks_;
  const Design& design_;
  DeviceDesign& device_;
  std::unique_ptr<DeviceDesign> dense_;  // sparse rows, where the kernel wants them dense
  std::int64_t outputs_, width_, size_;
  bool softmax_;
  SquaredSums squares_;
  Equations equations_;
  std::vector<std::vector<double>> across_, ways_;  // of equations, one an output: rows, and how steps go across them
  DeviceArray<double> matrix_, vector_, diagonal_, coupling_;
  DeviceArray<std::uint8_t> scratch_;
};

}  // namespace linden
