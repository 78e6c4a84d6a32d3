#include "base/atomic_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <string>

#include "base/fail.hpp"

namespace linden {
namespace {

[[noreturn]] void refuse(const std::filesystem::path& path, int error) {
  fail<FileError>("cannot write \"{}\": {}.", path.string(), std::strerror(error));
}

void write_all(int file, std::string_view text, const std::filesystem::path& path) {
  while (!text.empty()) {
    const ssize_t written = write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) refuse(path, errno);
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

// What a link leads to; the path itself when it leads nowhere yet.
std::filesystem::path behind_links(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::is_symlink(path, error)) return path;
  const std::filesystem::path target = std::filesystem::canonical(path, error);
  return error ? path : target;
}

// A device or a pipe: there is nothing to replace.
bool is_stream(const std::filesystem::path& path) {
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(path, error);
  return std::filesystem::exists(status) && !std::filesystem::is_regular_file(status) &&
         !std::filesystem::is_directory(status);
}

void write_stream(const std::filesystem::path& path, std::string_view text) {
  const int file = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (file < 0) refuse(path, errno);
  try {
    write_all(file, text, path);
  } catch (...) {
    close(file);
    throw;
  }
  if (close(file) != 0) refuse(path, errno);
}

// A temporary file that removes itself unless it was renamed.
class Temporary {
 public:
  explicit Temporary(const std::filesystem::path& target) : target_(target) {
    static std::atomic<unsigned> number{0};
    name_ = fmt::format("{}.{}-{}.tmp", target.string(), getpid(), number++);
    file_ = open(name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file_ < 0) refuse(target_, errno);
  }
  ~Temporary() {
    if (file_ >= 0) close(file_);
    if (!name_.empty()) unlink(name_.c_str());
  }
  Temporary(const Temporary&) = delete;

  int descriptor() const noexcept { return file_; }

  void take_name() {
    if (fsync(file_) != 0) refuse(target_, errno);
    if (close(std::exchange(file_, -1)) != 0) refuse(target_, errno);
    if (std::rename(name_.c_str(), target_.c_str()) != 0) refuse(target_, errno);
    name_.clear();
  }

 private:
  const std::filesystem::path& target_;
  std::string name_;
  int file_ = -1;
};

}  // namespace

void check_replaceable(const std::filesystem::path& path) {
  const std::filesystem::path target = behind_links(path);
  if (std::filesystem::is_directory(target)) refuse(path, EISDIR);
  if (is_stream(target)) return;
  const Temporary file(target);
}

void replace_file(const std::filesystem::path& path, std::string_view text) {
  const std::filesystem::path target = behind_links(path);
  if (is_stream(target)) {
    write_stream(path, text);
    return;
  }
  Temporary file(target);
  write_all(file.descriptor(), text, target);
  file.take_name();
}

}  // namespace linden
