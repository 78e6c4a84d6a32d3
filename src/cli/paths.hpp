// The files of a command: none is read and written, or written twice, and each can be written as its name says.
#pragma once

#include <string>
#include <vector>

namespace linden::cli {

/// A file and the option that names it.
struct Path {
  std::string option;  ///< "--out"
  std::string path;    ///< "" is none, "-" is standard input or output
};

/// Throws ArgumentError where a file that is to be written is also read, or written by another option, under whatever
/// name; where standard input or output is wanted twice; and for an ending of a compression that cannot be written.
/// Throws FileError where a file cannot be written. Leaves everything as it is.
void check_paths(const std::vector<Path>& read, const std::vector<Path>& written);

}  // namespace linden::cli
