// Sampler: which rows the trees of a round are grown from. It runs on the device, after the gradients: a kind may look
// at them, and give rows more weight by changing them. What it draws depends on the seed, the round and the numbers of
// the rows, so that a sample is the same everywhere.
#pragma once

#include <cstdint>
#include <linden/boosting.hpp>
#include <memory>

#include "backend/backend.hpp"
#include "boosting/train/gradients/gradients.hpp"

namespace linden {

class Sampler {
 public:
  Sampler() = default;
  Sampler(const Sampler&) = delete;
  Sampler& operator=(const Sampler&) = delete;
  virtual ~Sampler() = default;

  /// Points `tree` to the rows of this round. May change the gradients and curvatures of the round, their ranges with
  /// them.
  virtual void draw(int round, Gradients& gradients, TreeInput& tree) = 0;
};

/// The kind that a configuration asks for: all rows, or a share of them, each as likely as the others. What is passed
/// must outlive it.
std::unique_ptr<Sampler> row_sampler(const Backend& backend, Context& context, const BoostingConfig& config,
                                     std::int64_t rows);

}  // namespace linden
