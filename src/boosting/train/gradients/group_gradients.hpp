// GroupGradients: the gradients of a ranking. What they need of the groups beside scores is made once: their ideal
// orders, discounts by rank, and the biases of places, which learn as training goes on.
#pragma once

#include <cstdint>
#include <vector>

#include "backend/backend.hpp"
#include "base/memory.hpp"
#include "boosting/train/gradients/gradient_source.hpp"

namespace linden {

class GroupGradients final : public GradientSource {
 public:
  /// What is passed must outlive the object.
  GroupGradients(const Backend& backend, Context& context, const FitRows& rows, std::uint64_t seed,
                 double learning_rate);

  void fill(const Scores& scores, int round, Gradients& gradients) override;
  std::vector<double> position_biases() const override;
  void set_position_biases(std::span<const double> biases) override;

 private:
  /// What each group's weights are multiplied by.
  std::vector<double> scales() const;

  const Backend& backend_;
  Context& context_;
  const FitRows& rows_;
  std::uint64_t seed_;
  double learning_rate_;
  std::span<const std::int64_t> starts_;
  std::int64_t longest_ = 0;
  std::vector<double> discounts_, scales_;  // empty for a loss that is not of pairs
  bool has_biases_ = false;
  OnDevice<std::int64_t> device_starts_;
  OnDevice<double> device_discounts_, device_scales_;
  DeviceArray<double> biases_;
  Memory scratch_;
};

}  // namespace linden
