#include "boosting/predict/device_forest.hpp"

namespace linden {

DeviceForest::DeviceForest(const Backend& backend, Context& context, const Forest& forest, std::int32_t trees)
    : view_(forest.view(trees)) {
  const std::int64_t nodes = forest.nodes(trees), terms = forest.terms(trees);
  memory_ = on_device_together(
      backend.memory, context, "trees", HostList{view_.nodes, nodes}, HostList{view_.details, nodes},
      HostList{view_.roots, trees}, HostList{view_.outputs, trees},
      HostList{view_.categories, std::ssize(forest.category_words())},
      HostList{view_.leaf_values, forest.leaf_values(trees)},
      HostList{view_.first_leaf, view_.width == 0 && view_.terms == nullptr ? 0 : trees}, HostList{view_.terms, terms},
      HostList{view_.first_term, view_.terms == nullptr ? 0 : forest.leaves(trees) + 1});
}

}  // namespace linden
