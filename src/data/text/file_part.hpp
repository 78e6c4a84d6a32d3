// A part of a text file, cut between rows, for one of several machines that share it.
#pragma once

#include <filesystem>
#include <linden/data.hpp>
#include <optional>

#include "data/text/text_file.hpp"

namespace linden {

/// Where rows may end.
struct RowEnds {
  bool header = false;  ///< whether the first line is that of all parts
  bool quotes = false;  ///< whether line feeds between double quotes end none
};

/// The text of the part, behind the header where there is one; nothing where it has no row. `source` is that of the
/// messages, and names the part from then on. Throws ArgumentError for a part that there is not, FileError for files
/// that are compressed or no files.
std::optional<Text> read_part(const std::filesystem::path& path, Source& source, const FilePart& part,
                              const RowEnds& ends);

}  // namespace linden
