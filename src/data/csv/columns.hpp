// The columns of a CSV text: numbers, or categories with their dictionary.
#pragma once

#include <cstdint>
#include <linden/tensor.hpp>
#include <span>
#include <string>
#include <vector>

#include "base/parallel.hpp"
#include "data/csv/rows.hpp"
#include "data/text/missing.hpp"

namespace linden {

/// What to make of a column: what its fields ask for, numbers or a refusal, categories whatever they hold, or nothing.
enum class CsvKind : std::uint8_t { automatic, numbers, categorical, dropped };

/// f64 numbers with NaN for missing (infinities stand as they are: the caller refuses them), or i32 codes with -1 for
/// missing and the names of the codes in byte order. Empty for a dropped column.
struct CsvColumn {
  Tensor values;
  bool categorical = false;
  std::vector<std::string> categories = {};
  const char* first_text = nullptr;  ///< the first field that made a column text that numbers would have been taken of
};

/// Whether a column of numbers has none but missing ones.
bool has_no_number(const Tensor& values);

/// Reads all columns. A column is numeric when every field of it that is not missing is a number. Throws DataError for
/// the first row that is not in good form, then for the first text in a column that has to hold numbers. The result
/// does not depend on the blocks nor on the number of threads.
std::vector<CsvColumn> read_columns(const CsvTable& table, std::span<const CsvKind> kinds, const MissingTokens& missing,
                                    Workers& workers);

}  // namespace linden
