#include "base/log.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace linden {
namespace {

TEST(Log, GoesToTheHookAndNowhereWithoutOne) {
  std::string seen;
  set_log([&](LogLevel level, std::string_view message) {
    EXPECT_EQ(level, LogLevel::warning);
    seen = message;
  });
  log(LogLevel::warning, "careful");
  set_log({});
  log(LogLevel::warning, "unheard");
  EXPECT_EQ(seen, "careful");
}

TEST(Log, AHookMayLogAndSetTheHook) {
  std::vector<std::string> seen;
  set_log([&](LogLevel, std::string_view message) {
    seen.emplace_back(message);
    if (message == "first") log(LogLevel::info, "within");
    if (message != "within") return;
    set_log([&](LogLevel, std::string_view other) { seen.push_back("new: " + std::string(other)); });
    log(LogLevel::info, "set");
  });
  log(LogLevel::info, "first");
  log(LogLevel::info, "last");
  set_log({});
  EXPECT_EQ(seen, (std::vector<std::string>{"first", "within", "new: set", "new: last"}));
}

}  // namespace
}  // namespace linden
