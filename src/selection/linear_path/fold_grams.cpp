// With z = (x - m) f the columns as all rows standardise them and sums over rows by weight, about the means of all:
//
//     sum_train z z' = sum_all z z' - sum_test z z',
//     sum_test z_i z_j = f_i f_j (W_t G_t,ij / (f_t,i f_t,j) + W_t (m_t - m)_i (m_t - m)_j),
//
// G_t the Gram matrix in the test rows' own units, W_t their weight; then likewise about the means of the training rows
// and in their units. A column that hardly varies in the training rows loses its digits: then there is no matrix, and
// the fold forms its own.
#include "selection/linear_path/fold_grams.hpp"

#include <cmath>
#include <numeric>

#include "linear/design/design.hpp"
#include "linear/objective/objective.hpp"
#include "linear/recipe/make_recipe.hpp"
#include "linear/solvers/kept_gram.hpp"
#include "model/training_data.hpp"

namespace linden {
namespace {

constexpr double least_share = 1e-4;  // of a column's sum of squares, that the training rows must have

std::size_t index(std::int64_t i) { return static_cast<std::size_t>(i); }

}  // namespace

FoldGrams::FoldGrams(const char* where, const Dataset& data, const LinearConfig& config,
                     const LinearPathOptions& options)
    : where_(where), config_(config), options_(options) {
  if (config.loss.name() == loss::squared().name() && options.l1_share > 0 && !data.is_sparse() &&
      !wants_recipe(data, config))
    all_ = gram_of(data);
}

FoldGrams::Rows FoldGrams::gram_of(const Dataset& data) const {
  const Labels labels = checked_labels(where_, data, config_.loss);
  const std::span<const double> weights = weights_of(data);
  Workers workers(options_.threads);
  DeviceContext context(options_.device, workers);
  const Design design(where_, data, weights, config_.intercept, workers);
  const LinearRows rows(backend_of(options_.device), context, labels.loss, labels.values, weights);
  Penalty none;
  none.l1.assign(index(design.columns()) + 1, 0.0);
  none.l2 = none.l1;
  Objective objective(rows, design, none);
  const int fits = options_.strengths.empty() ? options_.count : static_cast<int>(options_.strengths.size());
  if (all_.gram.empty() && !KeptGram::pays_for_all(objective, fits)) return {};
  return {gram_of_all(objective), design.shift(), design.factor(), 1 / rows.share};
}

KnownGram FoldGrams::of_all() const {
  if (all_.gram.empty()) return {};
  return [this](const Design&) { return all_.gram; };
}

KnownGram FoldGrams::without(const Dataset& test) const {
  if (all_.gram.empty()) return {};
  return [this, test](const Design& design) -> std::vector<double> {
    const Rows out = gram_of(test);
    const std::size_t width = all_.shift.size() + 1, columns = width - 1;
    const double weight = all_.weight - out.weight;
    if (design.shift().size() != columns || !(weight > 0)) return {};
    // Of each column, in units of all rows: how far the means of the test and of the training rows are from theirs.
    std::vector<double> test_unit(columns), test_mean(columns), mean(columns), unit(columns);
    for (std::size_t j = 0; j < columns; ++j) {
      const double f = all_.factor[j];
      test_unit[j] = out.factor[j] > 0 ? f / out.factor[j] : 0;
      test_mean[j] = (out.shift[j] - all_.shift[j]) * f;
      mean[j] = (design.shift()[j] - all_.shift[j]) * f;
      unit[j] = f > 0 ? design.factor()[j] / f : 0;
    }
    std::vector<double> gram(width * width);
    for (std::size_t i = 0; i < columns; ++i)
      for (std::size_t j = 0; j <= i; ++j) {
        const double of_test =
            out.weight * (out.gram[i * width + j] * test_unit[i] * test_unit[j] + test_mean[i] * test_mean[j]);
        const double of_train = all_.weight * all_.gram[i * width + j] - of_test - weight * mean[i] * mean[j];
        if (i == j && unit[i] > 0 && !(of_train >= least_share * all_.weight)) return {};
        gram[i * width + j] = gram[j * width + i] = of_train / weight * unit[i] * unit[j];
      }
    // Columns are centred where there is an intercept; without one it is no parameter.
    gram[width * width - 1] = 1;
    return gram;
  };
}

}  // namespace linden
