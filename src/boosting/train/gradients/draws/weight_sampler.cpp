#include "boosting/train/gradients/draws/weight_sampler.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "backend/math/math.hpp"
#include "backend/tree/row_weights.hpp"
#include "backend/tree/tree_math.hpp"
#include "base/fail.hpp"
#include "boosting/train/gradients/draws/drawn.hpp"
#include "boosting/train/gradients/draws/threshold.hpp"

namespace linden {
namespace {

/// Gives rows weights by a rule, gradients with them; rows of weight 0 leave.
class WeightSampler : public Sampler {
 public:
  WeightSampler(const Backend& backend, Context& context, const BoostingConfig& config, std::int64_t rows)
      : backend_(backend),
        context_(context),
        config_(config),
        rows_(rows),
        weights_(backend.memory, context, rows, "weights of a sample"),
        sample_(backend.memory, context, rows, "sample") {}

  bool draw(int round, Gradients& gradients, TreeInput& tree) override {
    tree.sample = nullptr;
    tree.sample_rows = rows_;
    RowWeightTask task;
    task.seed = config_.seed;
    task.round = static_cast<std::uint32_t>(round);
    task.rows = rows_;
    task.weights = weights_.data();
    if (!set_rule(round, gradients, task)) return false;
    backend_.tree.weigh_rows(context_, task);
    const std::int64_t kept = backend_.tree.collect_rows(context_, {weights_.data(), rows_, sample_.data()});
    if (kept == 0) return false;  // of a few rows chance may leave none: then all are there, as they are
    gradients.scale(backend_, context_, weights_.data());
    if (kept == rows_) return true;
    tree.sample = sample_.data();
    tree.sample_rows = kept;
    return true;
  }

 protected:
  /// False for a round that sees all rows.
  virtual bool set_rule(int round, const Gradients& gradients, RowWeightTask& task) = 0;

  const Backend& backend_;
  Context& context_;
  const BoostingConfig& config_;
  const std::int64_t rows_;

 private:
  DeviceArray<double> weights_;
  DeviceArray<std::uint32_t> sample_;
};

class BayesianBootstrap final : public WeightSampler {
 public:
  using WeightSampler::WeightSampler;

 private:
  bool set_rule(int, const Gradients&, RowWeightTask& task) override {
    task.rule = WeightRule::exponential;
    task.power = config_.sampling.temperature;
    return true;
  }
};

class PoissonBootstrap final : public WeightSampler {
 public:
  using WeightSampler::WeightSampler;

 private:
  // A mean of at most 1 is more than 15 once in 2^44 rows.
  bool set_rule(int, const Gradients&, RowWeightTask& task) override {
    const double mean = *config_.row_fraction;
    double term = math::exp(-mean), sum = 0;
    for (std::size_t times = 0; times < std::size(task.counts); ++times) {
      sum += term;
      task.counts[times] = chance_of(sum);
      term *= mean / static_cast<double>(times + 1);
    }
    task.rule = WeightRule::poisson;
    return true;
  }
};

/// Samples that ask how large the gradients of rows are.
class GradientSampler : public WeightSampler {
 public:
  GradientSampler(const Backend& backend, Context& context, const BoostingConfig& config, std::int64_t rows)
      : WeightSampler(backend, context, config, rows), magnitudes_(backend.memory, context, rows, "magnitudes") {}

 protected:
  /// Fills the magnitudes, none of which is more than `most`, on a scale of their own. Returns their sum on it.
  double measure(const Gradients& gradients, double most, bool with_curvatures, double floor) {
    MagnitudeTask task;
    task.outputs = gradients.outputs();
    task.rows = rows_;
    task.gradients = gradients.gradients(0);
    task.curvatures = with_curvatures ? gradients.curvatures(0) : nullptr;
    task.floor = floor;
    int exponent = 0;
    std::frexp(most, &exponent);
    scale_ = std::ldexp(1.0, most > 0 ? -exponent : 0);
    task.scale = scale_;
    task.magnitudes = magnitudes_.data();
    return static_cast<double>(backend_.tree.magnitudes(context_, task)) * sum_unit(1, rows_);
  }

  const float* magnitudes() const { return magnitudes_.data(); }
  double scale() const { return scale_; }

 private:
  DeviceArray<float> magnitudes_;
  double scale_ = 1;
};

// Where magnitudes are equal across the end of the top, none of these is in it, and all have the same chance.
class Goss final : public GradientSampler {
 public:
  using GradientSampler::GradientSampler;

 private:
  bool set_rule(int round, const Gradients& gradients, RowWeightTask& task) override {
    const double rate = config_.mode.kind == Mode::forest ? 1 : config_.learning_rate;
    if (round / config_.mode.parallel_trees < static_cast<int>(1 / rate)) return false;
    double most = 0;
    for (const GradientRange& range : gradients.ranges()) most += range.max_gradient * range.max_curvature;
    measure(gradients, most, true, 0);
    const auto count = static_cast<double>(rows_);
    const std::int64_t top = std::min<std::int64_t>(std::llrint(config_.sampling.top_fraction * count), rows_ - 1);
    const Threshold large = find_threshold(backend_, context_, magnitudes(), rows_,
                                           [top](std::int64_t rows, double, double) { return rows <= top; });
    const double wanted = static_cast<double>(top) + config_.sampling.other_fraction * count;
    const auto certain = static_cast<double>(large.rows);
    task.rule = WeightRule::large_gradients;
    task.magnitudes = magnitudes();
    task.least = large.least;
    task.chance = chance_of((wanted - certain) / (count - certain));
    return true;
  }
};

// A row of magnitude m has the chance min(1, m / c), with the c at which chances add up to the rows that are wanted.
class Mvs final : public GradientSampler {
 public:
  using GradientSampler::GradientSampler;

 private:
  bool set_rule(int, const Gradients& gradients, RowWeightTask& task) override {
    double squares = 0;
    for (const GradientRange& range : gradients.ranges()) squares += range.max_gradient * range.max_gradient;
    const double most = math::sqrt(squares);
    double sum = measure(gradients, most, false, 0);
    if (config_.sampling.regularization > 0) {
      const double mean = sum / static_cast<double>(rows_) / scale();
      const double floor = config_.sampling.regularization * mean;
      sum = measure(gradients, math::sqrt(squares + floor * floor), false, floor);
    }
    if (sum == 0) return false;
    const auto wanted = static_cast<double>(sample_size(rows_, *config_.row_fraction));
    const Threshold large = find_threshold(backend_, context_, magnitudes(), rows_,
                                           [wanted](std::int64_t rows, double rest, double magnitude) {
                                             return static_cast<double>(rows) * magnitude + rest <= wanted * magnitude;
                                           });
    task.rule = WeightRule::by_magnitude;
    task.magnitudes = magnitudes();
    task.least = large.least;
    const double open = wanted - static_cast<double>(large.rows);
    task.certain = open > 0 && large.rest > 0 ? large.rest / open : 1;
    return true;
  }
};

}  // namespace

std::unique_ptr<Sampler> weight_sampler(const Backend& backend, Context& context, const BoostingConfig& config,
                                        const FitRows& rows) {
  if (rows.renewal().level > 0)
    fail<ArgumentError>(
        "fit_boosted: with .sampling.kind = goss, mvs, bayesian or poisson rows weigh by their gradients, but the "
        "leaves "
        "of loss \"{}\" are order statistics of labels. Hint: uniform, groups or stratified; or loss huber.",
        rows.loss().name());
  const std::int64_t count = rows.rows();
  switch (config.sampling.kind) {
    case Sampling::goss: return std::make_unique<Goss>(backend, context, config, count);
    case Sampling::mvs: return std::make_unique<Mvs>(backend, context, config, count);
    case Sampling::bayesian: return std::make_unique<BayesianBootstrap>(backend, context, config, count);
    default: return std::make_unique<PoissonBootstrap>(backend, context, config, count);
  }
}

}  // namespace linden
