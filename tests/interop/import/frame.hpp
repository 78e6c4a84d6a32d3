// Rows of text as the features of a model: what tests give to models of other libraries.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <linden/boosting.hpp>
#include <linden/data.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "data/text/number.hpp"

namespace linden::imports {

struct Table {
  std::vector<std::string> names;
  std::vector<std::vector<std::string>> rows;

  std::ptrdiff_t column(std::string_view name) const {
    const auto found = std::ranges::find(names, name);
    return found == names.end() ? -1 : found - names.begin();
  }
};

inline std::vector<std::string> fields_of(const std::string& line, char delimiter) {
  std::vector<std::string> fields;
  std::stringstream in(line);
  for (std::string field; std::getline(in, field, delimiter);) fields.push_back(field);
  if (line.ends_with(delimiter)) fields.emplace_back();
  return fields;
}

inline std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  EXPECT_TRUE(in) << path;
  return {std::istreambuf_iterator<char>(in), {}};
}

inline Table read_table(const std::filesystem::path& path, char delimiter, bool has_names) {
  Table table;
  std::stringstream in(bytes_of(path));
  for (std::string line; std::getline(in, line);) {
    if (line.ends_with('\r')) line.pop_back();
    std::vector<std::string> fields = fields_of(line, delimiter);
    if (has_names && table.names.empty())
      table.names = std::move(fields);
    else
      table.rows.push_back(std::move(fields));
  }
  return table;
}

inline double number_of(const std::string& text) {
  return parse_number(text).value_or(std::numeric_limits<double>::quiet_NaN());
}

/// What one feature is in one row: `field(feature, row)`.
template <class Field>
Dataset frame(const BoostedModel& model, std::size_t rows, const Field& field) {
  std::vector<Column> columns;
  const std::vector<Schema::Feature> features = model.schema().features;
  for (std::size_t f = 0; f < features.size(); ++f) {
    Column& column = columns.emplace_back();
    column.name = features[f].name;
    column.categorical = features[f].categorical;
    column.categories = features[f].categories;
    column.values = Tensor::empty({static_cast<std::int64_t>(rows)}, column.categorical ? DType::i32 : DType::f64);
    for (std::size_t row = 0; row < rows; ++row) {
      const std::string text = field(f, row);
      if (!column.categorical) {
        column.values.data<double>()[row] = number_of(text);
        continue;
      }
      const auto at = std::ranges::lower_bound(column.categories, text);
      const bool is_known = at != column.categories.end() && *at == text;
      column.values.data<std::int32_t>()[row] =
          is_known ? static_cast<std::int32_t>(at - column.categories.begin()) : -1;
    }
  }
  return Dataset::from_named(std::move(columns));
}

/// The largest difference, relative to what is above 1. A prediction that is no number is infinitely far.
inline double distance(double found, double expected) {
  const double far = std::abs(found - expected) / std::max(1.0, std::abs(expected));
  return far == far ? far : std::numeric_limits<double>::infinity();
}

}  // namespace linden::imports
