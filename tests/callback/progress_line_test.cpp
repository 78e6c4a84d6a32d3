// The line of the progress bar: whatever the terminal, it fits; what it says of time and of the best round.
#include "callback/progress_line.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <limits>

namespace linden {
namespace {

std::string line(const Round& round, int width) {
  BestMetric best;
  best.add(round);
  return progress_line(round, best, width);
}

TEST(ProgressLine, Durations) {
  EXPECT_EQ(duration(0), "0.0 s");
  EXPECT_EQ(duration(9.94), "9.9 s");
  EXPECT_EQ(duration(42.7), "42 s");
  EXPECT_EQ(duration(185), "3:05 min");
  EXPECT_EQ(duration(3725), "1:02 h");
  EXPECT_EQ(duration(1e300), "277777:46 h");
}

TEST(ProgressLine, SaysHowFarAndHowLong) {
  const MetricValue metrics[] = {{"auc", 0.87654321, true}, {"logloss", 0.25, false}};
  const Round round{49, 200, 10, metrics};
  EXPECT_EQ(line(round, 120), "50/200 [======                  ] auc 0.87654 logloss 0.25  10 s, 30 s left");
  EXPECT_EQ(line({199, 200, 40, {}}, 80), "200/200 [========================]  40 s");
}

TEST(ProgressLine, GivesWayWhereThereIsLittleRoom) {
  const MetricValue metrics[] = {{"auc", 0.87654321, true}, {"logloss", 0.25, false}};
  const Round round{49, 200, 10, metrics};
  EXPECT_EQ(line(round, 62), "50/200 [==        ] auc 0.87654 logloss 0.25  10 s, 30 s left");
  EXPECT_EQ(line(round, 50), "50/200 auc 0.87654 logloss 0.25  10 s, 30 s left");
  EXPECT_EQ(line(round, 40), "50/200 auc 0.87654  10 s, 30 s left");
  EXPECT_EQ(line(round, 30), "50/200  10 s, 30 s left");
  EXPECT_EQ(line(round, 1), "50/200  10 s, 30 s left");
  for (int width = 25; width < 200; ++width) EXPECT_LT(line(round, width).size(), static_cast<std::size_t>(width));
}

TEST(ProgressLine, TheBestIsThatOfTheFirstMetric) {
  for (const bool higher : {false, true}) {
    BestMetric best;
    const double values[] = {0.5, higher ? 0.75 : 0.25, std::numeric_limits<double>::quiet_NaN(), 0.4};
    std::string last;
    for (int i = 0; i < 4; ++i) {
      const MetricValue metric[] = {{"m", values[i], higher}, {"other", 1.0 * i, true}};
      const Round round{i, 9, 1, metric};
      best.add(round);
      last = best.words(round);
      if (i == 1) {
        EXPECT_EQ(last, "");
      }
      if (i == 2) {
        EXPECT_NE(progress_line(round, best, 200).find(" m nan (best "), std::string::npos);
      }
    }
    EXPECT_EQ(last, higher ? " (best 0.75 at 2)" : " (best 0.25 at 2)");
    const MetricValue anew[] = {{"m", 0.1, higher}};
    best.add({0, 9, 0, anew});
    EXPECT_EQ(best.words({0, 9, 0, anew}), "");
  }
  BestMetric none;
  none.add({0, 2, 0, {}});
  EXPECT_EQ(none.words({0, 2, 0, {}}), "");
}

// A terminal of our own in the place of stderr.
class Terminal {
 public:
  explicit Terminal(unsigned short columns)
      : master_(::posix_openpt(O_RDWR | O_NOCTTY)), stderr_(::dup(STDERR_FILENO)) {
    if (master_ < 0 || ::grantpt(master_) != 0 || ::unlockpt(master_) != 0) return;
    slave_ = ::open(::ptsname(master_), O_RDWR | O_NOCTTY);
    winsize size{};
    size.ws_row = 24;
    size.ws_col = columns;
    is_there_ = slave_ >= 0 && ::ioctl(slave_, TIOCSWINSZ, &size) == 0 && ::dup2(slave_, STDERR_FILENO) >= 0;
  }
  ~Terminal() {
    ::dup2(stderr_, STDERR_FILENO);
    for (const int file : {master_, slave_, stderr_})
      if (file >= 0) ::close(file);
  }
  bool is_there() const { return is_there_; }
  // What has come, once nothing more does for a while: a terminal passes things on in its own time.
  std::string read() const {
    std::string all;
    for (pollfd file{master_, POLLIN, 0}; ::poll(&file, 1, 50) > 0;) {
      char text[256];
      const auto size = ::read(master_, text, sizeof text);
      if (size <= 0) break;
      all.append(text, static_cast<std::size_t>(size));
    }
    return all;
  }

 private:
  int master_, stderr_, slave_ = -1;
  bool is_there_ = false;
};

TEST(ProgressBar, IsAsWideAsTheTerminal) {
  ::unsetenv("COLUMNS");
  std::string narrow, wide, told;
  const MetricValue metric[] = {{"auc", 0.5, true}};
  {
    const Terminal terminal(40);
    if (!terminal.is_there()) GTEST_SKIP() << "no pseudo terminals here";
    {
      const Callback callback = progress_bar(), copy = callback;
      EXPECT_FALSE(callback({0, 100, 1, metric}).stops());
      copy({1, 100, 1.01, metric});  // too soon to be drawn
    }
    narrow = terminal.read();
  }
  {
    const Terminal terminal(100);
    const Callback callback = progress_bar();
    callback({0, 2, 1, metric});
    callback({1, 2, 1.01, metric});
    wide = terminal.read();
    ::setenv("COLUMNS", "30", 1);
    callback({0, 1, 2, {}});
    told = terminal.read();
    ::unsetenv("COLUMNS");
  }
  EXPECT_EQ(narrow, "\r1/100 auc 0.5  1.0 s, 99 s left\x1b[K\r\n");  // training stopped: the line ends with the bar
  EXPECT_EQ(wide,
            "\r1/2 [============            ] auc 0.5  1.0 s, 1.0 s left\x1b[K"
            "\r2/2 [========================] auc 0.5 (best 0.5 at 1)  1.0 s\x1b[K\r\n");
  EXPECT_EQ(told, "\r1/1 [================]  2.0 s\x1b[K\r\n");
}

}  // namespace
}  // namespace linden
