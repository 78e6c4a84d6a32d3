#include "boosting/bins/known_cuts.hpp"

#include <algorithm>
#include <string_view>

namespace linden {

std::string KnownCuts::key_of(const BoostingConfig& config) {
  static constexpr std::string_view without_say[] = {
      "rounds",   "learning_rate",    "growth",           "max_leaves",   "max_depth",        "l1",  "l2",
      "min_gain", "min_child_weight", "min_rows_in_leaf", "row_fraction", "feature_fraction", "seed"};
  std::string key;
  for (const FieldInfo& field : fields(config))
    if (std::ranges::find(without_say, field.name) == std::ranges::end(without_say))
      key += field.name + '=' + field.value + '\n';
  return key;
}

}  // namespace linden
