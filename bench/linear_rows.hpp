// Folders of float64 arrays that C++ and Python read alike; bench/peers/linear_rows.py says what lies in them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <linden/data.hpp>
#include <string>
#include <vector>

namespace linden::bench {

struct LinearRows {
  std::int64_t rows = 0;
  int features = 0;
  bool sparse = false;
  std::vector<std::int64_t> offsets;  ///< of sparse rows: [rows + 1]
  std::vector<std::int32_t> columns;  ///< likewise: [entries]
  std::vector<double> values;         ///< [entries], or [rows, features]
  std::vector<double> label, weight;  ///< [rows]; `weight` may be empty
};

/// Throws FileError when a file is missing or has another size than the header says.
LinearRows read_linear_rows(const std::filesystem::path& folder);

/// The matrix as a dataset that keeps its own memory, in the form asked for: csr, dense (row-major) or columns
/// (column-major). Throws ArgumentError for others.
Dataset linear_dataset(const LinearRows& rows, const std::string& form);

}  // namespace linden::bench
