// The folder of other libraries' models beside the source tree, where there is one, and its forms of rows.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <linden/model.hpp>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "interop/import/frame.hpp"

namespace linden::shared_models {

using imports::Table;
using std::filesystem::path;

inline path folder() { return path(LINDEN_SOURCE_DIR) / "../shared/models"; }

/// All numbers of a file, row by row.
inline std::vector<double> numbers_of(const path& file) {
  std::string text = imports::bytes_of(file);
  std::ranges::replace_if(
      text, [](char c) { return c == ',' || c == '\t' || c == '\r'; }, ' ');
  std::istringstream in(text);
  std::vector<double> numbers;
  for (std::string word; in >> word;) numbers.push_back(imports::number_of(word));
  return numbers;
}

/// Columns of a table with names, row by row.
inline std::vector<double> columns_of(const path& file, const std::vector<std::size_t>& wanted) {
  std::vector<double> numbers;
  for (const std::vector<std::string>& row : imports::read_table(file, ',', true).rows)
    for (const std::size_t column : wanted) numbers.push_back(imports::number_of(row.at(column)));
  return numbers;
}

inline const BoostedModel& boosted(const AnyModel& model) { return std::get<BoostedModel>(model); }

/// Rows of libsvm by feature, whose index is that of the file less `first`.
inline std::vector<std::map<int, double>> libsvm_rows(const path& file, int first) {
  std::vector<std::map<int, double>> rows;
  for (const std::vector<std::string>& words : imports::read_table(file, ' ', false).rows) {
    auto& row = rows.emplace_back();
    for (const std::string& word : words)
      if (const std::size_t colon = word.find(':'); colon != word.npos)
        row[std::stoi(word.substr(0, colon)) - first] = std::stod(word.substr(colon + 1));
  }
  return rows;
}

}  // namespace linden::shared_models
