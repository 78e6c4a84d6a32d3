// Grove: the trees of a round, one for each output. Where a device has a thread for each of several trees, and the
// outputs keep all threads busy, they grow side by side, each in memory of its own; else one after another, each by all
// threads. The trees are the same.
#pragma once

#include <deque>
#include <optional>
#include <span>
#include <vector>

#include "backend/backend.hpp"
#include "boosting/bins/bins.hpp"
#include "boosting/train/ensemble/ensemble.hpp"
#include "boosting/train/gradients/gradients.hpp"
#include "boosting/train/growth/grower.hpp"
#include "boosting/train/leaves/slope_fit.hpp"
#include "boosting/train/growth/page_storage.hpp"
#include "boosting/train/growth/tree_storage.hpp"

namespace linden {

class Grove final : public Grower {
 public:
  /// `renewals` without their scores, one an output: all or none have a level. `slopes`: what gives leaves their
  /// slopes, where they are linear. What is passed must outlive the object, but for `limits`.
  Grove(const Backend& backend, Context& context, const std::vector<Cuts>& cuts, const Bins& bins,
        const GrowthLimits& limits, std::vector<Renewal> renewals, const GrowthRules& rules = {},
        SlopeFit* slopes = nullptr);

  TreeInput& input() noexcept override { return storage_.memory(); }
  void grow_round(const Gradients& gradients, const Scores& from, bool is_scored, Ensemble& ensemble,
                  const RoundKeys& keys = {}) override;

 private:
  // Where one of several trees grows, on one thread.
  struct Place {
    Place(const Backend& backend, const BinsView& bins, const GrowthLimits& limits, const Renewal& renewal, int places,
          const GrowthRules& rules);
    Workers alone{1};
    Context context{alone};
    TreeStorage storage;
  };

  Tree grow_tree(Context& context, TreeStorage& storage, const Gradients& gradients, const Scores& from, bool is_scored,
                 int output, const RoundKeys& keys);

  const Backend& backend_;
  Context& context_;
  const std::vector<Cuts>& cuts_;
  const Bins& bins_;
  std::vector<Renewal> renewals_;
  int outputs_, side_by_side_;
  SlopeFit* slopes_;
  TreeStorage storage_;               // of a tree that all threads grow
  std::optional<PageStorage> pages_;  // where its rows go by in pages
  std::deque<Place> places_;          // by worker
};

}  // namespace linden
