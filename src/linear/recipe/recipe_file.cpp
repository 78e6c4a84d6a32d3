#include "linear/recipe/recipe_file.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/fail.hpp"

namespace linden {
namespace {

constexpr std::array<std::string_view, 4> factor_kinds{"number", "category", "basis", "absence"};
constexpr std::array<std::string_view, 3> basis_kinds{"spline", "bspline", "poly"};
constexpr std::array<std::string_view, 3> missing_words{"refuse", "mean_indicator", "drop"};

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

// One of some words, as its place among them.
template <std::size_t N>
std::size_t word_of(JsonReader& json, const std::array<std::string_view, N>& words) {
  const std::string text = json.text();
  const auto found = std::ranges::find(words, text);
  if (found == words.end()) json.refuse(fmt::format("is \"{}\", which is none that there is", text));
  return static_cast<std::size_t>(found - words.begin());
}

void write_scalar(JsonWriter& json, const RecipeScalar& scalar) {
  json["variable"].value(static_cast<std::int64_t>(scalar.variable));
  json["text"].value(scalar.text);
  if (scalar.steps.empty()) return;
  json["functions"].values(
      scalar.steps, [](const ScalarStep& step) { return scalar_functions[static_cast<std::size_t>(step.kind)]; });
  json["powers"].values(scalar.steps, [](const ScalarStep& step) { return step.power; });
}

RecipeScalar read_scalar(JsonReader& json, const ModelSchema& schema) {
  RecipeScalar scalar;
  scalar.variable = static_cast<int>(json["variable"].whole(0, std::ssize(schema.feature_names) - 1));
  scalar.text = json["text"].text();
  if (!json.next_is("functions")) return scalar;
  for (const std::string& name : json["functions"].texts()) {
    const auto kind = scalar_function(name);
    if (!kind) json.refuse(fmt::format("names \"{}\", which is no function", name));
    scalar.steps.push_back({*kind, 1});
  }
  const std::vector<double> powers = json["powers"].finites();
  if (powers.size() != scalar.steps.size()) json.refuse("does not have one entry a function");
  for (std::size_t s = 0; s < powers.size(); ++s) scalar.steps[s].power = powers[s];
  return scalar;
}

// `room`: how many more columns there may be of bases, whose tables are larger than what the file has of them.
RecipeFactor read_factor(JsonReader& json, const ModelSchema& schema, std::int64_t& room) {
  json.open_object();
  RecipeFactor factor;
  factor.kind = static_cast<RecipeFactor::Kind>(word_of(json["kind"], factor_kinds));
  factor.scalar = read_scalar(json, schema);
  const std::size_t variable = at(factor.scalar.variable);
  const bool is_category = factor.kind == RecipeFactor::Kind::category;
  if (is_category ? !schema.has_categories(variable)
                  : schema.has_categories(variable) ||
                        (factor.kind == RecipeFactor::Kind::absence && !factor.scalar.steps.empty()))
    json.refuse_at(json.path(), "does not fit the kind of the column");
  if (is_category) {
    for (const std::int64_t place : json["places"].wholes(-1, INT32_MAX - 1))
      factor.place.push_back(static_cast<std::int32_t>(place));
    if (factor.place.size() != schema.categories[variable].size() + 1)
      json.refuse("does not have one entry a category and one for missing ones");
    std::vector<std::int32_t> sorted;
    for (const std::int32_t place : factor.place)
      if (place >= 0) sorted.push_back(place);
    std::ranges::sort(sorted);
    for (std::size_t k = 0; k < sorted.size(); ++k)
      if (sorted[k] != static_cast<std::int32_t>(k)) json.refuse("does not number columns from 0 on");
  }
  if (factor.kind == RecipeFactor::Kind::basis) {
    const auto kind = static_cast<ScalarBasis::Kind>(word_of(json["basis"], basis_kinds));
    std::vector<double> points = json["points"].finites();
    if (!ScalarBasis::fit(kind, points)) json.refuse("does not fit the basis");
    room -= ScalarBasis::columns_of(kind, points) - 1;
    if (room < 0) json.refuse("has more columns than weights");
    factor.basis = ScalarBasis(kind, std::move(points));
    if (json.next_is("penalty")) {
      factor.penalty = json["penalty"].finite();
      if (factor.penalty < 0) json.refuse("is below 0");
    }
  }
  json.close_object();
  return factor;
}

void write_factor(JsonWriter& json, const RecipeFactor& factor) {
  json.open_object();
  json["kind"].value(factor_kinds[static_cast<std::size_t>(factor.kind)]);
  write_scalar(json, factor.scalar);
  if (factor.kind == RecipeFactor::Kind::category) json["places"].values(factor.place);
  if (factor.kind == RecipeFactor::Kind::basis) {
    json["basis"].value(name_of(factor.basis.kind()));
    json["points"].values(factor.basis.points());
    if (factor.penalty >= 0) json["penalty"].value(factor.penalty);
  }
  json.close_object();
}

}  // namespace

void write_recipe(JsonWriter& json, const Recipe& recipe) {
  json.open_object();
  json["missing"].value(missing_words[static_cast<std::size_t>(recipe.missing)]);
  json["intercept"].value(static_cast<std::int64_t>(recipe.intercept ? 1 : 0));
  json["sparse"].value(static_cast<std::int64_t>(recipe.sparse ? 1 : 0));
  json["label"].value(recipe.label);
  json["fills"].values(recipe.variables, [](const RecipeVariable& one) { return one.fill; });
  json["filled"].values(recipe.variables,
                        [](const RecipeVariable& one) { return static_cast<std::int64_t>(one.is_filled ? 1 : 0); });
  json["factors"].open_list();
  for (const RecipeFactor& factor : recipe.factors) write_factor(json, factor);
  json.close_list();
  json["blocks"].open_list();
  for (const RecipeBlock& block : recipe.blocks) {
    json.open_object();
    json["term"].value(block.term);
    json["factors"].values(block.factors);
    // Products that are columns, where they are not all.
    std::vector<std::int64_t> there;
    for (std::size_t p = 0; p < block.column.size(); ++p)
      if (block.column[p] >= 0) there.push_back(static_cast<std::int64_t>(p));
    if (there.size() < block.column.size()) json["products"].values(there);
    json.close_object();
  }
  json.close_list();
  json["offsets"].open_list();
  for (const RecipeScalar& offset : recipe.offsets) {
    json.open_object();
    write_scalar(json, offset);
    json.close_object();
  }
  json.close_list();
  json.close_object();
}

std::shared_ptr<const Recipe> read_recipe(JsonReader& json, const ModelSchema& schema, std::int64_t columns) {
  const auto made = std::make_shared<Recipe>();
  Recipe& recipe = *made;
  json.open_object();
  recipe.missing = static_cast<MissingValues>(word_of(json["missing"], missing_words));
  recipe.intercept = json["intercept"].whole(0, 1) == 1;
  recipe.sparse = json["sparse"].whole(0, 1) == 1;
  recipe.label = json["label"].text();
  const std::vector<double> fills = json["fills"].finites();
  if (fills.size() != schema.feature_names.size()) json.refuse("does not have one entry a column");
  const std::vector<std::int64_t> filled = json["filled"].wholes(0, 1);
  if (filled.size() != fills.size()) json.refuse("does not have one entry a column");
  for (std::size_t f = 0; f < fills.size(); ++f) recipe.variables.push_back({fills[f], filled[f] == 1});
  std::int64_t room = columns;
  for (json["factors"].open_list(); json.next();) recipe.factors.push_back(read_factor(json, schema, room));
  std::int32_t number = 0;
  for (json["blocks"].open_list(); json.next();) {
    json.open_object();
    RecipeBlock block;
    block.term = json["term"].text();
    std::int64_t products = 1;
    for (const std::int64_t factor : json["factors"].wholes(0, std::ssize(recipe.factors) - 1)) {
      block.factors.push_back(static_cast<int>(factor));
      products *= recipe.factors[at(factor)].columns();
      if (products == 0 || products > most_products) json.refuse("has no columns, or too many");
    }
    if (block.factors.empty()) json.refuse("has no entry");
    const bool is_part = json.next_is("products");
    std::vector<std::int64_t> there;
    if (is_part) there = json["products"].wholes(0, products - 1);
    if (is_part && std::ranges::adjacent_find(there, std::greater_equal<>()) != there.end())
      json.refuse("does not ascend");
    if (number + (is_part ? std::ssize(there) : products) > columns) json.refuse("has more columns than weights");
    block.column.assign(at(products), -1);
    if (is_part)
      for (const std::int64_t product : there) block.column[at(product)] = number++;
    else
      for (std::int32_t& column : block.column) column = number++;
    for (std::size_t p = 0; p < block.column.size(); ++p)
      if (block.column[p] >= 0)
        recipe.names.push_back(product_name(recipe, block, static_cast<std::int64_t>(p), schema));
    json.close_object();
    recipe.blocks.push_back(std::move(block));
  }
  for (json["offsets"].open_list(); json.next();) {
    json.open_object();
    recipe.offsets.push_back(read_scalar(json, schema));
    json.close_object();
  }
  json.close_object();
  if (number != columns) json.refuse("does not have one column a weight");
  std::vector<std::string> sorted = recipe.names;
  std::ranges::sort(sorted);
  if (std::ranges::adjacent_find(sorted) != sorted.end()) json.refuse("has two columns of one name");
  return made;
}

}  // namespace linden
