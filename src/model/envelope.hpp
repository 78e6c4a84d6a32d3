// The envelope of every model file, whatever the family: format and schema, library version, columns, classes, loss
// and link, then the family's own configuration and body, and a checksum of all that stands before it.
//
// A file is one JSON document. Equal trainings write equal bytes: nothing in it tells of threads, devices, paths or
// times.
#pragma once

#include <filesystem>
#include <linden/loss.hpp>
#include <string>
#include <vector>

#include "model/json_reader.hpp"

namespace linden {

struct Envelope {
  std::string family;  ///< "boosted", "linear"
  std::vector<std::string> feature_names;
  std::vector<bool> categorical;                     ///< one a feature
  std::vector<std::vector<std::string>> categories;  ///< one list a feature
  std::string label;                                 ///< its column's name in the training data, or ""
  std::vector<std::string> classes;
  Loss loss;
  Json config, body;
};

/// Replaces the file at `path` whole. Throws FileError, leaving an existing file as it was.
void write_model(const std::filesystem::path& path, const Envelope& envelope);

/// Reads and checks a file written by write_model. Throws FileError when it is not one, was changed or cut short, comes
/// from a newer schema, or holds another family.
Envelope read_model(const std::filesystem::path& path, std::string_view family);

}  // namespace linden
