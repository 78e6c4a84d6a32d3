#include "boosting/train/growth/grower.hpp"

#include <utility>

#include "boosting/model/config/config.hpp"
#include "boosting/train/growth/grove.hpp"
#include "boosting/train/growth/shared_tree.hpp"

namespace linden {

std::unique_ptr<Grower> grower_of(const Backend& backend, Context& context, const std::vector<Cuts>& cuts,
                                  const Bins& bins, const BoostingConfig& config, std::vector<Renewal> renewals,
                                  const GrowthRules& rules, SlopeFit* slopes) {
  const int outputs = static_cast<int>(std::ssize(renewals));
  const GrowthLimits limits = growth_limits(config);
  if (has_shared_trees(config, outputs))
    return std::make_unique<SharedTree>(backend, context, cuts, bins, limits, outputs, config.multi_output.sketch,
                                        rules);
  return std::make_unique<Grove>(backend, context, cuts, bins, limits, std::move(renewals), rules, slopes);
}

}  // namespace linden
