#include "model/features/match_features.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <unordered_map>

#include "base/fail.hpp"
#include "data/text/number.hpp"
#include "data/text/place_names.hpp"
#include "data/text/text_file.hpp"

namespace linden {
namespace {

std::int64_t first_row(const Column& column, const auto& wanted) {
  const std::int64_t rows = column.values.elements(), stride = column.values.strides()[0];
  const auto find = [&](const auto* v) {
    std::int64_t row = 0;
    while (row < rows && !wanted(v[row * stride])) ++row;
    return row;
  };
  switch (column.values.dtype()) {
    case DType::f32: return find(column.values.data<const float>());
    case DType::f64: return find(column.values.data<const double>());
    default: return find(column.values.data<const std::int32_t>());
  }
}

// The first text, or the first number that was taken for one.
[[noreturn]] void refuse_text(std::string_view where, const Dataset& data, const Column& column) {
  const auto category = [&](std::int32_t code) { return column.categories[static_cast<std::size_t>(code)]; };
  const auto is_text = [&](auto code) { return code >= 0 && !parse_number(category(static_cast<std::int32_t>(code))); };
  std::int64_t row = first_row(column, is_text);
  if (row == data.rows()) row = first_row(column, [](auto code) { return code >= 0; });
  if (row == data.rows())
    fail<DataError>("{}: column \"{}\" is text, but the model was trained on numbers there.", where, column.name);
  const std::int32_t code = column.values.at<std::int32_t>({row});
  fail<DataError>(
      "{}: column \"{}\" is text ({} at {}), but the model was trained on numbers there. Hint: mend the field, or read "
      "the file by the model's schema, which names what is no number.",
      where, column.name, shown(category(code)), data.where(row));
}

[[noreturn]] void refuse_numbers(std::string_view where, const std::string& name, std::string_view place) {
  fail<DataError>(
      "{}: column \"{}\" is numeric{}, but the model was trained on categories there. Hint: read the file by the "
      "model's schema, or name the column among the categorical ones.",
      where, name, place);
}

// The number that a category spells, if it is one that doubles tell from its neighbours: names of 20 digits may differ
// and be one double.
std::optional<double> number_of_category(const std::string& name) {
  const std::optional<double> number = parse_number(name);
  return number && std::abs(*number) < 0x1p53 ? number : std::nullopt;
}

// The codes of categories that spell numbers, -1 for a number that several spell ("1" and "01"): there the text counts.
std::unordered_map<double, std::int32_t> codes_by_number(const std::vector<std::string>& categories) {
  std::unordered_map<double, std::int32_t> codes;
  for (std::size_t code = 0; code < categories.size(); ++code)
    if (const std::optional<double> number = number_of_category(categories[code]))
      if (const auto [at, is_new] = codes.emplace(*number, static_cast<std::int32_t>(code)); !is_new) at->second = -1;
  return codes;
}

// Codes of the data's dictionary in the model's; both are sorted by bytes. What is not there by its text is looked for
// by its number: columns with gaps have 4.0 where others of the same table have 4.
std::vector<std::int32_t> translate(const std::vector<std::string>& from, const std::vector<std::string>& to) {
  if (from == to) return {};
  std::optional<std::unordered_map<double, std::int32_t>> numbers;  // few columns need them
  std::vector<std::int32_t> codes;
  for (const std::string& name : from) {
    const auto at = std::lower_bound(to.begin(), to.end(), name);
    std::int32_t code = at != to.end() && *at == name ? static_cast<std::int32_t>(at - to.begin()) : -1;
    if (const std::optional<double> number = code < 0 ? number_of_category(name) : std::nullopt) {
      if (!numbers) numbers = codes_by_number(to);
      if (const auto found = numbers->find(*number); found != numbers->end()) code = found->second;
    }
    codes.push_back(code);
  }
  return codes;
}

bool have_no_names(const ModelSchema& model) {
  return are_place_names(model.feature_names, [](const std::string& name) -> std::string_view { return name; });
}

// Where each of these names is among the columns, the first of that name, or -1. Data may have millions of columns that
// the model does not know.
std::vector<int> columns_of(const Dataset& data, const ModelSchema& model) {
  const std::vector<std::string>& wanted = model.feature_names;
  std::unordered_map<std::string_view, std::size_t> places;
  for (std::size_t f = 0; f < wanted.size(); ++f) places.emplace(wanted[f], f);
  std::vector<int> columns(wanted.size(), -1);
  const auto note = [&](std::string_view name, std::size_t column) {
    const auto place = places.find(name);
    if (place != places.end() && columns[place->second] < 0) columns[place->second] = static_cast<int>(column);
  };
  const std::vector<std::string>& sparse = data.sparse().names;
  for (std::size_t i = 0; i < sparse.size(); ++i) note(sparse[i], i);
  for (std::size_t i = 0; i < data.columns().size(); ++i) note(data.columns()[i].name, i);
  // Sparse rows in memory call column 7 f7.
  const bool has_none = std::ranges::all_of(columns, [](int column) { return column < 0; });
  if (data.is_sparse() && has_none && !wanted.empty() && wanted[0] == "0" && have_no_names(model))
    for (std::size_t i = 0; i < sparse.size(); ++i)
      note(std::string_view(sparse[i]).substr(sparse[i].starts_with('f') ? 1 : 0), i);
  const bool lacks_some = std::ranges::find(columns, -1) != columns.end();
  if (!data.is_sparse() && lacks_some && data.columns().size() == wanted.size() && have_no_names(model))
    std::iota(columns.begin(), columns.end(), 0);
  return columns;
}

[[noreturn]] void refuse_absent(std::string_view where, const Dataset& data, const std::string& name,
                                std::string_view others, std::string_view hint) {
  const std::vector<std::string> names = data.feature_names();
  fail<DataError>("{}: no column \"{}\"{}, which the model was trained on. {}Columns: {}.{}", where, name, others,
                  did_you_mean(name, names), names.empty() ? "none" : listing(names), hint);
}

// Sparse rows have no column where all is 0, but those that have entries in other columns alone speak of other things.
void check_shared(std::string_view where, const Dataset& data, const ModelSchema& model,
                  const std::vector<int>& columns) {
  const bool shares = std::ranges::any_of(columns, [](int column) { return column >= 0; });
  if (shares || columns.empty() || data.sparse().columns.elements() == 0) return;
  refuse_absent(where, data, model.feature_names[0],
                columns.size() > 1 ? fmt::format(", nor any of the {} others", columns.size() - 1) : "",
                " Hint: sparse rows that lack a column have 0 there, but these have no column of the model at all.");
}

}  // namespace

std::vector<FeatureSource> match_features(std::string_view where, const Dataset& data, const ModelSchema& model,
                                          const std::vector<int>& used) {
  const std::vector<int> columns = columns_of(data, model);
  if (data.is_sparse()) check_shared(where, data, model, columns);
  std::vector<FeatureSource> sources;
  auto next_used = used.begin();
  for (std::size_t f = 0; f < model.feature_names.size(); ++f) {
    const int column = columns[f];
    if (column < 0 && (!data.is_sparse() || model.has_categories(f)))
      refuse_absent(where, data, model.feature_names[f], "",
                    !have_no_names(model)
                        ? ""
                        : fmt::format(" Hint: {} columns would be taken in their order.", model.feature_names.size()));
    const bool categorical = !data.is_sparse() && data.columns()[column].categorical;
    if (categorical && !model.has_categories(f)) refuse_text(where, data, data.columns()[column]);
    if (!categorical && model.has_categories(f)) {
      if (data.is_sparse()) refuse_numbers(where, model.feature_names[f], "");
      const Column& numbers = data.columns()[column];
      const std::int64_t row = first_row(numbers, [](auto value) { return !std::isnan(static_cast<double>(value)); });
      if (row < data.rows())
        refuse_numbers(where, model.feature_names[f],
                       fmt::format(" ({} at {})", numbers.values.select(0, row).item(), data.where(row)));
    }
    if (next_used == used.end() || *next_used != static_cast<int>(f)) continue;
    ++next_used;
    sources.push_back({column, categorical ? translate(data.columns()[column].categories, model.categories[f])
                                           : std::vector<std::int32_t>{}});
  }
  return sources;
}

}  // namespace linden
