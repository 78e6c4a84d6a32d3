// What the leaves of a tree add, changed.
#pragma once

#include <linden/boosting.hpp>

namespace linden {

/// Replaces all that leaves add by f of it, where f(a) + f(b) is f(a + b).
template <class F>
void change_leaves(Tree& tree, const F& f) {
  for (double& value : tree.leaf_values) value = f(value);
  for (LeafTerm& term : tree.leaf_terms) term.slope = f(term.slope);
}

inline void weigh(Tree& tree, double weight) {
  if (weight != 1) change_leaves(tree, [weight](double value) { return value * weight; });
}

}  // namespace linden
