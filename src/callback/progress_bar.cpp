// The progress bar: one line on stderr, redrawn in place, silent where stderr is no terminal.
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <linden/callback.hpp>
#include <memory>
#include <string_view>

#include "base/out_of_memory.hpp"
#include "callback/progress_line.hpp"

#if __has_include(<unistd.h>)
#include <sys/ioctl.h>
#include <unistd.h>
#endif

namespace linden {
namespace {

bool stderr_is_a_terminal() {
#if __has_include(<unistd.h>)
  return isatty(STDERR_FILENO) != 0;
#else
  return false;
#endif
}

// What COLUMNS says, else the terminal; both may change while a model is trained.
int columns() {
  if (const char* const said = std::getenv("COLUMNS"); said != nullptr) {
    const std::string_view text = said;
    int number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc{} && end == text.data() + text.size() && number > 0) return number;
  }
#if __has_include(<unistd.h>)
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
#endif
  return 80;
}

// Copies of a callback draw one bar. Its line ends with the last round, or, where training stops before, with the last
// copy.
class Bar {
 public:
  Bar() = default;
  Bar(const Bar&) = delete;
  ~Bar() { end_line(); }

  void draw(const Round& round) {
    best_.add(round);
    if (round.index == 0) drawn_ = -1;
    const bool is_last = round.index + 1 == round.rounds;
    if (!is_last && drawn_ >= 0 && round.seconds - drawn_ < 0.1) return;  // ten times a second is enough
    drawn_ = round.seconds;
    std::fprintf(stderr, "\r%s\x1b[K", progress_line(round, best_, columns()).c_str());
    is_open_ = true;
    if (is_last) end_line();
    std::fflush(stderr);
  }

 private:
  void end_line() {
    if (is_open_) std::fputc('\n', stderr);
    is_open_ = false;
  }

  BestMetric best_;
  double drawn_ = -1;
  bool is_open_ = false;
};

}  // namespace

Callback progress_bar() {
  return or_out_of_memory("progress_bar", []() -> Callback {
    if (!stderr_is_a_terminal()) return [](const Round&) { return Signal::proceed(); };
    return [bar = std::make_shared<Bar>()](const Round& round) {
      or_out_of_memory("progress_bar", [&] { bar->draw(round); });
      return Signal::proceed();
    };
  });
}

}  // namespace linden
