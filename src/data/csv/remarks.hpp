// What a CSV text looks like when something slipped: Dataset::remarks.
#pragma once

#include <string>
#include <vector>

#include "data/csv/columns.hpp"
#include "data/csv/roles.hpp"

namespace linden {

/// One sentence for each column that was meant to be numbers, as far as one can tell, and for a header that looks like
/// a row; with file, line and value.
std::vector<std::string> csv_remarks(const CsvTable& table, const std::vector<CsvColumn>& columns,
                                     const std::vector<CsvRole>& roles);

/// `line 79: "1.281.501.0"` for a column that such a field turned from numbers into text, else "".
std::string csv_slip(const CsvTable& table, const CsvColumn& column);

}  // namespace linden
