// A search along a direction for a point that satisfies the strong Wolfe conditions, by cubic interpolation; the
// choices are those of torch.optim.LBFGS, so that both visit the same points.
#pragma once

#include <functional>
#include <linden/tensor.hpp>

namespace linden::optim {

/// A point on the line: how far along the direction, the loss there, its derivative along the direction, its gradient.
struct Trial {
  double step = 0, loss = 0, slope = 0;
  Tensor gradient;

  bool is_finite() const;
};

struct SearchResult {
  Trial best;               ///< the lowest point, maybe the start
  bool saw_limits = false;  ///< whether a loss or slope was not finite
};

/// `reach` is the largest |element| of the direction: the search ends when its interval moves no parameter by
/// `change_tolerance`. A point that is not finite counts as infinitely high. At most 26 calls of `evaluate`.
SearchResult search_strong_wolfe(const std::function<Trial(double step)>& evaluate, const Trial& start,
                                 double first_step, double reach, double change_tolerance);

}  // namespace linden::optim
