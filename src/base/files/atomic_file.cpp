#include "base/files/atomic_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <optional>
#include <string>
#include <system_error>

#include "base/fail.hpp"
#include "base/size_limit.hpp"

namespace linden {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const fs::path& path, int error) {
  fail<FileError>("cannot write \"{}\": {}.", path.string(), std::generic_category().message(error));
}

// What a link leads to; the path itself when it leads nowhere yet.
fs::path behind_links(const fs::path& path) {
  std::error_code error;
  if (!fs::is_symlink(path, error)) return path;
  const fs::path target = fs::canonical(path, error);
  return error ? path : target;
}

fs::path folder_of(const fs::path& path) { return path.has_parent_path() ? path.parent_path() : fs::path("."); }

// A name beside the target of one length, whatever that of the target: names have a limit.
fs::path name_beside(const fs::path& target, std::string_view what) {
  return folder_of(target) / fmt::format("linden-{}.tmp", what);
}

// Saving one file has one such name: what a killed process left under it is replaced by the next.
fs::path link_name(const fs::path& target) {
  return name_beside(target, fmt::format("{:016x}", std::hash<std::string>()(target.filename().string())));
}

}  // namespace

class FileReplacement::Target {
 public:
  explicit Target(const fs::path& path) : path_(path), name_(behind_links(path)) {}

  void open() {
    if (!name_.has_filename()) refuse(path_, ENOENT);
    struct stat existing;
    if (stat(name_.c_str(), &existing) == 0) {
      if (S_ISDIR(existing.st_mode)) refuse(path_, EISDIR);
      is_stream_ = !S_ISREG(existing.st_mode);
      if (is_stream_) return;  // opened when there is something to write: whoever reads a pipe sees it closed
      existing_ = existing;
    } else if (errno != ENOENT) {
      refuse(path_, errno);
    }
    if (!open_unnamed()) open_named();
    if (existing_) keep_mode();
  }
  ~Target() {
    if (file_ >= 0) close(file_);
    if (!temporary_.empty()) unlink(temporary_.c_str());
  }
  Target(const Target&) = delete;

  void write(std::string_view text) {
    if (file_ < 0) open_stream();
    const SizeLimitIsAnError guard;
    while (!text.empty()) {
      const ssize_t written = ::write(file_, text.data(), text.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) refuse(path_, errno);
      text.remove_prefix(static_cast<std::size_t>(written));
    }
  }

  void commit() {
    if (is_stream_) return file_ < 0 ? void() : close_file();
    if (fsync(file_) != 0) refuse(path_, errno);
    if (is_unnamed_)
      link_and_rename();
    else if (rename(temporary_.c_str(), name_.c_str()) != 0)
      refuse(path_, errno);
    temporary_.clear();
    close_file();
    sync_folder();
  }

 private:
  static constexpr int most_tries = 1000;

  void open_stream() {
    file_ = ::open(name_.c_str(), O_WRONLY | O_CLOEXEC);
    if (file_ < 0) refuse(path_, errno);
  }

  mode_t first_mode() const { return existing_ ? 0600 : 0666; }

  // A file that is gone with the process, until it is given a name. Not every file system has them, nor every machine
  // the folder through which they get their name.
  bool open_unnamed() {
#ifdef O_TMPFILE
    file_ = ::open(folder_of(name_).c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, first_mode());
    if (file_ < 0) return false;
    const std::string descriptor = fmt::format("/proc/self/fd/{}", file_);
    struct stat found;
    is_unnamed_ = lstat(descriptor.c_str(), &found) == 0;
    if (is_unnamed_) return true;
    close(std::exchange(file_, -1));
#endif
    return false;
  }

  void open_named() {
    static std::atomic<unsigned> number{0};
    for (int i = 0; i < most_tries; ++i) {
      const fs::path name = name_beside(name_, fmt::format("{}-{}", getpid(), number++));
      file_ = ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, first_mode());
      if (file_ >= 0) {
        temporary_ = name;
        return;
      }
      if (errno != EEXIST) refuse(path_, errno);
    }
    refuse(path_, EEXIST);
  }

  void keep_mode() {
    // The owner only where the system allows it; changing it clears bits of the mode, which is therefore set after it.
    const bool owned = fchown(file_, existing_->st_uid, existing_->st_gid) == 0;
    const mode_t mode = existing_->st_mode & 07777;
    if (fchmod(file_, owned ? mode : mode & 0777) != 0) refuse(path_, errno);
  }

  // A name cannot be given where there is one, only moved there. Another process that saves the same file may take the
  // name in between away: then it is given again.
  void link_and_rename() {
    const std::string descriptor = fmt::format("/proc/self/fd/{}", file_);
    temporary_ = link_name(name_);
    for (int i = 0; i < most_tries; ++i) {
      if (linkat(AT_FDCWD, descriptor.c_str(), AT_FDCWD, temporary_.c_str(), AT_SYMLINK_FOLLOW) != 0) {
        if (errno != EEXIST) refuse(path_, errno);
        unlink(temporary_.c_str());
        continue;
      }
      if (rename(temporary_.c_str(), name_.c_str()) == 0) return;
      if (errno != ENOENT) refuse(path_, errno);
    }
    refuse(path_, EEXIST);
  }

  void close_file() {
    if (close(std::exchange(file_, -1)) != 0 && errno != EINTR) refuse(path_, errno);
  }

  // So that the name, too, is there after a loss of power. Not every file system can, or allows it.
  void sync_folder() {
    const int folder = ::open(folder_of(name_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) return;
    const int error = fsync(folder) == 0 ? 0 : errno;
    close(folder);
    if (error != 0 && error != EINVAL && error != EROFS && error != ENOTSUP) refuse(path_, error);
  }

  fs::path path_;  // as the caller has it
  fs::path name_;  // behind links
  std::optional<struct stat> existing_;
  fs::path temporary_;
  int file_ = -1;
  bool is_stream_ = false, is_unnamed_ = false;
};

FileReplacement::FileReplacement(const fs::path& path) : target_(std::make_unique<Target>(path)) { target_->open(); }
FileReplacement::~FileReplacement() = default;
void FileReplacement::write(std::string_view text) { target_->write(text); }
void FileReplacement::commit() { target_->commit(); }

void replace_file(const fs::path& path, std::string_view text) {
  FileReplacement file(path);
  file.write(text);
  file.commit();
}

void check_replaceable(const fs::path& path) { const FileReplacement file(path); }

}  // namespace linden
