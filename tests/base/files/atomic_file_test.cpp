// Replacing files whole: whatever fails, and whenever the process is killed, there is the old file or the new one.
#include "base/files/atomic_file.hpp"

#include <dlfcn.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <linden/error.hpp>
#include <string>
#include <vector>

#include "refusal.hpp"

// The system's calls of this program: any of them can be made to fail, or to be the last of the process.
namespace {

struct Faults {
  int fails_at = 0, dies_at = 0, calls = 0;  // counted from 1
  bool no_unnamed = false;                   // as on file systems that have no files without names

  bool fail() {
    ++calls;
    if (calls == dies_at) kill(getpid(), SIGKILL);
    if (calls != fails_at) return false;
    errno = EIO;
    return true;
  }
};
thread_local Faults faults;

template <class Function>
Function* original(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  if (faults.no_unnamed && (flags & O_TMPFILE) == O_TMPFILE) {
    errno = EOPNOTSUPP;
    return -1;
  }
  if (faults.fail()) return -1;
  return original<int(const char*, int, ...)>("open")(path, flags, mode);
}
ssize_t write(int file, const void* bytes, size_t size) {
  if (faults.fail()) return -1;
  return original<ssize_t(int, const void*, size_t)>("write")(file, bytes, size);
}
int fsync(int file) { return faults.fail() ? -1 : original<int(int)>("fsync")(file); }
int close(int file) {
  const int closed = original<int(int)>("close")(file);
  return faults.fail() ? -1 : closed;
}
int fchmod(int file, mode_t mode) noexcept {
  return faults.fail() ? -1 : original<int(int, mode_t)>("fchmod")(file, mode);
}
int linkat(int a, const char* from, int b, const char* to, int flags) noexcept {
  if (faults.fail()) return -1;
  return original<int(int, const char*, int, const char*, int)>("linkat")(a, from, b, to, flags);
}
int rename(const char* from, const char* to) noexcept {
  return faults.fail() ? -1 : original<int(const char*, const char*)>("rename")(from, to);
}
}

namespace linden {
namespace {

namespace fs = std::filesystem;

std::string content(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

class ReplaceFile : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(testing::TempDir()) / (std::string("replace_file_") + std::to_string(getpid()) +
                                              testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::create_directory(folder_);
  }
  void TearDown() override {
    faults = {};
    fs::remove_all(folder_);
  }
  /// Gives what another process left the name that this one would have given it.
  void take_over(const std::string& stray) const {
    const std::size_t number = stray.rfind('-');
    if (stray.starts_with("linden-") && number > 7)
      fs::rename(folder_ / stray, folder_ / ("linden-" + std::to_string(getpid()) + stray.substr(number)));
  }
  std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder_)) names.push_back(entry.path().filename());
    std::ranges::sort(names);
    return names;
  }
  /// What a child process ends with.
  template <class Action>
  static int status_of(const Action& action) {
    const pid_t child = fork();
    if (child == 0) {
      action();
      _exit(0);
    }
    int status = -1;
    waitpid(child, &status, 0);
    return status;
  }

  fs::path folder_;
};

using Names = std::vector<std::string>;

TEST_F(ReplaceFile, WritesAndReplacesWhole) {
  replace_file(folder_ / "a", "first");
  replace_file(folder_ / "a", "second, longer");
  EXPECT_EQ(content(folder_ / "a"), "second, longer");
  EXPECT_EQ(files(), Names{"a"});
}

TEST_F(ReplaceFile, NothingHappensWithoutACommit) {
  replace_file(folder_ / "a", "first");
  {
    FileReplacement file(folder_ / "a"), other(folder_ / "b");
    file.write("second");
    other.write("text");
  }
  check_replaceable(folder_ / "c");
  EXPECT_EQ(content(folder_ / "a"), "first");
  EXPECT_EQ(files(), Names{"a"});
}

TEST_F(ReplaceFile, SaysWhyItCannot) {
  const auto refused = [](const fs::path& path) { return refusal<FileError>([&] { replace_file(path, "text"); }); };
  const fs::path path = folder_ / "missing" / "a";
  EXPECT_EQ(refused(path), "cannot write \"" + path.string() + "\": No such file or directory.");
  EXPECT_EQ(refused(""), "cannot write \"\": No such file or directory.");
  EXPECT_EQ(refused(folder_ / std::string(256, 'x')),
            "cannot write \"" + (folder_ / std::string(256, 'x')).string() + "\": File name too long.");
}

TEST_F(ReplaceFile, LeavesTheOldFileWhenItFails) {
  fs::create_directory(folder_ / "taken");
  std::ofstream(folder_ / "taken" / "inside") << "kept";
  EXPECT_THROW(replace_file(folder_ / "taken", "text"), FileError);
  EXPECT_EQ(content(folder_ / "taken" / "inside"), "kept");
  EXPECT_EQ(files(), Names{"taken"});  // no temporary file stays
}

TEST_F(ReplaceFile, TheModeIsThatOfTheOldFileOrTheUsualOne) {
  const auto mode = [&](const char* name) {
    struct stat found;
    EXPECT_EQ(stat((folder_ / name).c_str(), &found), 0);
    return found.st_mode & 07777;
  };
  std::ofstream(folder_ / "usual") << "text";
  for (const bool no_unnamed : {false, true}) {
    faults.no_unnamed = no_unnamed;
    replace_file(folder_ / "new", "text");
    EXPECT_EQ(mode("new"), mode("usual"));
    for (const mode_t kept : {0600u, 0640u, 0444u, 0755u}) {
      chmod((folder_ / "new").c_str(), kept);
      replace_file(folder_ / "new", "text");
      EXPECT_EQ(mode("new"), kept);
    }
    fs::remove(folder_ / "new");
  }
}

TEST_F(ReplaceFile, NamesOfAnyLengthAreTaken) {
  for (const bool no_unnamed : {false, true}) {
    faults.no_unnamed = no_unnamed;
    const std::string name(255, 'n');
    replace_file(folder_ / name, "text");
    replace_file(folder_ / name, "more");
    EXPECT_EQ(content(folder_ / name), "more");
    EXPECT_EQ(files(), Names{name});
  }
}

// What killed processes left is in no one's way, even of one with the same number.
TEST_F(ReplaceFile, StraysAreNotInTheWay) {
  faults.no_unnamed = true;
  for (int i = 0; i < 300; ++i)
    std::ofstream(folder_ / ("linden-" + std::to_string(getpid()) + "-" + std::to_string(i) + ".tmp")) << "stray";
  replace_file(folder_ / "a", "text");
  EXPECT_EQ(content(folder_ / "a"), "text");
  EXPECT_EQ(files().size(), 301u);
}

// Every call to the system fails in turn: there is the old file or the new one, and nothing else.
TEST_F(ReplaceFile, EveryFailureLeavesOneWholeFile) {
  for (const bool no_unnamed : {false, true}) {
    int refusals = 0;
    for (int k = 1;; ++k) {
      replace_file(folder_ / "a", "old");
      faults = {.fails_at = k, .no_unnamed = no_unnamed};
      std::string message;
      try {
        replace_file(folder_ / "a", "new");
      } catch (const FileError& error) {
        message = error.what();
        ++refusals;
        EXPECT_EQ(message, "cannot write \"" + (folder_ / "a").string() + "\": Input/output error.");
      }
      const int calls = faults.calls;
      faults = {};
      const std::string text = content(folder_ / "a");
      EXPECT_TRUE(text == "new" || (text == "old" && !message.empty())) << k << text;
      EXPECT_EQ(files(), Names{"a"}) << k;
      if (calls < k) break;
    }
    EXPECT_GE(refusals, 5);
  }
}

// A process is killed at every call in turn: the next, of the same number, saves. Where the file system has files
// without names nothing else is left.
TEST_F(ReplaceFile, AKilledProcessLeavesNothingInTheWay) {
  for (const bool no_unnamed : {false, true}) {
    int strays = 0;
    for (int k = 1;; ++k) {
      faults = {.no_unnamed = no_unnamed};
      replace_file(folder_ / "a", "old");
      const int status = status_of([&] {
        faults = {.dies_at = k, .no_unnamed = no_unnamed};
        replace_file(folder_ / "a", "new");
      });
      const std::string text = content(folder_ / "a");
      EXPECT_TRUE(text == "new" || text == "old") << k << text;
      for (const std::string& name : files()) take_over(name);
      replace_file(folder_ / "a", "newer");
      EXPECT_EQ(content(folder_ / "a"), "newer");
      const Names left = files();
      strays = static_cast<int>(left.size()) - 1;
      EXPECT_TRUE(no_unnamed || strays == 0) << k;
      EXPECT_EQ(left.front(), "a");
      if (WIFEXITED(status)) {
        EXPECT_GT(k, 6);
        break;
      }
    }
    EXPECT_EQ(strays > 0, no_unnamed);
  }
}

TEST_F(ReplaceFile, AFileBeyondTheLimitIsAnErrorAndNoSignal) {
  replace_file(folder_ / "a", "old");
  const int status = status_of([&] {
    const rlimit limit{4096, 4096};
    setrlimit(RLIMIT_FSIZE, &limit);
    sigset_t before, after;
    pthread_sigmask(SIG_SETMASK, nullptr, &before);
    try {
      replace_file(folder_ / "a", std::string(5000, 'x'));
      _exit(1);
    } catch (const FileError& error) {
      if (error.what() != "cannot write \"" + (folder_ / "a").string() + "\": File too large.") _exit(2);
    }
    sigset_t pending;
    sigpending(&pending);
    pthread_sigmask(SIG_SETMASK, nullptr, &after);
    if (sigismember(&pending, SIGXFSZ) || sigismember(&after, SIGXFSZ) != sigismember(&before, SIGXFSZ)) _exit(3);
    replace_file(folder_ / "b", "short");
  });
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
  EXPECT_EQ(content(folder_ / "a"), "old");
  EXPECT_EQ(files(), (Names{"a", "b"}));
}

TEST_F(ReplaceFile, APipeIsOpenedOnlyToBeWritten) {
  ASSERT_EQ(mkfifo((folder_ / "pipe").c_str(), 0600), 0);
  check_replaceable(folder_ / "pipe");  // nobody reads it: opening it would wait for ever
  const int reader = open((folder_ / "pipe").c_str(), O_RDONLY | O_NONBLOCK);
  replace_file(folder_ / "pipe", "text");
  char text[8] = {};
  EXPECT_EQ(read(reader, text, sizeof text), 4);
  EXPECT_STREQ(text, "text");
  close(reader);
}

}  // namespace
}  // namespace linden
