// Values of a space against their definitions: quantiles, ends, text and back.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <linden/search.hpp>

#include "refusal.hpp"

namespace linden {
namespace {

TEST(SearchValues, StandAtTheirQuantile) {
  for (const double u : {0.0, 0.125, 0.5, 0.75, 0.999}) {
    EXPECT_NEAR(std::stod(space::uniform(-2, 3).at(u)), -2 + 5 * u, 1e-5);
    EXPECT_NEAR(std::stod(space::log_uniform(0.01, 100).at(u)), std::pow(10, 4 * u - 2),
                1e-5 * std::pow(10, 4 * u - 2));
    EXPECT_EQ(space::integers(-1, 6).at(u), fmt::format("{}", static_cast<int>(std::floor(8 * u)) - 1));
    EXPECT_EQ(space::log_integers(1, 7).at(u), fmt::format("{}", static_cast<int>(std::pow(8, u) + 1e-12)));
    EXPECT_EQ(space::choices({"a", "b"}).at(u), u < 0.5 ? "a" : "b");
  }
}

TEST(SearchValues, StayWithinTheirEnds) {
  for (const double u : {0.0, 1 - 0x1p-53, 1.0}) {
    const auto within = [&](const SearchValues& values) {
      const double value = std::stod(values.at(u));
      EXPECT_GE(value, values.low()) << values.text();
      EXPECT_LE(value, values.high()) << values.text();
    };
    within(space::uniform(0.123456789, 0.987654321));
    within(space::log_uniform(1e-300, 1.23456789e300));
    within(space::integers(3, 3));
    within(space::log_integers(1, 1'000'000));
    EXPECT_EQ(space::choices({"a", "b", "c"}).at(u), u == 0 ? "a" : "c");
  }
}

TEST(SearchValues, HaveATextThatGivesThemBack) {
  for (const char* text :
       {"0.0..1.5", "log:0.01..0.3", "2..256", "log:2..256", "-3..4", "0.0..10.0", "log:1.0..10.0", "a,b", "one"}) {
    const SearchValues values = space::by_text(text);
    EXPECT_EQ(values.text(), text);
    EXPECT_EQ(values.at(0.3), space::by_text(values.text()).at(0.3));
  }
  EXPECT_EQ(space::by_text("0..1.0").kind(), SearchValues::Kind::uniform);
  EXPECT_EQ(space::by_text("1e-3..1").text(), "0.001..1.0");
  EXPECT_EQ(space::by_text("3..4").kind(), SearchValues::Kind::integers);
  EXPECT_EQ(space::by_text("log:3..4").kind(), SearchValues::Kind::log_integers);
  EXPECT_EQ(space::by_text("leaf_wise,level_wise").ends(), (std::vector<std::string>{"leaf_wise", "level_wise"}));
  EXPECT_EQ(space::uniform(0.5, 2).ends(), (std::vector<std::string>{"0.5", "2"}));
}

TEST(SearchValues, RefuseWhatIsNoRange) {
  const auto refused = [](const auto& make) { return refusal<ArgumentError>(make); };
  EXPECT_EQ(refused([] { space::uniform(2, 1); }),
            "space::uniform(2, 1): the ends must be numbers, the lower one first.");
  EXPECT_EQ(refused([] { space::log_uniform(0, 1); }),
            "space::log_uniform(0, 1): the lower end must be > 0, for there are no logarithms of others.");
  EXPECT_EQ(refused([] { space::integers(0, std::int64_t{1} << 60); }),
            "space::integers(0, 1152921504606846976): the ends must be from -9007199254740992 to 9007199254740992.");
  EXPECT_EQ(refused([] { space::choices({}); }), "space::choices: there are none.");
  EXPECT_EQ(refused([] { space::choices({"a", "a"}); }), "space::choices: \"a\" is there twice. Hint: leave one out.");
  EXPECT_EQ(refused([] { space::by_text("log:3"); }),
            "space: \"log:3\" is no range and no choice. Hint: 0.1..1.0, log:0.01..0.3, 1..50 or a,b,c.");
  EXPECT_EQ(refused([] { space::by_text("1..x"); }),
            "space: \"1..x\" is no range of numbers. Hint: 0.1..1.0, log:0.01..0.3 or 1..50.");
}

TEST(SpaceOf, NamesFieldsOfTheConfiguration) {
  BoostingConfig boosted;
  for (const SearchField& one : space::of(boosted))
    for (const std::string& end : one.values.ends()) set_field(boosted, one.field, end);
  BoostingConfig oblivious{.growth = Growth::oblivious};
  for (const SearchField& one : space::of(oblivious))
    for (const std::string& end : one.values.ends()) {
      set_field(oblivious, one.field, end);
      EXPECT_NO_THROW(oblivious.check());
    }
  LinearConfig linear;
  for (const SearchField& one : space::of(linear))
    for (const std::string& end : one.values.ends()) set_field(linear, one.field, end);
}

}  // namespace
}  // namespace linden
