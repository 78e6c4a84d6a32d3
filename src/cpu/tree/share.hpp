// Small steps are done alone: to hand tasks to another thread and to wait for it takes about a microsecond.
#pragma once

#include "backend/context.hpp"
#include "backend/tree/tree_state.hpp"

namespace linden {
LINDEN_LEVEL_BEGIN

/// Steps that take less are not shared between threads.
inline constexpr double worth_sharing_ns = 5'000;

// About what a step of one thread takes, measured on Zen 5 with AVX-512.
inline constexpr double ns_of_update = 0.4, ns_of_scan = 150, ns_of_subtracted_cell = 0.2, ns_of_divided_row = 1,
                        ns_of_draw = 40;

/// Trees with fewer sums of a row and a feature are grown by one thread: their steps are not worth sharing.
inline constexpr std::int64_t least_shared_tree = 10'000;
inline bool is_grown_alone(const Context& context, const TreeState& tree) {
  return context.workers.threads() == 1 || tree.sample_rows * tree.feature_count < least_shared_tree;
}

/// Workers::each, alone where all tasks together take less than what is worth sharing.
template <class Body>
void share(Context& context, std::int64_t tasks, double ns, const Body& body) {
  if (ns < worth_sharing_ns)
    for (std::int64_t task = 0; task < tasks; ++task) body(task, 0);
  else
    context.workers.each(tasks, body);
}

LINDEN_LEVEL_END
}  // namespace linden
