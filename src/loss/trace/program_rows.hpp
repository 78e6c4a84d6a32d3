// The interpreter of row programs (backend/loss/row_program.hpp) for the host outside of kernels: compiled once.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "backend/loss/row_instructions.hpp"

namespace linden {

class ProgramRows {
 public:
  /// Up to `width` rows at a time; `with_loss` says whether loss() will be asked for.
  ProgramRows(const RowProgram& program, std::int64_t width, bool with_loss);
  ~ProgramRows();

  /// Reads rows begin, begin + 1, ... of the parameters, and the scores and labels at these places: score k of row i at
  /// scores[k * score_stride + i].
  void load(const double* scores, std::int64_t score_stride, const double* labels, const double* const* parameters,
            std::int64_t begin, std::int64_t count);
  /// With respect to score `seed`.
  void differentiate(std::int32_t seed);

  double loss(std::int64_t row) const;
  double gradient(std::int64_t row) const;
  double curvature(std::int64_t row) const;

 private:
  struct Tile;
  std::unique_ptr<Tile> tile_;
};

}  // namespace linden
