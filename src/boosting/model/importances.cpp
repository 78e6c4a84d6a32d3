// What each feature did for the splits of a model.
#include <algorithm>
#include <functional>

#include "base/out_of_memory.hpp"
#include "boosting/model/model.hpp"

namespace linden {

std::vector<Importance> BoostedModel::importances() const try {
  const State& s = known("importances");
  std::vector<Importance> all(static_cast<std::size_t>(s.columns()));
  for (const Tree& tree : s.trees)
    for (const TreeNode& node : tree.nodes) {
      if (node.feature < 0) continue;
      Importance& importance = all[static_cast<std::size_t>(node.feature)];
      importance.gain += node.gain;
      importance.cover += node.cover;
      ++importance.splits;
    }
  for (std::size_t f = 0; f < all.size(); ++f) all[f].feature = static_cast<int>(f);
  std::erase_if(all, [](const Importance& i) { return i.splits == 0; });
  for (Importance& importance : all) importance.name = s.column_name(importance.feature);
  std::ranges::stable_sort(all, std::greater<>(), &Importance::gain);
  return all;
} catch (const std::bad_alloc&) {
  fail_out_of_memory("BoostedModel::importances");
}

}  // namespace linden
