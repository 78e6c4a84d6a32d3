#include "data/files/pattern.hpp"

#include <algorithm>
#include <system_error>

#include "base/fail.hpp"

namespace linden {

bool matches(std::string_view pattern, std::string_view name) {
  std::size_t p = 0, n = 0, star = std::string_view::npos, resume = 0;
  while (n < name.size()) {
    if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == name[n]) && pattern[p] != '*') {
      ++p, ++n;
    } else if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = n;
    } else if (star != std::string_view::npos) {  // the last * takes one letter more
      p = star + 1;
      n = ++resume;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

bool is_pattern(const std::filesystem::path& path) {
  std::error_code error;
  return path.filename().string().find_first_of("*?") != std::string::npos && !std::filesystem::exists(path, error);
}

std::vector<std::filesystem::path> files_of(const std::filesystem::path& pattern, const std::string& call) {
  if (!is_pattern(pattern)) return {pattern};
  const std::filesystem::path folder = pattern.has_parent_path() ? pattern.parent_path() : std::filesystem::path(".");
  std::vector<std::filesystem::path> files;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
    if (matches(pattern.filename().string(), entry->path().filename().string()) && entry->is_regular_file(error))
      files.push_back(pattern.has_parent_path() ? entry->path() : entry->path().filename());
  if (error) fail<FileError>("{}: cannot read the folder: {}.", call, error.message());
  if (files.empty()) fail<FileError>("{}: no file is called so.", call);
  std::ranges::sort(files);
  return files;
}

}  // namespace linden
