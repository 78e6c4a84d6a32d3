// Dataset::from_files: more rows than memory holds.
#pragma once

#include <cstdint>
#include <filesystem>
#include <linden/data.hpp>

namespace linden {

/// How files are read that are larger than memory.
struct FilesOptions {
  CsvOptions csv = {};
  std::int64_t memory = std::int64_t{4} << 30;
  std::filesystem::path cache = {};
};

LINDEN_API Dataset read_files(const std::filesystem::path& pattern, const FilesOptions& options = {});

}  // namespace linden
