// The file of trials: what the search was, in facts that must be the same when it goes on, and the trials so far.
#pragma once

#include <filesystem>
#include <linden/search.hpp>
#include <string>
#include <utility>
#include <vector>

namespace linden {

/// By name, such as "space.learning_rate".
using SearchFacts = std::vector<std::pair<std::string, std::string>>;

class TrialsFile {
 public:
  /// An empty path is no file: trials are kept in memory alone. Throws ArgumentError where the file is of another
  /// search, naming the fact that differs, FileError where it is no such file or cannot be replaced.
  TrialsFile(std::filesystem::path path, SearchFacts facts);

  /// The trial of this number on this rung, or null.
  const Trial* find(int number, int rung) const;
  /// Adds a trial and replaces the file.
  void add(const Trial& trial);

 private:
  void read();
  std::string text() const;

  std::filesystem::path path_;
  SearchFacts facts_;
  std::vector<Trial> trials_;
};

}  // namespace linden
