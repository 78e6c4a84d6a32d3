// A table on disk, as Dataset::from_files makes it of text: a folder with a file for each column and the list of all
// (table.json), which is written last, so that a folder that has it is whole.
//
// The folder is called by a digest of what the table was made of: the files, their sizes and times, and how they are
// read. What agrees in all of these is not read again.
#pragma once

#include <cstdint>
#include <filesystem>
#include <linden/data.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/files/mapped_file.hpp"
#include "data/dataset/builder.hpp"
#include "data/files/column_file.hpp"

namespace linden {

/// An array of a table: values of the rows, `width` of them each.
struct StoredArray {
  std::string name;  ///< of a feature; of others what they are
  DType dtype = DType::f64;
  std::int64_t width = 1;
  bool categorical = false;
  std::vector<std::string> categories = {};
  std::vector<ColumnPage> pages = {};
};

/// All but the values.
struct TableList {
  std::int64_t rows = 0;
  std::vector<StoredArray> features, others;  ///< others: "label", "weight" and "offset", as far as there are
  std::string weight_name;
  std::vector<std::string> classes, label_names, offset_names, remarks, missing;
  std::string event_name;
  bool only_missing = false;
  std::vector<std::string> files;          ///< of the text, and ...
  std::vector<std::int64_t> first_rows;    ///< ... the first row of each, ...
  std::vector<LineStart> starts;           ///< ... and where rows stand in it
  std::vector<std::int64_t> first_starts;  ///< the first of `starts` of each file
};

/// Where the values of a dataset are that no memory holds.
struct StoredTable {
  std::filesystem::path folder;
  std::int64_t memory = 0;  ///< what whoever works on the rows may take, in bytes
  std::vector<MappedFile> files;

  /// Gives back what memory these values take, if they are of a file.
  void release(const void* values, std::int64_t bytes) const noexcept;
};

/// That of a dataset, or null.
const StoredTable* stored_table(const Dataset& data) noexcept;

/// The file of array `number`, features before others.
std::filesystem::path column_path(const std::filesystem::path& folder, std::size_t number);
/// Writes the list. Throws FileError.
void write_list(const std::filesystem::path& folder, const TableList& list);
/// Opens a table whose list is there. `checks`: reads all of it once, to see that it is as it was written. Throws
/// FileError for one that is not, or is of another version.
Dataset open_table(const std::filesystem::path& folder, std::int64_t memory, bool checks);

}  // namespace linden
