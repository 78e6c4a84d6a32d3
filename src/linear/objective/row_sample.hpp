// The Hessian of some rows of a fit, nearly that of all: what conjugate gradients are preconditioned with.
//
// With m rows a column the eigenvalues of the sample's Hessian, measured by that of all rows, lie about
// (1 +- sqrt(1 / m))^2 (Marchenko and Pastur 1967), however dependent the columns are; conjugate gradients then gain as
// many digits a step. Rokhlin and Tygert (2008) and Avron, Maymounkov and Toledo (2010) mix the rows before they sample
// them; here they are taken as they are, spread over the data, and columns that the sample has too little of are left
// to the diagonal.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "linear/objective/objective.hpp"

namespace linden {

class RowSample {
 public:
  /// How many rows a sample of this objective takes; 0 where so many would be no small part of all,
  /// there are too many parameters for a factor, or rows lie on several ranks.
  static std::int64_t rows_for(const Objective& whole) noexcept;

  /// `whole` must outlive it, and rows_for() is not 0.
  explicit RowSample(const Objective& whole);
  RowSample(const RowSample&) = delete;
  RowSample& operator=(const RowSample&) = delete;

  /// At a point of `whole`, where rows have this mean curvature. False where it is not positive definite; there is no
  /// solve() then.
  bool factor(const Point& point, double mean_curvature);
  /// x = (the sample's Hessian)^-1 x
  void solve(std::span<double> x) { hessian_.solve(x); }

 private:
  const Objective& whole_;
  RowBlocks blocks_;
  Design design_;
  DeviceDesign device_;
  Hessian hessian_;
  std::vector<double> weights_;       // empty for all one
  std::vector<double> mean_squares_;  // of the standardised columns, [width]
  double total_ = 0;                  // of the weights
  DeviceArray<double> device_weights_, curvatures_;
};

}  // namespace linden
