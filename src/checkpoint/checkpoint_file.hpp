// CheckpointFile: the file of a fit's checkpoints, as its ranks see it: the first one writes and reads, and all have
// what was read. It is a packed file (model/file/packed_file.hpp) of a document of its own:
//
//     {"format": "linden checkpoint", "library": version, "fit": "boosted", "facts": [name, value, ...], ...}
//
// Facts are all that must be as it was for the rest of the fit to have the bytes of a fit in one go.
#pragma once

#include <functional>
#include <linden/checkpoint.hpp>
#include <string>
#include <string_view>

#include "backend/comms.hpp"
#include "json/reader.hpp"
#include "json/writer.hpp"
#include "ranks/agreement.hpp"

namespace linden {

class CheckpointFile {
 public:
  /// `where` opens the messages ("fit_boosted"), `fit` says whose checkpoints these are ("boosted"). Throws
  /// ArgumentError for options out of range, FileError where the file could not be written; on all ranks.
  CheckpointFile(std::string_view where, std::string_view fit, const Checkpoint& options, const Ranks& ranks);

  bool is_on() const noexcept { return !options_.path.empty(); }
  /// Whether to write after so many rounds or iterations.
  bool is_due(int done) const noexcept { return is_on() && done % options_.every == 0; }
  /// What messages call it.
  std::string name() const;

  /// Where the fit is to go on and there is a file: compares its facts with these, hands `read` the members that
  /// `write` wrote, and returns true. Throws FileError for a file that is damaged, or none of these, ArgumentError for
  /// one of another fit; on all ranks. The facts are kept for write().
  bool read(Facts facts, const std::function<void(JsonReader&)>& read);

  /// Replaces the file. Throws FileError, leaving it as it was; on all ranks.
  void write(const std::function<void(JsonWriter&)>& write) const;

 private:
  std::string bytes() const;
  void check_facts(JsonReader& json) const;

  std::string where_, fit_;
  Checkpoint options_;
  const Ranks& ranks_;
  Facts facts_;
};

}  // namespace linden
