// A recipe: how the columns that weights are of are made of the features of the data. Part of a linear model and of its
// file, so that rows to predict come as the training rows did. A model whose columns are its features has none.
#pragma once

#include <cstdint>
#include <linden/linear.hpp>
#include <span>
#include <string>
#include <vector>

#include "linear/recipe/basis.hpp"
#include "linear/recipe/scalar.hpp"
#include "model/features/model_schema.hpp"

namespace linden {

/// A feature of the model.
struct RecipeVariable {
  double fill = 0;         ///< of numbers, what a missing one is: the mean of the training rows
  bool is_filled = false;  ///< whether missing values are no obstacle
};

/// A function of one feature.
struct RecipeScalar {
  int variable = 0;
  std::vector<ScalarStep> steps = {};
  std::string text = {};
};

/// What a term is the product of.
struct RecipeFactor {
  enum class Kind { number, category, basis, absence };

  Kind kind = Kind::number;
  RecipeScalar scalar = {};              ///< all but the variable: of numbers and bases
  std::vector<std::int32_t> place = {};  ///< category: its column, or -1, by code; the last entry is of missing ones
  ScalarBasis basis = {};
  double penalty = -1;  ///< of bspline, as FormulaFactor::penalty

  int columns() const noexcept;
  bool is_bspline() const noexcept { return kind == Kind::basis && basis.kind() == ScalarBasis::Kind::bspline; }
};

/// Columns that are products of one column of each factor; that of the first changes fastest.
struct RecipeBlock {
  std::vector<int> factors;
  std::string term;                  ///< the term that it belongs to
  std::vector<std::int32_t> column;  ///< of each product, or -1: no training row has it
};

struct Recipe {
  MissingValues missing = MissingValues::refuse;
  bool intercept = true;                  ///< whether the formula has one
  bool sparse = false;                    ///< how the columns are kept
  std::string label;                      ///< that the formula names, or ""
  std::vector<RecipeVariable> variables;  ///< one a feature
  std::vector<RecipeFactor> factors;
  std::vector<RecipeBlock> blocks;
  std::vector<RecipeScalar> offsets;  ///< what is added to scores
  std::vector<std::string> names;     ///< of the columns

  /// The features that a block is made of, ascending.
  std::vector<int> variables_of(const RecipeBlock& block) const;
};

/// The most products of a block.
inline constexpr std::int64_t most_products = std::int64_t{1} << 24;

/// What the products of a block are called, all of them; `schema` has the features and their categories.
std::string product_name(const Recipe& recipe, const RecipeBlock& block, std::int64_t product,
                         const ModelSchema& schema);

/// The configuration of a fit to the columns: the recipe is cooked, and values by name are by column. Throws
/// ArgumentError for a name that is no feature, term or column.
LinearConfig config_of_columns(const LinearConfig& config, const Recipe& recipe, std::span<const std::string> features);

/// l2 of columns in their own units, whatever the configuration says of others; -1: that of the configuration. Empty
/// where there is no B-spline.
std::vector<double> own_penalties(const LinearConfig& config, const Recipe& recipe,
                                  std::span<const std::string> features);

/// The values of a row's features: numbers, NaN missing; codes of categories, no_category or new_category.
inline constexpr double no_category = -1, new_category = -2;

/// Makes columns of rows, one after the other.
class RecipeRow {
 public:
  explicit RecipeRow(const Recipe& recipe);

  /// Calls emit(column, value) for the columns of a row that may have a value, ascending. Returns the scalar that has
  /// no finite number there, or null.
  template <class Emit>
  const RecipeScalar* each(std::span<const double> features, const Emit& emit) {
    if (const RecipeScalar* const bad = evaluate(features)) return bad;
    for (const RecipeBlock& block : recipe_.blocks) product(block, 0, 0, 1.0, emit);
    return nullptr;
  }

  /// What the recipe adds to the score of a row, or null and `bad`.
  double offset(std::span<const double> features, const RecipeScalar*& bad) const;

 private:
  /// Of a factor in this row: the values of columns first .. first + count - 1; the others are 0.
  struct Part {
    int columns = 1, first = 0, count = 0;
    std::size_t values = 0;  // where they are
  };

  const RecipeScalar* evaluate(std::span<const double> features);
  double scalar_of(const RecipeScalar& scalar, std::span<const double> features) const;

  // Factors from the last to the first, so that the first changes fastest.
  template <class Emit>
  void product(const RecipeBlock& block, std::size_t done, std::int64_t index, double value, const Emit& emit) const {
    const std::size_t count = block.factors.size();
    if (done == count) {
      const std::int32_t column = block.column[static_cast<std::size_t>(index)];
      if (column >= 0) emit(column, value);
      return;
    }
    const int factor = block.factors[count - 1 - done];
    const Part& part = parts_[static_cast<std::size_t>(factor)];
    const std::int64_t columns = part.columns;
    for (int k = 0; k < part.count; ++k)
      product(block, done + 1, index * columns + part.first + k,
              value * values_[part.values + static_cast<std::size_t>(k)], emit);
  }

  const Recipe& recipe_;
  std::vector<Part> parts_;     // one a factor
  std::vector<double> values_;  // of all factors
};

}  // namespace linden
