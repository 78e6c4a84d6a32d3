#include "data/files/unfinished.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <atomic>
#include <string>
#include <string_view>
#include <system_error>

#include "base/fail.hpp"

namespace linden {
namespace {

namespace fs = std::filesystem;

fs::path folder_above(const fs::path& path) { return path.has_parent_path() ? path.parent_path() : fs::path("."); }

// "NAME.12-3" for "NAME".
bool is_unfinished(std::string_view name, const std::string& place) {
  if (!name.starts_with(place + ".")) return false;
  name.remove_prefix(place.size() + 1);
  return !name.empty() && name.find_first_not_of("0123456789-") == name.npos;
}

void remove_unclaimed(const fs::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (descriptor < 0) return;
  std::error_code ignored;
  if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0) fs::remove_all(path, ignored);
  ::close(descriptor);  // not before it is gone: whoever began it a moment ago waits, and sees that
}

// The first of the folders of this path that is not there.
fs::path first_to_make(const fs::path& path) {
  fs::path first, at = path;
  std::error_code error;
  while (!at.empty() && !fs::exists(at, error)) {
    first = at;
    if (at == at.parent_path()) break;
    at = at.parent_path();
  }
  return first;
}

}  // namespace

fs::path unfinished_name(const fs::path& place) {
  static std::atomic<int> count = 0;
  return place.string() + fmt::format(".{}-{}", ::getpid(), count++);
}

bool claim(const fs::path& made, int descriptor) noexcept {
  ::flock(descriptor, LOCK_EX);
  std::error_code error;
  return fs::exists(made, error) || error;
}

void remove_abandoned(const fs::path& place) noexcept try {
  std::error_code error;
  for (fs::directory_iterator entry(folder_above(place), error), end; !error && entry != end; entry.increment(error))
    if (is_unfinished(entry->path().filename().string(), place.filename().string())) remove_unclaimed(entry->path());
} catch (const std::exception&) {  // it only cleans up
}

NewFolder::NewFolder(const fs::path& place) : place_(place), made_above_(first_to_make(folder_above(place))) {
  for (bool is_mine = false; !is_mine;) {
    if (descriptor_ >= 0) ::close(descriptor_);
    path_ = unfinished_name(place);
    std::error_code error;
    fs::create_directories(path_, error);
    if (error) fail<FileError>("\"{}\": cannot make the folder: {}.", path_.string(), error.message());
    descriptor_ = ::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    is_mine = descriptor_ < 0 || claim(path_, descriptor_);
  }
  remove_abandoned(place);
}

NewFolder::~NewFolder() {
  std::error_code ignored;
  if (!path_.empty()) {
    fs::remove_all(path_, ignored);
    for (fs::path above = folder_above(place_); !made_above_.empty() && fs::remove(above, ignored);
         above = above.parent_path())
      if (above == made_above_) break;
  }
  if (descriptor_ >= 0) ::close(descriptor_);
}

void NewFolder::finish(const char* proof) {
  std::error_code error;
  fs::rename(path_, place_, error);
  if (!error)
    path_.clear();
  else if (!fs::exists(place_ / proof))
    fail<FileError>("\"{}\": cannot make the folder: {}.", place_.string(), error.message());
}

}  // namespace linden
