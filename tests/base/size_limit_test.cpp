// A file beyond the limit of the process is an error, and the signal is seen by no one.
#include "base/size_limit.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>

namespace linden {
namespace {

bool pending() {
  sigset_t signals;
  sigpending(&signals);
  return sigismember(&signals, SIGXFSZ) == 1;
}

bool blocked() {
  sigset_t signals;
  pthread_sigmask(SIG_SETMASK, nullptr, &signals);
  return sigismember(&signals, SIGXFSZ) == 1;
}

// The status of a child whose files may not grow beyond 4,096 bytes.
template <class Action>
int status_under_limit(const Action& action) {
  const std::filesystem::path path =
      std::filesystem::path(testing::TempDir()) / ("linden_limit_" + std::to_string(getpid()));
  const pid_t child = fork();
  if (child == 0) {
    const rlimit limit{4096, 4096};
    setrlimit(RLIMIT_FSIZE, &limit);
    action(path);
    _exit(0);
  }
  int status = -1;
  waitpid(child, &status, 0);
  std::filesystem::remove(path);
  return status;
}

TEST(SizeLimit, IsASignalWithoutTheGuard) {
  const int status = status_under_limit([](const std::filesystem::path& path) {
    std::signal(SIGXFSZ, SIG_DFL);
    std::ofstream(path) << std::string(10'000, 'x');
  });
  EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGXFSZ) << status;
}

TEST(SizeLimit, IsAnErrorWithIt) {
  const int status = status_under_limit([](const std::filesystem::path& path) {
    {
      const SizeLimitIsAnError guard;
      std::ofstream file(path);
      file << std::string(10'000, 'x') << std::flush;
      if (file) _exit(1);
      if (errno != EFBIG) _exit(2);
      const SizeLimitIsAnError inner;
    }
    if (pending() || blocked()) _exit(3);
  });
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
}

TEST(SizeLimit, ASignalThatWaitedBeforeStillWaits) {
  const int status = status_under_limit([](const std::filesystem::path&) {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGXFSZ);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    raise(SIGXFSZ);
    { const SizeLimitIsAnError guard; }
    if (!pending() || !blocked()) _exit(1);
  });
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
}

}  // namespace
}  // namespace linden
