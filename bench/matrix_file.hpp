// Files of training rows that C++ and Python read alike, without parsing: NAME.bin holds float32 features, row-major,
// then one float32 label a row; NAME.json beside it holds {"rows": ..., "features": ...}. Little-endian.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <vector>

namespace linden::bench {

struct Matrix {
  std::int64_t rows = 0;
  int features = 0;
  std::vector<float> values;   ///< [rows, features]
  std::vector<double> labels;  ///< [rows]
};

/// Throws FileError when a file is missing or has another size than its header says.
Matrix read_matrix(const std::filesystem::path& path);

/// Fills rows first, first + 1, ...: as many as `labels` has entries.
using FillRows = std::function<void(std::int64_t first, std::span<float> values, std::span<float> labels)>;

/// Writes a block of rows at a time. Throws FileError.
void write_matrix(const std::filesystem::path& path, std::int64_t rows, int features, const FillRows& fill);

}  // namespace linden::bench
