#include "model/weight_rows.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_set>
#include <utility>
#include <vector>

#include "model/features/feature_groups.hpp"
#include "model/features/feature_values.hpp"
#include "model/features/named_list.hpp"

namespace linden {
namespace {

constexpr std::string_view marks_of_sums = ",;:";

// Where a mark stands outside of quotes, or the end.
std::size_t find_outside(std::string_view text, char mark) {
  bool is_quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') is_quoted = !is_quoted;
    if (text[i] == mark && !is_quoted) return i;
  }
  return text.size();
}

// Calls read(part) for what stands between marks; false as soon as `read` says so.
template <class Read>
bool each_part(std::string_view text, char mark, const Read& read) {
  for (;;) {
    const std::size_t end = find_outside(text, mark);
    if (!read(without_blanks(text.substr(0, end)))) return false;
    if (end == text.size()) return true;
    text.remove_prefix(end + 1);
  }
}

std::string text_of_sum(const FeatureValues& sum) {
  std::string text;
  for (const auto& [name, value] : sum)
    text += fmt::format("{}{}={}", text.empty() ? "" : ",", quoted_where_needed(name, marks_of_sums), value + 0.0);
  return text;
}

bool read_sum(std::string_view text, FeatureValues& sum) {
  if (text == nothing_named) return false;
  return read_named(text, [&](std::string name, std::string_view number) {
    FeatureValue& one = sum.emplace_back();
    one.feature = std::move(name);
    return read_number(number, one.value);
  });
}

void check_sum(std::string_view field, const FeatureValues& sum, std::size_t place) {
  if (sum.empty()) fail<ArgumentError>("{}: sum {} has no feature. Hint: leave it out.", field, place);
  std::unordered_set<std::string_view> seen;
  bool is_zero = true;
  for (const auto& [name, value] : sum) {
    if (!std::isfinite(value))
      fail<ArgumentError>("{}: feature \"{}\" has {} in sum {}; it must be finite.", field, name, value, place);
    if (!seen.insert(name).second)
      fail<ArgumentError>("{}: feature \"{}\" is twice in sum {}. Hint: leave one out.", field, name, place);
    is_zero = is_zero && value == 0;
  }
  if (is_zero) fail<ArgumentError>("{}: sum {} has zeros alone. Hint: leave it out.", field, place);
}

}  // namespace

std::string text_of(const WeightSums& sums) {
  std::string text;
  for (const FeatureValues& sum : sums) text += fmt::format("{}{}", text.empty() ? "" : ";", text_of_sum(sum));
  return text.empty() ? std::string(nothing_named) : text;
}

std::string text_of(const WeightMatrix& matrix) {
  if (matrix.columns.empty() && matrix.values.empty()) return std::string(nothing_named);
  std::string text;
  for (const std::string& name : matrix.columns)
    text += fmt::format("{}{}", text.empty() ? "" : ",", quoted_where_needed(name, marks_of_sums));
  text += ':';
  for (std::size_t i = 0; i < matrix.values.size(); ++i)
    text += fmt::format("{}{}", i > 0 ? "," : "", matrix.values[i] + 0.0);
  return text;
}

std::string text_of(const WeightEquations& equations) {
  std::string text;
  for (const auto& [sum, value] : equations)
    text += fmt::format("{}{}:{}", text.empty() ? "" : ";", text_of_sum(sum), value + 0.0);
  return text.empty() ? std::string(nothing_named) : text;
}

WeightSums weight_sums_of(std::string_view field, std::string_view text) {
  WeightSums sums;
  if (text == nothing_named) return sums;
  if (!each_part(text, ';', [&](std::string_view part) { return read_sum(part, sums.emplace_back()); }))
    fail<ArgumentError>(
        "{}: \"{}\" is not NAME=NUMBER,...;NAME=NUMBER,... Hint: a semicolon stands between sums, a=1,b=-1;b=1,c=-1; a "
        "name with a comma, a semicolon or a colon in it stands in double quotes.",
        field, text);
  return sums;
}

WeightMatrix weight_matrix_of(std::string_view field, std::string_view text) {
  WeightMatrix matrix;
  if (text == nothing_named) return matrix;
  const std::size_t colon = find_outside(text, ':');
  bool is_one = colon < text.size();
  if (is_one) {
    const FeatureGroups names = feature_groups_of(field, text.substr(0, colon));
    is_one = names.size() == 1 && each_part(text.substr(colon + 1), ',', [&](std::string_view number) {
               return read_number(number, matrix.values.emplace_back());
             });
    if (is_one) matrix.columns = names.front();
  }
  if (!is_one)
    fail<ArgumentError>(
        "{}: \"{}\" is not NAME,...:NUMBER,... Hint: names, a colon and the rows of the matrix, a,b:2,-1,-1,2; a name "
        "with a comma, a semicolon or a colon in it stands in double quotes.",
        field, text);
  return matrix;
}

WeightEquations weight_equations_of(std::string_view field, std::string_view text) {
  WeightEquations equations;
  if (text == nothing_named) return equations;
  const auto read = [&](std::string_view part) {
    WeightEquation& one = equations.emplace_back();
    const std::size_t colon = find_outside(part, ':');
    return colon < part.size() && read_sum(without_blanks(part.substr(0, colon)), one.sum) &&
           read_number(without_blanks(part.substr(colon + 1)), one.value);
  };
  if (!each_part(text, ';', read))
    fail<ArgumentError>(
        "{}: \"{}\" is not NAME=NUMBER,...:NUMBER;... Hint: a sum, a colon and its value, a=1,b=1:0, and a semicolon "
        "between equations; a name with a comma, a semicolon or a colon in it stands in double quotes.",
        field, text);
  return equations;
}

void check_sums(std::string_view field, const WeightSums& sums) {
  for (std::size_t i = 0; i < sums.size(); ++i) check_sum(field, sums[i], i);
}

void check_matrix(std::string_view field, const WeightMatrix& matrix) {
  const std::size_t n = matrix.columns.size();
  if (n == 0 && matrix.values.empty()) return;
  check_groups(field, {matrix.columns});
  if (matrix.values.size() != n * n)
    fail<ArgumentError>("{}: {} numbers for {} columns; it must be {}, row by row.", field, matrix.values.size(), n,
                        n * n);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j <= i; ++j) {
      const double a = matrix.values[i * n + j], b = matrix.values[j * n + i];
      if (!std::isfinite(a) || !std::isfinite(b))
        fail<ArgumentError>("{}: \"{}\" and \"{}\" have {}; it must be finite.", field, matrix.columns[i],
                            matrix.columns[j], std::isfinite(a) ? b : a);
      if (std::abs(a - b) > 1e-12 * std::max(std::abs(a), std::abs(b)))
        fail<ArgumentError>("{}: \"{}\" and \"{}\" have {}, and the other way round {}; it must be symmetric.", field,
                            matrix.columns[i], matrix.columns[j], a, b);
    }
}

void check_equations(std::string_view field, const WeightEquations& equations) {
  for (std::size_t i = 0; i < equations.size(); ++i) {
    check_sum(field, equations[i].sum, i);
    if (!std::isfinite(equations[i].value))
      fail<ArgumentError>("{}: sum {} is to be {}; it must be finite.", field, i, equations[i].value);
  }
}

void check_features(std::string_view field, const WeightSums& sums, std::span<const std::string> features) {
  for (const FeatureValues& sum : sums) check_features(field, sum, features);
}

void check_features(std::string_view field, const WeightMatrix& matrix, std::span<const std::string> features) {
  if (!matrix.columns.empty()) check_features(field, FeatureGroups{matrix.columns}, features);
}

void check_features(std::string_view field, const WeightEquations& equations, std::span<const std::string> features) {
  for (const WeightEquation& equation : equations) check_features(field, equation.sum, features);
}

}  // namespace linden
