#include "linear/recipe/make_recipe.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>

#include "base/fail.hpp"
#include "linear/recipe/codings.hpp"
#include "linear/recipe/cook.hpp"
#include "linear/recipe/parse_formula.hpp"
#include "linear/recipe/raw_features.hpp"
#include "model/features/check_names.hpp"
#include "model/training_data.hpp"

namespace linden {
namespace {

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

// A term for each feature, where there is no formula.
ParsedFormula all_columns(const Dataset& data) {
  ParsedFormula formula;
  for (const Column& column : data.columns()) {
    formula.terms.push_back({static_cast<int>(formula.factors.size())});
    formula.factors.push_back({.column = column.name});
    formula.factors.back().text = column.name;
  }
  return formula;
}

// The formula with what "." stands for.
ParsedFormula resolved(const std::string& text, const Dataset& data) {
  ParsedFormula formula = parse_formula(text);
  if (!formula.has_dot) return formula;
  const std::set<std::string> own(formula.own.begin(), formula.own.end());
  std::vector<std::string> others;
  for (const Column& column : data.columns())
    if (!own.contains(column.name)) others.push_back(column.name);
  return parse_formula(text, others);
}

class RecipeMaker {
 public:
  RecipeMaker(std::string_view where, const Dataset& data, const LinearConfig& config, Workers& workers)
      : where_(where), config_(config), workers_(workers) {
    recipe_.missing = config.missing_values;
    rows_ = data;
    if (!config.formula.empty()) recipe_.label = parse_formula(config.formula).label;
    rows_ = with_label_of(rows_, recipe_.label, config.formula);
    formula_ = config.formula.empty() ? all_columns(rows_) : resolved(config.formula, rows_);
    recipe_.intercept = formula_.intercept;
  }

  NewRecipe make() {
    find_variables();
    settle_missing();
    keep_present_categories();
    raw_.emplace(where_, rows_, schema_);
    for (const FormulaFactor& offset : formula_.offsets) recipe_.offsets.push_back(scalar(offset));
    make_blocks();
    add_absences();
    number_columns();
    check_names(where_, "feature", schema_.feature_names);
    return {std::make_shared<const Recipe>(std::move(recipe_)), std::move(schema_), rows_, std::move(remarks_)};
  }

 private:
  const Column& column_of(std::size_t variable) const { return rows_.column(schema_.feature_names[variable]); }

  // The features that the formula names, in the order of the data.
  void find_variables() {
    std::set<std::string_view> used;
    const auto check = [&](const FormulaFactor& factor) {
      const auto found = std::ranges::find(rows_.columns(), factor.column, &Column::name);
      if (found == rows_.columns().end()) {
        const std::vector<std::string> names = rows_.feature_names();
        refuse_formula(formula_.text, factor.place,
                       fmt::format("the data has no column \"{}\". {}Columns: {}", factor.column,
                                   did_you_mean(factor.column, names), listing(names)));
      }
    };
    for (const FormulaFactor& factor : formula_.factors) check(factor);
    for (const FormulaFactor& offset : formula_.offsets) check(offset);
    std::vector<bool> in_term(formula_.factors.size());
    for (const std::vector<int>& term : formula_.terms)
      for (const int factor : term) in_term[at(factor)] = true;
    for (std::size_t f = 0; f < in_term.size(); ++f)
      if (in_term[f]) used.insert(formula_.factors[f].column);
    for (const FormulaFactor& offset : formula_.offsets) used.insert(offset.column);
    for (const Column& column : rows_.columns()) {
      if (!used.contains(column.name)) continue;
      variables_.emplace(column.name, static_cast<int>(schema_.feature_names.size()));
      schema_.feature_names.push_back(column.name);
      schema_.categorical.push_back(column.categorical);
      schema_.categories.push_back(column.categories);
      recipe_.variables.emplace_back();
    }
    for (std::size_t f = 0; f < in_term.size(); ++f) {
      const FormulaFactor& factor = formula_.factors[f];
      if (in_term[f] && is_category(factor) && (!factor.steps.empty() || factor.basis != FormulaFactor::Basis::none))
        refuse_formula(formula_.text, factor.place,
                       fmt::format("column \"{}\" is text, and {} takes numbers", factor.column, factor.text));
    }
    for (const FormulaFactor& offset : formula_.offsets)
      if (is_category(offset))
        refuse_formula(formula_.text, offset.place,
                       fmt::format("column \"{}\" is text, and an offset is a number", offset.column));
  }

  bool is_category(const FormulaFactor& factor) const {
    return schema_.categorical[at(variables_.find(factor.column)->second)];
  }

  // What becomes of missing values; leaves out rows where that is asked for.
  void settle_missing() {
    const RawFeatures raw(where_, rows_, schema_);
    std::set<int> of_offsets;
    for (const FormulaFactor& offset : formula_.offsets) of_offsets.insert(variables_.find(offset.column)->second);
    const std::size_t count = schema_.feature_names.size();
    std::vector<std::int64_t> missing(count), first(count, -1);
    workers_.each(std::ssize(missing), [&](std::int64_t f, int) {
      for (std::int64_t row = 0; row < raw.rows(); ++row)
        if (raw.is_missing(at(f), row) && missing[at(f)]++ == 0) first[at(f)] = row;
    });
    std::vector<std::string> refused;
    std::int64_t first_refused = -1;
    for (std::size_t f = 0; f < count; ++f) {
      const bool is_filled =
          config_.missing_values == MissingValues::mean_indicator && !of_offsets.contains(static_cast<int>(f));
      recipe_.variables[f].is_filled = is_filled;
      if (missing[f] > 0 && !is_filled && config_.missing_values != MissingValues::drop)
        refused.push_back(schema_.feature_names[f]);
      if (!refused.empty() && missing[f] > 0 && (first_refused < 0 || first[f] < first_refused))
        first_refused = first[f];
      if (is_filled && missing[f] > 0) lacking_.push_back(static_cast<int>(f));
      if (is_filled && !schema_.categorical[f]) recipe_.variables[f].fill = mean_of(raw, f);
    }
    if (!refused.empty()) refuse_missing(where_, refused, rows_.where(first_refused), config_.missing_values);
    if (config_.missing_values != MissingValues::drop) return;
    const std::vector<std::int64_t> kept = whole_rows(raw, recipe_);
    if (std::ssize(kept) == raw.rows()) return;
    std::vector<std::string> columns;
    for (std::size_t f = 0; f < count; ++f)
      if (missing[f] > 0) columns.push_back(schema_.feature_names[f]);
    if (kept.empty())
      fail<DataError>(
          "{}: every row lacks a value, in column{} {}, and .missing_values = drop leaves none. Hint: "
          ".missing_values = mean_indicator, or without columns that are mostly missing.",
          where_, columns.size() == 1 ? "" : "s", listing(columns));
    remarks_.push_back(fmt::format("{} of {} rows lack a value in column{} {} and were left out of the fit.",
                                   raw.rows() - std::ssize(kept), raw.rows(), columns.size() == 1 ? "" : "s",
                                   listing(columns)));
    rows_ = rows_.take(kept);
  }

  double mean_of(const RawFeatures& raw, std::size_t variable) const {
    const std::span<const double> weights = weights_of(rows_);
    long double sum = 0, total = 0;
    for (std::int64_t row = 0; row < raw.rows(); ++row) {
      const double value = raw.value(variable, row), weight = weights.empty() ? 1 : weights[at(row)];
      if (std::isnan(value)) continue;
      sum += static_cast<long double>(weight) * value;
      total += weight;
    }
    if (!(total > 0))
      fail<DataError>("{}: column \"{}\" has no value in any row. Hint: drop it.", where_,
                      schema_.feature_names[variable]);
    return static_cast<double>(sum / total);
  }

  // Categories that no row has are none of the model's.
  void keep_present_categories() {
    for (std::size_t f = 0; f < schema_.feature_names.size(); ++f) {
      if (!schema_.categorical[f]) continue;
      std::vector<bool> present(schema_.categories[f].size());
      for (const std::int32_t code : column_of(f).values.to_vector<std::int32_t>())
        if (code >= 0) present[at(code)] = true;
      std::vector<std::string> kept;
      for (std::size_t c = 0; c < present.size(); ++c)
        if (present[c]) kept.push_back(schema_.categories[f][c]);
      schema_.categories[f] = std::move(kept);
    }
  }

  RecipeScalar scalar(const FormulaFactor& factor) const {
    // A column as it stands is called as the data calls it.
    const bool is_plain = factor.steps.empty() && factor.basis == FormulaFactor::Basis::none;
    return {variables_.find(factor.column)->second, factor.steps, is_plain ? factor.column : factor.text};
  }

  bool lacks(int variable) const { return std::ranges::find(lacking_, variable) != lacking_.end(); }

  // Whether a penalty holds the columns of a term, so that none has to be left out.
  bool is_penalised(const std::vector<int>& term) const {
    const std::string name = formula_.name_of(term);
    const auto is_meant = [&](const std::string& by) {
      return by == name || (term.size() == 1 && by == factor(term[0]).column);
    };
    const bool is_grouped =
        config_.penalty.group > 0 && std::ranges::any_of(config_.penalty.groups, [&](const auto& group) {
          return std::ranges::any_of(group, is_meant);
        });
    // Sums of weights name single columns, color=red: all categories have one then.
    const auto names_category = [&](const std::string& by) {
      return term.size() == 1 && by.starts_with(factor(term[0]).column + '=');
    };
    const ColumnPenalties& p = config_.penalty;
    const auto is_in = [&](const FeatureValues& sum) {
      return std::ranges::any_of(sum, names_category, &FeatureValue::feature);
    };
    const bool is_summed = std::ranges::any_of(config_.constraints.equal, is_in, &WeightEquation::sum) ||
                           (p.tikhonov > 0 && (std::ranges::any_of(p.matrix.columns, names_category) ||
                                               std::ranges::any_of(p.differences, is_in)));
    if (is_summed) return true;
    if (config_.l1 == 0 && config_.l2 == 0 && p.slope == 0 && !is_grouped) return false;
    return std::ranges::none_of(config_.penalty.factors,
                                [&](const FeatureValue& one) { return one.value == 0 && is_meant(one.feature); });
  }

  const FormulaFactor& factor(int number) const { return formula_.factors[at(number)]; }

  void make_blocks() {
    std::vector<bool> category(formula_.factors.size());
    for (const std::vector<int>& term : formula_.terms)
      for (const int f : term) category[at(f)] = is_category(factor(f));
    const bool intercept = config_.intercept && formula_.intercept;
    Codings codings(intercept);
    std::vector<std::string> references;
    for (const std::vector<int>& term : formula_.terms) {
      if (std::ranges::count_if(term, [&](int f) { return category[at(f)]; }) > 12)
        refuse_formula(formula_.text, factor(term[0]).place, "a term takes 12 columns of text at most");
      std::vector<CodedTerm> parts{{term, std::vector<bool>(term.size(), true)}};
      if (!is_penalised(term)) parts = codings.add(term, category);
      for (const CodedTerm& part : parts) {
        RecipeBlock block{.factors = {}, .term = formula_.name_of(term), .column = {}};
        std::int64_t products = 1;
        for (std::size_t k = 0; k < part.factors.size(); ++k) {
          const int f = part.factors[k];
          block.factors.push_back(factor_of(f, part.full[k]));
          products *= recipe_.factors[at(block.factors.back())].columns();
          if (term.size() == 1 && category[at(f)] && !part.full[k]) references.push_back(reference_of(f));
          if (products > most_products)
            fail<DataError>("{}: {} would be more than {} columns. Hint: leave it out.", where_, block.term,
                            most_products);
        }
        if (products == 0) continue;
        block.column.resize(at(products));
        recipe_.blocks.push_back(std::move(block));
      }
    }
    if (references.size() == 1)
      remarks_.push_back(fmt::format("weights of text are against {}.", references[0]));
    else if (!references.empty())
      remarks_.push_back(fmt::format("weights of text are against the first category: {}.", listing(references)));
  }

  std::string reference_of(int f) const {
    const auto variable = at(variables_.find(factor(f).column)->second);
    return fmt::format("{}={}", factor(f).column,
                       schema_.categories[variable].empty() ? "(missing)" : schema_.categories[variable][0]);
  }

  // The number of a factor in the recipe; of categories, with all of them or without the first.
  int factor_of(int number, bool full) {
    const FormulaFactor& asked = factor(number);
    const bool category = is_category(asked);
    const auto [known, is_new] =
        numbers_.emplace(std::pair(number, category && full), static_cast<int>(recipe_.factors.size()));
    if (!is_new) return known->second;
    RecipeFactor made{.scalar = scalar(asked)};
    const auto variable = at(made.scalar.variable);
    if (category) {
      made.kind = RecipeFactor::Kind::category;
      std::int32_t next = full ? 0 : -1;
      for (std::size_t c = 0; c < schema_.categories[variable].size(); ++c) made.place.push_back(next++);
      made.place.push_back(lacks(made.scalar.variable) ? next : -1);
    } else if (asked.basis != FormulaFactor::Basis::none) {
      made.kind = RecipeFactor::Kind::basis;
      made.penalty = asked.penalty;
      made.basis = basis_of(asked, made.scalar);
    }
    recipe_.factors.push_back(std::move(made));
    return known->second;
  }

  ScalarBasis basis_of(const FormulaFactor& asked, const RecipeScalar& scalar) const {
    std::vector<double> values;
    for (std::int64_t row = 0; row < raw_->rows(); ++row) {
      const double raw = raw_->value(at(scalar.variable), row);
      if (std::isnan(raw)) continue;
      values.push_back(after(scalar.steps, raw));
      if (!std::isfinite(values.back()))
        refuse_value(where_, {scalar.variable, scalar.steps, "what " + asked.text + " is of"}, asked.column, raw,
                     rows_.where(row));
    }
    if (asked.basis == FormulaFactor::Basis::poly) {
      ScalarBasis basis = ScalarBasis::poly(values, asked.size);
      if (basis.empty()) refuse_basis(asked, fmt::format("more than {} different values", asked.size), "degree");
      return basis;
    }
    std::ranges::sort(values);
    ScalarBasis basis =
        asked.basis == FormulaFactor::Basis::natural
            ? ScalarBasis::natural(values, asked.size)
            : ScalarBasis::bspline(values.empty() ? 0 : values.front(), values.empty() ? 0 : values.back(), asked.size);
    if (basis.empty() && asked.basis == FormulaFactor::Basis::natural)
      refuse_basis(asked, fmt::format("{} knots at quantiles that differ, and some coincide", asked.size + 1),
                   "number of columns");
    if (basis.empty()) refuse_basis(asked, "values that differ", "");
    return basis;
  }

  [[noreturn]] void refuse_basis(const FormulaFactor& asked, const std::string& wants, std::string_view less) const {
    refuse_formula(formula_.text, asked.place,
                   fmt::format("{} wants {}{}", asked.text, wants,
                               less.empty() ? std::string() : fmt::format(". Hint: a smaller {}", less)));
  }

  // Numbers that are missing in some rows have a column that says where.
  void add_absences() {
    for (const int variable : lacking_) {
      if (schema_.categorical[at(variable)]) continue;
      recipe_.blocks.push_back({.factors = {static_cast<int>(recipe_.factors.size())},
                                .term = schema_.feature_names[at(variable)] + "=(missing)",
                                .column = {0}});
      recipe_.factors.push_back({.kind = RecipeFactor::Kind::absence, .scalar = {variable}});
    }
  }

  // Numbers the products that some row has, and names them.
  void number_columns() {
    std::vector<bool> has_rows = products_with_rows();
    std::int32_t number = 0;
    std::int64_t next = 0;
    for (RecipeBlock& block : recipe_.blocks)
      for (std::size_t p = 0; p < block.column.size(); ++p) {
        const bool is_there = has_rows.empty() || has_rows[at(next)];
        ++next;
        block.column[p] = is_there ? number++ : -1;
        if (is_there) recipe_.names.push_back(product_name(recipe_, block, static_cast<std::int64_t>(p), schema_));
      }
    std::set<std::string_view> known;
    for (const std::string& name : recipe_.names)
      if (!known.insert(name).second)
        fail<DataError>("{}: two columns of the model would be called \"{}\". Hint: another name for the feature.",
                        where_, name);
    double entries = 0;
    for (const RecipeBlock& block : recipe_.blocks) {
      double of_row = 1;
      for (const int f : block.factors) {
        const RecipeFactor& one = recipe_.factors[at(f)];
        if (one.kind == RecipeFactor::Kind::basis) of_row *= one.columns();
        if (one.kind == RecipeFactor::Kind::absence) of_row = 0;
      }
      entries += of_row;
    }
    recipe_.sparse = 2 * entries <= static_cast<double>(recipe_.names.size());
    if (recipe_.names.empty())
      fail<DataError>("{}: the formula leaves no columns, and a model wants one at least.", where_);
  }

  // Of all products of all blocks; empty where each of them has some. Only combinations of categories may have none.
  std::vector<bool> products_with_rows() {
    const bool is_crossed = std::ranges::any_of(recipe_.blocks, [&](const RecipeBlock& block) {
      return std::ranges::count_if(
                 block.factors, [&](int f) { return recipe_.factors[at(f)].kind == RecipeFactor::Kind::category; }) > 1;
    });
    if (!is_crossed) return {};
    std::int64_t products = 0;
    for (RecipeBlock& block : recipe_.blocks)
      for (std::int32_t& column : block.column) {
        if (products > INT32_MAX - 1) fail<DataError>("{}: the formula makes too many columns.", where_);
        column = static_cast<std::int32_t>(products++);
      }
    std::vector<bool> found(at(products));
    RecipeRow maker(recipe_);
    std::vector<double> values(raw_->features());
    for (std::int64_t row = 0; row < raw_->rows(); ++row) {
      raw_->read(row, values);
      if (const RecipeScalar* const bad = maker.each(values, [&](std::int32_t c, double) { found[at(c)] = true; }))
        refuse_value(where_, *bad, schema_.feature_names[at(bad->variable)], values[at(bad->variable)],
                     rows_.where(row));
    }
    return found;
  }

  std::string_view where_;
  const LinearConfig& config_;
  Workers& workers_;
  Dataset rows_;
  ParsedFormula formula_;
  ModelSchema schema_;
  Recipe recipe_;
  std::vector<std::string> remarks_;
  std::unordered_map<std::string, int> variables_;
  std::vector<int> lacking_;  // that lack values and have something in their place
  std::map<std::pair<int, bool>, int> numbers_;
  std::optional<RawFeatures> raw_;
};

}  // namespace

bool wants_recipe(const Dataset& data, const LinearConfig& config) {
  return !config.formula.empty() || config.missing_values != MissingValues::refuse ||
         std::ranges::any_of(data.columns(), &Column::categorical);
}

NewRecipe make_recipe(std::string_view where, const Dataset& data, const LinearConfig& config, Workers& workers) {
  if (data.is_sparse())
    fail<DataError>("{}: the rows are sparse, and {} dense ones. Hint: {}.", where,
                    config.formula.empty() ? fmt::format(".missing_values = {} wants", name_of(config.missing_values))
                                           : "a formula wants",
                    "leave it out, or read a CSV file");
  return RecipeMaker(where, data, config, workers).make();
}

}  // namespace linden
