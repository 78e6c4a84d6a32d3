// The insides of Dataset::from_csv, for tests that choose the text and the blocks.
#pragma once

#include <cstddef>
#include <linden/data.hpp>
#include <string>
#include <vector>

#include "data/csv/columns.hpp"
#include "data/text/origin.hpp"
#include "data/text/text_file.hpp"

namespace linden {

/// What a column holds in a part of a table: numbers, text, nothing, or what is missing if the column is of numbers.
enum class CsvFound : std::uint8_t { numbers, text, nothing, doubtful };

/// Of a text that has some of the rows of a table.
struct CsvPart {
  std::vector<CsvKind> kinds = {};      ///< one a column, or empty; automatic: what this part asks for
  std::vector<CsvFound> found = {};     ///< out, one a column
  std::vector<std::string> names = {};  ///< out: of the columns
  std::vector<LineStart> starts = {};   ///< out: where the rows stand
  std::int64_t left_out = 0;            ///< out: rows without a label, which the options leave out
};

/// `block`: about how many bytes one task parses; 0 chooses. `schema`: the one to read by, or null.
/// `part`: that the text is a part, whose rows may all lack a label or have no weight; or null.
Dataset parse_csv(const Text& text, const Source& source, const CsvOptions& options, std::size_t block = 0,
                  const Schema* schema = nullptr, CsvPart* part = nullptr);

}  // namespace linden
