// Sampler: which rows the trees of a round are grown from. It runs on the device, after the gradients: a kind may look
// at them, and give rows more weight by changing them. What it draws depends on the seed, the round and the numbers of
// the rows, so that a sample is the same everywhere.
#pragma once

#include <cstdint>
#include <linden/boosting.hpp>
#include <memory>

#include "backend/backend.hpp"
#include "boosting/train/gradients/fit_rows.hpp"
#include "boosting/train/gradients/gradients.hpp"

namespace linden {

class Sampler {
 public:
  Sampler() = default;
  Sampler(const Sampler&) = delete;
  Sampler& operator=(const Sampler&) = delete;
  virtual ~Sampler() = default;

  /// Points `tree` to the rows of this draw: the number of a round, or of one of the trees that share a round. Returns
  /// whether it changed gradients and curvatures (their ranges with them), which then belong to this sample alone.
  virtual bool draw(int round, Gradients& gradients, TreeInput& tree) = 0;
};

/// The kind that a configuration asks for. `rows` are those of `train`. What is passed must outlive it. Throws
/// ArgumentError or DataError for a kind that these rows cannot have.
std::unique_ptr<Sampler> row_sampler(const Backend& backend, Context& context, const BoostingConfig& config,
                                     const FitRows& rows, const Dataset& train);

}  // namespace linden
