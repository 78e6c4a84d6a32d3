// What is made beside its place, NAME.PROCESS-NUMBER, and takes that when it is whole. What a process leaves that ends
// before is removed by the next one that makes the same.
#pragma once

#include <filesystem>

namespace linden {

/// A name that no other thread or process makes `place` under.
std::filesystem::path unfinished_name(const std::filesystem::path& place);

/// Marks a file or folder, open here, as one that is being made, for as long as it is open; where the file system knows
/// no locks nothing is marked. False where it is gone: somebody took it for abandoned before.
bool claim(const std::filesystem::path& made, int descriptor) noexcept;

/// Removes what has a name of this place and nobody claims.
void remove_abandoned(const std::filesystem::path& place) noexcept;

/// A folder that takes its place or goes, with all in it and with those above it that were made for it.
class NewFolder {
 public:
  /// Throws FileError where it cannot be made.
  explicit NewFolder(const std::filesystem::path& place);
  ~NewFolder();
  NewFolder(const NewFolder&) = delete;

  const std::filesystem::path& path() const noexcept { return path_; }
  /// Puts it there, unless there is one with the file `proof` in it, of another process that was first. Throws
  /// FileError.
  void finish(const char* proof);

 private:
  std::filesystem::path place_, path_, made_above_;
  int descriptor_ = -1;
};

}  // namespace linden
