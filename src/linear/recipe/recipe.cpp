#include "linear/recipe/recipe.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "base/fail.hpp"

namespace linden {
namespace {

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

// The code of a category's column; of the one that is missing, the number of categories.
std::size_t code_of_place(const RecipeFactor& factor, std::int64_t place) {
  return at(std::ranges::find(factor.place, static_cast<std::int32_t>(place)) - factor.place.begin());
}

std::string factor_name(const RecipeFactor& factor, std::int64_t place, const ModelSchema& schema) {
  const std::size_t variable = at(factor.scalar.variable);
  switch (factor.kind) {
    case RecipeFactor::Kind::number: return factor.scalar.text;
    case RecipeFactor::Kind::absence: return schema.feature_names[variable] + "=(missing)";
    case RecipeFactor::Kind::category: {
      const std::size_t code = code_of_place(factor, place);
      return fmt::format("{}={}", schema.feature_names[variable],
                         code < schema.categories[variable].size() ? schema.categories[variable][code] : "(missing)");
    }
    case RecipeFactor::Kind::basis: break;
  }
  return fmt::format("{}[{}]", factor.scalar.text, place + 1);
}

// What names of values may be, and the values of columns that they stand for.
class ValuesOfColumns {
 public:
  ValuesOfColumns(const Recipe& recipe, std::span<const std::string> features) : recipe_(recipe) {
    for (const RecipeBlock& block : recipe.blocks) {
      const std::vector<int> variables = recipe.variables_of(block);
      for (std::size_t p = 0; p < block.column.size(); ++p) {
        if (block.column[p] < 0) continue;
        const std::size_t column = at(block.column[p]);
        columns_[block.term].push_back(column);
        if (variables.size() == 1 && features[at(variables[0])] != block.term)
          columns_[features[at(variables[0])]].push_back(column);
      }
    }
    for (std::size_t c = 0; c < recipe.names.size(); ++c) columns_[recipe.names[c]] = {c};
  }

  // One of a column itself comes before one of its term, and that before one of its feature.
  FeatureValues of(const char* field, const FeatureValues& values) const {
    if (values.empty()) return {};
    std::vector<std::pair<std::size_t, double>> found(recipe_.names.size(), {SIZE_MAX, 0});
    for (const auto& [name, value] : values) {
      const auto named = columns_.find(name);
      if (named == columns_.end()) refuse(field, name);
      for (const std::size_t column : named->second)
        if (named->second.size() < found[column].first) found[column] = {named->second.size(), value};
    }
    FeatureValues result;
    for (std::size_t c = 0; c < found.size(); ++c)
      if (found[c].first != SIZE_MAX) result.push_back({recipe_.names[c], found[c].second});
    return result;
  }

  /// Groups of names as groups of columns.
  FeatureGroups of(const char* field, const FeatureGroups& groups) const {
    FeatureGroups result;
    for (const std::vector<std::string>& group : groups) {
      std::vector<std::size_t> members;
      for (const std::string& name : group) {
        const auto named = columns_.find(name);
        if (named == columns_.end()) refuse(field, name);
        members.insert(members.end(), named->second.begin(), named->second.end());
      }
      std::ranges::sort(members);
      members.erase(std::unique(members.begin(), members.end()), members.end());
      std::vector<std::string>& names = result.emplace_back();
      for (const std::size_t column : members) names.push_back(recipe_.names[column]);
    }
    return result;
  }

 private:
  [[noreturn]] void refuse(const char* field, const std::string& name) const {
    std::vector<std::string> known;
    for (const auto& entry : columns_) known.push_back(entry.first);
    std::ranges::sort(known);
    fail<ArgumentError>("{}: the model has no feature, term or column \"{}\". {}There are: {}.", field, name,
                        did_you_mean(name, known), listing(known));
  }

  const Recipe& recipe_;
  std::unordered_map<std::string, std::vector<std::size_t>> columns_;
};

}  // namespace

int RecipeFactor::columns() const noexcept {
  if (kind == Kind::basis) return basis.columns();
  if (kind != Kind::category) return 1;
  return place.empty() ? 0 : *std::ranges::max_element(place) + 1;
}

std::vector<int> Recipe::variables_of(const RecipeBlock& block) const {
  std::vector<int> found;
  for (const int factor : block.factors) found.push_back(factors[at(factor)].scalar.variable);
  std::ranges::sort(found);
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

std::string product_name(const Recipe& recipe, const RecipeBlock& block, std::int64_t product,
                         const ModelSchema& schema) {
  std::string name;
  for (const int f : block.factors) {
    const RecipeFactor& factor = recipe.factors[at(f)];
    if (!name.empty()) name += ':';
    name += factor_name(factor, product % factor.columns(), schema);
    product /= factor.columns();
  }
  return name;
}

LinearConfig config_of_columns(const LinearConfig& config, const Recipe& recipe,
                               std::span<const std::string> features) {
  LinearConfig plain = config;
  plain.formula.clear();
  plain.missing_values = MissingValues::refuse;
  plain.intercept = config.intercept && recipe.intercept;
  if (config.penalty.factors.empty() && config.penalty.groups.empty() && config.constraints.lower.empty() &&
      config.constraints.upper.empty())
    return plain;
  const ValuesOfColumns values(recipe, features);
  plain.penalty.factors = values.of("LinearConfig.penalty.factors", config.penalty.factors);
  plain.penalty.groups = values.of("LinearConfig.penalty.groups", config.penalty.groups);
  plain.constraints.lower = values.of("LinearConfig.constraints.lower", config.constraints.lower);
  plain.constraints.upper = values.of("LinearConfig.constraints.upper", config.constraints.upper);
  return plain;
}

std::vector<double> own_penalties(const LinearConfig& config, const Recipe& recipe,
                                  std::span<const std::string> features) {
  std::vector<double> penalties;
  const LinearConfig plain = config_of_columns(config, recipe, features);
  std::unordered_map<std::string_view, double> factors;
  for (const auto& [name, value] : plain.penalty.factors) factors.emplace(name, value);
  for (const RecipeBlock& block : recipe.blocks)
    for (std::size_t p = 0; p < block.column.size(); ++p) {
      if (block.column[p] < 0) continue;
      std::int64_t rest = std::ssize(std::span(block.column).first(p));
      for (const int f : block.factors) {
        const RecipeFactor& factor = recipe.factors[at(f)];
        const std::int64_t place = rest % factor.columns();
        rest /= factor.columns();
        if (!factor.is_bspline()) continue;
        penalties.resize(recipe.names.size(), -1);
        double& penalty = penalties[at(block.column[p])];
        if (place == 0) {  // the straight line
          penalty = std::max(penalty, 0.0);
          continue;
        }
        const auto times = factors.find(recipe.names[at(block.column[p])]);
        penalty = std::max(penalty, 0.0) +
                  (factor.penalty >= 0 ? factor.penalty : config.l2) * (times == factors.end() ? 1 : times->second);
      }
    }
  return penalties;
}

RecipeRow::RecipeRow(const Recipe& recipe) : recipe_(recipe), parts_(recipe.factors.size()) {
  for (std::size_t f = 0; f < parts_.size(); ++f) {
    parts_[f].columns = recipe.factors[f].columns();
    parts_[f].values = values_.size();
    const bool is_basis = recipe.factors[f].kind == RecipeFactor::Kind::basis;
    values_.resize(values_.size() + (is_basis ? at(parts_[f].columns) : std::size_t{1}), 1.0);
  }
}

double RecipeRow::scalar_of(const RecipeScalar& scalar, std::span<const double> features) const {
  const double raw = features[at(scalar.variable)];
  return after(scalar.steps, std::isnan(raw) ? recipe_.variables[at(scalar.variable)].fill : raw);
}

const RecipeScalar* RecipeRow::evaluate(std::span<const double> features) {
  for (std::size_t f = 0; f < parts_.size(); ++f) {
    const RecipeFactor& factor = recipe_.factors[f];
    Part& part = parts_[f];
    const double raw = features[at(factor.scalar.variable)];
    switch (factor.kind) {
      case RecipeFactor::Kind::category: {
        const auto known = static_cast<double>(factor.place.size()) - 1;
        const std::int32_t place = raw == no_category        ? factor.place.back()
                                   : raw >= 0 && raw < known ? factor.place[static_cast<std::size_t>(raw)]
                                                             : -1;
        part.first = std::max(place, 0);
        part.count = place >= 0 ? 1 : 0;
        break;
      }
      case RecipeFactor::Kind::absence: part.count = std::isnan(raw) ? 1 : 0; break;
      case RecipeFactor::Kind::number:
      case RecipeFactor::Kind::basis: {
        const double value = scalar_of(factor.scalar, features);
        if (!std::isfinite(value)) return &factor.scalar;
        part.count = part.columns;
        if (factor.kind == RecipeFactor::Kind::number)
          values_[part.values] = value;
        else
          factor.basis.evaluate(value, std::span(values_).subspan(part.values, at(part.count)));
        break;
      }
    }
  }
  return nullptr;
}

double RecipeRow::offset(std::span<const double> features, const RecipeScalar*& bad) const {
  double sum = 0;
  for (const RecipeScalar& scalar : recipe_.offsets) {
    const double value = scalar_of(scalar, features);
    if (!std::isfinite(value)) bad = &scalar;
    sum += value;
  }
  return sum;
}

}  // namespace linden
