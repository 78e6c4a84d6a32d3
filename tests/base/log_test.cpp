#include "base/log.hpp"

#include <gtest/gtest.h>

#include <string>

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

}  // namespace
}  // namespace linden
