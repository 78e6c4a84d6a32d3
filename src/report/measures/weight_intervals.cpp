#include "report/measures/weight_intervals.hpp"

#include <algorithm>
#include <linden/error.hpp>
#include <linden/statistics.hpp>

#include "linear/config.hpp"
#include "loss/definition.hpp"

namespace linden::reporting {
namespace {

constexpr std::size_t most_features = 400;

}  // namespace

WeightErrors weight_errors(const LinearModel& model, const Dataset& rows, int threads) try {
  const LinearConfig& config = model.config();
  const Loss& loss = model.loss();
  if (config.l1 > 0) return {{}, {}, "An l1 penalty chooses weights, and what it chose has no simple interval."};
  if (config.penalty.group > 0)
    return {{}, {}, "A penalty of groups chooses weights, and what it chose has no simple interval."};
  if (config.penalty.tikhonov > 0)
    return {{}, {}, "A penalty with a matrix shrinks weights, and intervals would be about the shrunken ones."};
  if (config.penalty.slope > 0)
    return {{}, {}, "SLOPE chooses weights and makes them alike, and what it chose has no simple interval."};
  if (has_equations(config)) return {{}, {}, "There are equations between weights, and no simple interval."};
  if (config.l2 > 0) return {{}, {}, "An l2 penalty shrinks weights, and intervals would be about the shrunken ones."};
  if (is_bounded(config)) return {{}, {}, "Constraints stop weights at bounds, where there is no simple interval."};
  if (has_corners(loss))
    return {{}, {}, "The loss has no curvature, and errors of its weights want a density: a bootstrap gives them."};
  if (loss.link() == Link::softmax && model.outputs() > 1)
    return {{},
            {},
            "The weights of several classes depend on one another, and intervals of each alone would be too narrow."};
  if (model.outputs() != 1 || loss.outputs() != 1) return {{}, {}, "There are intervals for models of one output."};
  if (const ClassWeights& by = config.class_weights; by.balanced || by.positive != 1 || !by.by_class.empty())
    return {
        {}, {}, "Classes weighed otherwise in training than in the data, which intervals would leave out of account."};
  if (!model.certificate().is_optimal())
    return {{}, {}, "The weights are not those of an optimum, see the certificate."};
  if (model.feature_names().size() > most_features) return {{}, {}, "There are intervals for up to 400 features."};
  if (rows.label().rank() != 1) return {{}, {}, "There are intervals for models of one label."};
  const Certificate& certificate = model.certificate();
  const std::size_t left_out = certificate.constant_columns.size() + certificate.collinear_columns.size();
  const std::size_t known = model.feature_names().size() - left_out + (config.intercept ? 1 : 0);
  if (static_cast<std::size_t>(rows.rows()) <= known) return {{}, {}, "There are fewer rows than weights."};
  const FitStatistics fit = statistics(
      model, rows, {.covariance = Covariance::hc0, .weights = WeightMeaning::precisions, .threads = threads});
  WeightErrors errors;
  errors.intercept.resize(1);
  for (const Coefficient& coefficient : fit.coefficients) {
    const bool is_intercept = config.intercept && &coefficient == fit.coefficients.data();
    const double weight = is_intercept ? 0 : model.weight(static_cast<int>(errors.weights.size()));
    if (coefficient.is_left_out && weight != 0)
      return {{}, {}, "Columns of these rows are constant or sums of others, so that weights could trade places."};
    const double error = coefficient.is_left_out ? 0 : coefficient.standard_error;
    is_intercept ? errors.intercept[0] = error : errors.weights.emplace_back(error);
  }
  return errors;
} catch (const ArgumentError&) {  // of Loss::evaluate
  return {{}, {}, "The loss does not say what a single row costs, of which intervals are made."};
}

}  // namespace linden::reporting
