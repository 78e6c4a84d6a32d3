#include "explain/background.hpp"

#include <numeric>

#include "base/fail.hpp"
#include "model/training_data.hpp"

namespace linden {

std::vector<double> background_weights(std::string_view where, const Dataset& background) {
  if (background.rows() == 0) fail<DataError>("{}: .background has no rows.", where);
  const std::span<const double> given = weights_of(background);
  std::vector<double> weights(given.begin(), given.end());
  if (weights.empty()) weights.assign(static_cast<std::size_t>(background.rows()), 1.0);
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  if (!(sum > 0)) fail<DataError>("{}: all weights of .background are zero.", where);
  for (double& weight : weights) weight /= sum;
  return weights;
}

}  // namespace linden
