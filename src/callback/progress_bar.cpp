// The progress bar: one line on stderr, redrawn in place, silent where stderr is no terminal.
#include <cstdio>
#include <linden/callback.hpp>

#include "base/fail.hpp"
#include "base/out_of_memory.hpp"

#if __has_include(<unistd.h>)
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

bool is_last(const Round& round) { return round.index + 1 == round.rounds; }

std::string line_of(const Round& round) {
  constexpr int width = 24;
  const int done = width * (round.index + 1) / round.rounds;
  std::string line = fmt::format("\r{}/{} [{:=<{}}{:{}}]", round.index + 1, round.rounds, "", done, "", width - done);
  for (const MetricValue& metric : round.metrics) line += fmt::format(" {} {:.5g}", metric.name, metric.value);
  return line + fmt::format("  {:.1f} s\x1b[K{}", round.seconds, is_last(round) ? "\n" : "");
}

}  // namespace

Callback progress_bar() {
  return [terminal = stderr_is_a_terminal(), drawn = -1.0](const Round& round) mutable {
    const bool last = is_last(round);
    if (round.index == 0) drawn = -1;
    if (!terminal || (!last && round.seconds - drawn < 0.1)) return Signal::proceed();  // ten times a second is enough
    drawn = round.seconds;
    std::fputs(or_out_of_memory("progress_bar", [&] { return line_of(round); }).c_str(), stderr);
    std::fflush(stderr);
    return Signal::proceed();
  };
}

}  // namespace linden
