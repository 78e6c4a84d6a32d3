// SharedTree: the one tree of a round that adds to all outputs. It is grown from a plane of gradients for each output,
// or from a sketch of them, and its leaves get a value for each output from exact sums of all gradients.
#pragma once

#include <deque>
#include <optional>
#include <vector>

#include "backend/backend.hpp"
#include "boosting/bins/bins.hpp"
#include "boosting/train/growth/grow.hpp"
#include "boosting/train/growth/grower.hpp"
#include "boosting/train/gradients/sketch.hpp"
#include "boosting/train/growth/tree_storage.hpp"

namespace linden {

class SharedTree final : public Grower {
 public:
  /// Of `outputs` outputs a sketch where they are more than `planes`. What is passed must outlive the object, but for
  /// `limits`.
  SharedTree(const Backend& backend, Context& context, const std::vector<Cuts>& cuts, const Bins& bins,
             const GrowthLimits& limits, int outputs, int planes, const GrowthRules& rules);

  TreeInput& input() noexcept override { return storage_.front().memory(); }
  void grow_round(const Gradients& gradients, const Scores& from, bool is_scored, Ensemble& ensemble,
                  const RoundKeys& keys) override;

 private:
  Tree finished(const Gradients& gradients, const Scores& from, bool is_scored);

  const Backend& backend_;
  Context& context_;
  const std::vector<Cuts>& cuts_;
  const Bins& bins_;
  std::optional<Sketch> sketch_;
  std::deque<TreeStorage> storage_;  // of each plane
  PlaneTask planes_;
};

}  // namespace linden
