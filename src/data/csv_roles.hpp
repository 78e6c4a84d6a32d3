// What each column of a CSV text is for, from its name and the options.
#pragma once

#include <cstdint>
#include <linden/data.hpp>
#include <vector>

#include "data/csv_columns.hpp"

namespace linden {

enum class CsvRole : std::uint8_t { feature, label, weight, dropped };

struct CsvRoles {
  std::vector<CsvRole> roles;  ///< one a column
  std::vector<CsvKind> kinds;  ///< one a column
};

/// Throws ArgumentError for options that cannot be used: a delimiter that numbers or quotes need, a column that is not
/// there, or one named for two things.
CsvRoles assign_roles(const CsvTable& table, const CsvOptions& options);
void check_delimiter(const Source& source, char delimiter);

}  // namespace linden
