// What each column of a CSV text is for, from its name and the options.
#pragma once

#include <cstdint>
#include <linden/data.hpp>
#include <vector>

#include "data/csv/columns.hpp"

namespace linden {

enum class CsvRole : std::uint8_t { feature, label, event, weight, group, offset, dropped };

struct CsvRoles {
  std::vector<CsvRole> roles;                          ///< one a column
  std::vector<CsvKind> kinds;                          ///< one a column
  std::vector<std::size_t> features = {};              ///< the columns that are, in their order
  std::vector<std::size_t> labels = {}, offsets = {};  ///< likewise, in the order in which they were named
};

/// Throws ArgumentError for options that cannot be used: a delimiter that numbers or quotes need, a column that is not
/// there, or one named for two things; DataError when two columns that are not dropped have one name.
CsvRoles assign_roles(const CsvTable& table, const CsvOptions& options);
/// Where a schema's features are called by their places (place_names.hpp) and the table's columns are not: gives those
/// that the options name for nothing else the names of the features, in their order, if there are as many. So do models
/// of other libraries that know no names find their columns.
void name_by_place(CsvTable& table, const CsvOptions& options, const Schema& schema);
/// By a schema: what it does not name is dropped. Throws DataError for a feature that is not there.
CsvRoles assign_roles(const CsvTable& table, const CsvOptions& options, const Schema& schema);
void check_delimiter(const Source& source, char delimiter);

}  // namespace linden
