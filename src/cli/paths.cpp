#include "cli/paths.hpp"

#include <algorithm>
#include <filesystem>
#include <linden/error.hpp>
#include <system_error>

#include "base/files/atomic_file.hpp"
#include "base/fail.hpp"
#include "cli/options.hpp"

namespace linden::cli {
namespace {

namespace fs = std::filesystem;

// Whether two names lead to one file, be it there or not: by another spelling, a symbolic or a hard link. A device or a
// pipe may be named twice.
bool is_one_file(const fs::path& a, const fs::path& b) {
  std::error_code error;
  if (fs::exists(a, error) && fs::exists(b, error)) return fs::equivalent(a, b, error) && !fs::is_other(a, error);
  // One is not there yet. What a link leads to need not be there, either.
  const auto target = [](const fs::path& path) {
    std::error_code ignored;
    fs::path behind = path;
    for (int links = 0; links < 40 && fs::is_symlink(behind, ignored); ++links)
      behind = behind.parent_path() / fs::read_symlink(behind, ignored);
    const fs::path folder = fs::weakly_canonical(fs::absolute(behind, ignored), ignored);
    return folder.empty() ? behind.lexically_normal() : folder;
  };
  return target(a) == target(b);
}

void check_ending(const Path& file) {
  const std::string ending = fs::path(file.path).extension();
  for (const char* unknown : {".zst", ".bz2", ".xz", ".zip"})
    if (ending == unknown)
      fail<ArgumentError>("{} {}: only gzip is written, where a name ends in \".gz\". Hint: another name.", file.option,
                          file.path);
}

void check_pair(const Path& written, const Path& other, const char* what) {
  if (is_standard_output(written.path) || is_standard_output(other.path) || !is_one_file(written.path, other.path))
    return;
  const std::string by = written.path == other.path ? "" : fmt::format(", as {}", other.path);
  fail<ArgumentError>("{} {}: that file is {} {}{}. Hint: another name.", written.option, written.path, what,
                      other.option, by);
}

void check_streams(const std::vector<Path>& files, const char* stream) {
  const auto is_stream = [](const Path& file) { return file.path == "-"; };
  const auto first = std::ranges::find_if(files, is_stream);
  if (first == files.end()) return;
  const auto second = std::find_if(first + 1, files.end(), is_stream);
  if (second != files.end())
    fail<ArgumentError>("{} and {} are both \"-\", and there is one standard {}. Hint: name a file.", first->option,
                        second->option, stream);
}

}  // namespace

void check_paths(const std::vector<Path>& read, const std::vector<Path>& written) {
  check_streams(read, "input");
  check_streams(written, "output");
  for (auto file = written.begin(); file != written.end(); ++file) {
    if (file->path.empty() || file->path == "-") continue;
    check_ending(*file);
    for (const Path& other : read) check_pair(*file, other, "read by");
    for (auto other = written.begin(); other != file; ++other) check_pair(*file, *other, "written by");
    check_replaceable(file->path);
  }
}

}  // namespace linden::cli
