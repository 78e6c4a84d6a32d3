#include "boosting/predict/device_forest.hpp"

namespace linden {

DeviceForest::DeviceForest(const Backend& backend, Context& context, const Forest& forest, std::int32_t trees)
    : view_(forest.view(trees)) {
  const std::int64_t nodes = forest.nodes(trees), terms = forest.terms(trees);
  const bool has_first_leaf = view_.width > 0 || terms > 0;
  memory_ = on_device_together(
      backend.memory, context, "trees", HostList{view_.nodes, nodes}, HostList{view_.details, nodes},
      HostList{view_.roots, trees}, HostList{view_.outputs, trees},
      HostList{view_.categories, std::ssize(forest.category_words())},
      HostList{view_.leaf_values, forest.leaf_values(trees)}, HostList{view_.first_leaf, has_first_leaf ? trees : 0},
      HostList{view_.terms, terms}, HostList{view_.first_term, terms > 0 ? forest.leaves(trees) + 1 : 0},
      HostList{view_.levels, trees});
  if (terms == 0) view_.terms = nullptr;  // which kernels ask for
}

}  // namespace linden
