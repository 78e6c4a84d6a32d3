#include "cli/saving.hpp"

#include <fcntl.h>
#include <fmt/format.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <iostream>
#include <linden/error.hpp>
#include <optional>
#include <system_error>

namespace linden::cli {
namespace {

namespace fs = std::filesystem;

// A name that no file has, "linden-model-1.json".
fs::path new_name(const fs::path& folder) {
  std::error_code ignored;
  for (int number = 1;; ++number) {
    const fs::path path = folder / fmt::format("linden-model-{}.json", number);
    if (!fs::exists(path, ignored)) return path;
  }
}

std::optional<fs::path> rescued(const std::function<void(const fs::path&)>& save) {
  std::error_code error;
  for (const fs::path& folder : {fs::current_path(error), fs::temp_directory_path(error)}) {
    if (folder.empty()) continue;
    try {
      const fs::path path = new_name(folder);
      save(path);
      return path;
    } catch (const FileError&) {
    }
  }
  return std::nullopt;
}

}  // namespace

void save_or_rescue(const std::string& out, const std::function<void(const fs::path&)>& save) {
  try {
    save(out);
  } catch (const FileError& error) {
    const std::optional<fs::path> path = rescued(save);
    if (!path) throw;
    throw FileError(fmt::format("{} The model is in \"{}\" instead.", error.what(), path->string()));
  }
}

void prepare_streams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (fcntl(stream, F_GETFD) < 0 && errno == EBADF)  // opened so that reading, or writing, still fails
      (void)::open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY);
  std::signal(SIGXFSZ, SIG_IGN);
}

int flush_streams(int code) {
  errno = 0;
  std::cout.flush();
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0 && std::cout) return code;
  const std::string reason = errno == 0 ? "it has failed" : std::generic_category().message(errno);
  fmt::print(stderr, "linden: cannot write to standard output: {}.\n", reason);
  return code == 0 ? 1 : code;
}

}  // namespace linden::cli
