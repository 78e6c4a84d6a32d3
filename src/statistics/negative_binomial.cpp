// Negative binomial regression with its dispersion: weights and dispersion in turns, which hardly depend on one another
// (their information is 0), until neither moves.
#include <algorithm>
#include <cmath>
#include <linden/statistics.hpp>

#include "backend/math/special.hpp"
#include "base/fail.hpp"
#include "base/out_of_memory.hpp"
#include "linear/config.hpp"
#include "linear/plain_fit.hpp"
#include "linear/recipe/make_recipe.hpp"

namespace linden {
namespace {

constexpr const char* nb_where = "fit_negative_binomial";

struct CountRows {
  std::vector<double> labels, means, weights;  // weights: empty for all one
  double weight(std::size_t row) const { return weights.empty() ? 1 : weights[row]; }
};

/// Whether counts vary more than Poisson's about these means.
bool is_overdispersed(const CountRows& rows) {
  double sum = 0;
  for (std::size_t i = 0; i < rows.labels.size(); ++i) {
    const double residual = rows.labels[i] - rows.means[i];
    sum += rows.weight(i) * (residual * residual - rows.labels[i]);
  }
  return sum > 0;
}

/// The size, 1 / dispersion, of maximum likelihood given the means: Newton in its logarithm, inside a bracket.
double best_size(const CountRows& rows, double start) {
  double low = -40, high = 40, t = std::log(start);
  for (int step = 0; step < 200; ++step) {
    const double size = std::exp(t);
    double slope = 0, bend = 0;
    for (std::size_t i = 0; i < rows.labels.size(); ++i) {
      const double y = rows.labels[i], m = rows.means[i], w = rows.weight(i);
      slope += w * (math::digamma(y + size) - math::digamma(size) - std::log1p(m / size) - (y - m) / (m + size));
      bend += w * (math::polygamma(1, y + size) - math::polygamma(1, size) + m / (size * (m + size)) +
                   (y - m) / ((m + size) * (m + size)));
    }
    (slope > 0 ? low : high) = t;
    const double curve = size * slope + size * size * bend;
    double next = curve < 0 ? t - size * slope / curve : slope > 0 ? t + 1 : t - 1;
    if (!(next > low && next < high)) next = 0.5 * (low + high);
    if (std::abs(next - t) <= 1e-14 * std::max(1.0, std::abs(t))) return std::exp(next);
    t = next;
  }
  return std::exp(t);
}

}  // namespace

LinearModel fit_negative_binomial(const Dataset& train, const LinearConfig& config, const LinearOptions& options) try {
  if (is_penalised(config))
    fail<ArgumentError>("{}: {}; the dispersion of maximum likelihood wants fits without penalties.", nb_where,
                        penalties_text(config));
  if (!options.checkpoint.path.empty())
    fail<ArgumentError>("{}: it is many fits, which leave no checkpoints. Hint: leave Checkpoint.path out.", nb_where);
  if (!has_several_ranks(options) && wants_recipe(train, config)) {
    config.check();
    return fit_by_recipe(nb_where, train, config, options.threads,
                         [&](const Dataset& columns, const LinearConfig& plain, const std::vector<double>& own_l2) {
                           if (std::ranges::any_of(own_l2, [](double penalty) { return penalty > 0; }))
                             fail<ArgumentError>(
                                 "{}: bspline() has a penalty; the dispersion of maximum likelihood "
                                 "wants fits without. Hint: spline(), or a penalty of 0.",
                                 nb_where);
                           return fit_negative_binomial(columns, plain, options);
                         });
  }
  LinearConfig current = config;
  current.tolerance = std::min(config.tolerance, 1e-12);
  current.loss = loss::poisson();
  LinearModel model = fit_linear(train, current, options);
  CountRows rows;
  const Tensor labels = model.labels_of(train);
  rows.labels.assign(labels.span<const double>().begin(), labels.span<const double>().end());
  if (train.weight().elements() > 0)
    rows.weights.assign(train.weight().span<const double>().begin(), train.weight().span<const double>().end());
  const auto take_means = [&] {
    const Tensor means = model.predict(train, {.threads = options.threads});
    rows.means.assign(means.span<const double>().begin(), means.span<const double>().end());
  };
  take_means();
  if (!is_overdispersed(rows))
    fail<DataError>(
        "{}: the counts vary no more than Poisson's, and no dispersion above 0 is best. Hint: "
        "loss::poisson().",
        nb_where);
  double size = 1;
  constexpr int most_turns = 100;
  for (int turn = 0; turn < most_turns; ++turn) {
    const double before = size;
    size = best_size(rows, size);
    if (!(size < 1e12))
      fail<DataError>(
          "{}: the counts vary no more than Poisson's, and no dispersion above 0 is best. Hint: "
          "loss::poisson().",
          nb_where);
    current.loss = loss::negative_binomial({.dispersion = 1 / size});
    model = fit_linear(train, current, options);
    if (turn > 0 && std::abs(size - before) <= 1e-11 * size) break;
    take_means();
  }
  return model;
} catch (const std::bad_alloc&) {
  fail_out_of_memory("fit_negative_binomial");
}

}  // namespace linden
