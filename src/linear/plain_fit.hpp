// Fits and models whose columns are the features of the data, as solvers and statistics know them. A model with a
// recipe is such a model of the columns that the recipe makes.
#pragma once

#include <functional>
#include <linden/linear.hpp>
#include <set>
#include <string_view>
#include <vector>

namespace linden {

/// Whether the rows of a fit lie on several machines.
bool has_several_ranks(const LinearOptions& options);

/// fit_linear for features that are columns. `own_l2` is Design::own_l2.
LinearModel fit_plain(const Dataset& data, const LinearConfig& config, const LinearOptions& options,
                      std::vector<double> own_l2 = {});

/// Makes columns of the features, has them fitted, and gives the model of the features.
LinearModel fit_by_recipe(std::string_view where, const Dataset& data, const LinearConfig& config, int threads,
                          const std::function<LinearModel(const Dataset& columns, const LinearConfig& config,
                                                          std::vector<double> own_l2)>& fit);

/// The model of the columns; a model without a recipe is that itself.
LinearModel plain_model(const LinearModel& model);

/// The columns of these rows; without a recipe the data itself. `of_fit`: with the label that a formula names, and
/// without rows that the fit left out for missing values.
Dataset plain_rows(std::string_view where, const LinearModel& model, const Dataset& data, int threads,
                   bool of_fit = false);

/// The rows with the label that the model's formula names, where they have none and a column is called so.
Dataset labelled(const LinearModel::State& model, const Dataset& data);

/// The features that each column is made of, ascending.
std::vector<std::vector<int>> features_of_columns(const LinearModel& model);

/// The features that a formula's offsets are made of.
std::set<int> features_of_offsets(const LinearModel& model);

/// Whether some columns have penalties of their own, those of B-splines.
bool has_own_penalties(const LinearModel& model);

}  // namespace linden
