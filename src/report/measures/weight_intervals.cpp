#include "report/measures/weight_intervals.hpp"

#include <algorithm>
#include <cmath>
#include <linden/error.hpp>
#include <linden/model.hpp>

#include "base/parallel.hpp"
#include "inspection/feature_column.hpp"
#include "linear/config.hpp"
#include "loss/definition.hpp"

namespace linden::reporting {
namespace {

constexpr std::int64_t rows_of_chunk = 4096;
constexpr std::size_t most_features = 400;

// The lower triangle of a symmetric matrix, and of its Cholesky factor.
class Symmetric {
 public:
  explicit Symmetric(std::size_t size) : size_(size), values_(size * size) {}
  double& operator()(std::size_t i, std::size_t j) { return values_[i * size_ + j]; }
  double operator()(std::size_t i, std::size_t j) const { return values_[i * size_ + j]; }
  std::size_t size() const { return size_; }

  void add(const Symmetric& other) {
    for (std::size_t i = 0; i < values_.size(); ++i) values_[i] += other.values_[i];
  }

  /// False where it is not positive definite.
  bool factor() {
    for (std::size_t j = 0; j < size_; ++j) {
      double pivot = (*this)(j, j);
      const double before = pivot;
      for (std::size_t k = 0; k < j; ++k) pivot -= (*this)(j, k) * (*this)(j, k);
      if (!(pivot > 1e-12 * before) || !(before > 0)) return false;
      (*this)(j, j) = std::sqrt(pivot);
      for (std::size_t i = j + 1; i < size_; ++i) {
        double value = (*this)(i, j);
        for (std::size_t k = 0; k < j; ++k) value -= (*this)(i, k) * (*this)(j, k);
        (*this)(i, j) = value / (*this)(j, j);
      }
    }
    return true;
  }

  /// The solution of A x = e, of a factor of A.
  std::vector<double> column_of_inverse(std::size_t e) const {
    std::vector<double> x(size_);
    x[e] = 1;
    for (std::size_t i = 0; i < size_; ++i) {
      for (std::size_t k = 0; k < i; ++k) x[i] -= (*this)(i, k) * x[k];
      x[i] /= (*this)(i, i);
    }
    for (std::size_t i = size_; i-- > 0;) {
      for (std::size_t k = i + 1; k < size_; ++k) x[i] -= (*this)(k, i) * x[k];
      x[i] /= (*this)(i, i);
    }
    return x;
  }

 private:
  std::size_t size_;
  std::vector<double> values_;
};

// Columns of variance one about 0, so that the matrix is as well conditioned as it can be; the last is the intercept.
struct Design {
  std::vector<std::vector<double>> columns;
  std::vector<double> mean, deviation;
  std::vector<std::size_t> feature;
};

Design design_of(const LinearModel& model, const Dataset& rows, std::span<const double> weights) {
  Design design;
  const AnyModel any = model;
  const std::vector<std::string>& left_out = model.certificate().collinear_columns;
  for (std::size_t f = 0; f < model.feature_names().size(); ++f) {
    if (std::ranges::find(left_out, model.feature_names()[f]) != left_out.end()) continue;
    std::vector<double> column = FeatureColumn("report", any, rows, static_cast<int>(f)).values();
    double total = 0, mean = 0, variance = 0;
    for (std::size_t row = 0; row < column.size(); ++row) {
      const double weight = weights.empty() ? 1 : weights[row];
      total += weight;
      mean += weight * column[row];
    }
    mean /= total;
    for (std::size_t row = 0; row < column.size(); ++row)
      variance += (weights.empty() ? 1 : weights[row]) * (column[row] - mean) * (column[row] - mean) / total;
    if (!(variance > 0)) continue;  // the same in all rows
    for (double& value : column) value = (value - mean) / std::sqrt(variance);
    design.columns.push_back(std::move(column));
    design.mean.push_back(mean);
    design.deviation.push_back(std::sqrt(variance));
    design.feature.push_back(f);
  }
  return design;
}

}  // namespace

WeightErrors weight_errors(const LinearModel& model, const Dataset& rows, int threads) try {
  const LinearConfig& config = model.config();
  const Loss& loss = model.loss();
  if (config.l1 > 0) return {{}, {}, "An l1 penalty chooses weights, and what it chose has no simple interval."};
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
  const MetricInput input = judged(model, rows, {.threads = threads});
  if (input.label.rank() != 1) return {{}, {}, "There are intervals for models of one label."};
  const auto weights = rows.weight().span<const double>();
  const Design design = design_of(model, rows, weights);
  const std::size_t features = design.columns.size(), size = features + (config.intercept ? 1 : 0);
  const auto scores = input.score.span<const double>(), labels = input.label.span<const double>();
  const auto count = static_cast<std::int64_t>(labels.size());
  if (static_cast<std::size_t>(count) <= size) return {{}, {}, "There are fewer rows than weights."};
  // Where columns are not centred by an intercept, they are as they are.
  const auto value = [&](std::size_t column, std::size_t row) {
    if (column == features) return 1.0;
    return design.columns[column][row] + (config.intercept ? 0 : design.mean[column] / design.deviation[column]);
  };
  Workers workers(threads);
  const std::int64_t chunks = (count + rows_of_chunk - 1) / rows_of_chunk;
  Symmetric curvature(size), squares(size);
  // Chunks are added up in their order, some at a time.
  const std::int64_t at_a_time = 16;
  for (std::int64_t first = 0; first < chunks; first += at_a_time) {
    const std::int64_t now = std::min(at_a_time, chunks - first);
    std::vector<Symmetric> h(static_cast<std::size_t>(now), Symmetric(size)),
        g(static_cast<std::size_t>(now), Symmetric(size));
    workers.each(now, [&](std::int64_t task, int) {
      const auto t = static_cast<std::size_t>(task);
      std::vector<double> x(size);
      for (std::int64_t r = (first + task) * rows_of_chunk; r < std::min(count, (first + task + 1) * rows_of_chunk);
           ++r) {
        const auto row = static_cast<std::size_t>(r);
        const double weight = weights.empty() ? 1 : weights[row];
        double gradient = 0, bend = 0;
        loss.evaluate({&scores[row], 1}, labels[row], {&gradient, 1}, {&bend, 1});
        for (std::size_t i = 0; i < size; ++i) x[i] = value(i, row);
        for (std::size_t i = 0; i < size; ++i) {
          const double hx = weight * std::max(bend, 0.0) * x[i], gx = weight * weight * gradient * gradient * x[i];
          for (std::size_t j = 0; j <= i; ++j) {
            h[t](i, j) += hx * x[j];
            g[t](i, j) += gx * x[j];
          }
        }
      }
    });
    for (std::size_t t = 0; t < h.size(); ++t) {
      curvature.add(h[t]);
      squares.add(g[t]);
    }
  }
  if (!curvature.factor())
    return {{}, {}, "Columns of these rows are sums of others, so that weights could trade places."};
  WeightErrors errors;
  errors.weights.resize(model.feature_names().size());
  errors.intercept.resize(1);
  const auto error_of = [&](const std::vector<double>& direction) {  // of direction' w, direction = H^-1 e
    double variance = 0;
    for (std::size_t i = 0; i < size; ++i)
      for (std::size_t j = 0; j < size; ++j)
        variance += direction[i] * squares(std::max(i, j), std::min(i, j)) * direction[j];
    return std::sqrt(std::max(variance, 0.0));
  };
  std::vector<double> constant(size);
  for (std::size_t e = 0; e < size; ++e) {
    const std::vector<double> column = curvature.column_of_inverse(e);
    const double scale = e < features ? 1 / design.deviation[e] : 1;
    if (e < features) errors.weights[design.feature[e]] = error_of(column) * scale;
    // The intercept in the units of the data is that of centred columns less the means times the weights.
    if (config.intercept)
      for (std::size_t i = 0; i < size; ++i)
        constant[i] += column[i] * (e < features ? -design.mean[e] / design.deviation[e] : 1);
  }
  if (config.intercept) errors.intercept[0] = error_of(constant);
  return errors;
} catch (const ArgumentError&) {  // of Loss::evaluate
  return {{}, {}, "The loss does not say what a single row costs, of which intervals are made."};
}

}  // namespace linden::reporting
