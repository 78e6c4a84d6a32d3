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

  void write(std::string_view text) const {
    while (!text.empty()) {
      const ssize_t written = ::write(file_, text.data(), text.size());
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) refuse(target_, errno);
      text.remove_prefix(static_cast<std::size_t>(written));
    }
  }

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
  if (std::filesystem::is_directory(path)) refuse(path, EISDIR);
  const Temporary file(path);
}

void replace_file(const std::filesystem::path& path, std::string_view text) {
  Temporary file(path);
  file.write(text);
  file.take_name();
}

}  // namespace linden
