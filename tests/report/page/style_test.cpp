// Contrast of the palette by WCAG 2: texts 4.5, lines and bars 3, in both themes.
#include <gtest/gtest.h>

#include <fmt/format.h>

#include "report/page/page.hpp"
#include "report/svg/chart.hpp"

namespace linden::reporting {
namespace {

double luminance(const std::string& colour) {
  const auto channel = [&](std::size_t at) {
    const double value = std::stoi(colour.substr(at, 2), nullptr, 16) / 255.0;
    return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
  };
  return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
}

double contrast(const std::string& a, const std::string& b) {
  const double x = luminance(a), y = luminance(b);
  return (std::max(x, y) + 0.05) / (std::min(x, y) + 0.05);
}

TEST(Style, HasEnoughContrast) {
  EXPECT_NEAR(contrast("#000000", "#ffffff"), 21, 1e-9);
  for (const bool dark : {false, true}) {
    const auto of = [&](const char* a, const char* b) { return contrast(colour_of(a, dark), colour_of(b, dark)); };
    for (const char* text : {"text", "muted", "link"})
      for (const char* ground : {"ground", "card", "notice"})
        EXPECT_GE(of(text, ground), 4.5) << text << ground << dark;
    // The strongest cell of a table, and the text in it.
    std::string cell = "#";
    for (const std::size_t at : {1, 3, 5}) {
      const int ink = std::stoi(colour_of("strong", dark).substr(at, 2), nullptr, 16);
      const int ground = std::stoi(colour_of("card", dark).substr(at, 2), nullptr, 16);
      cell += fmt::format("{:02x}", static_cast<int>(strongest_cell * ink + (1 - strongest_cell) * ground));
    }
    EXPECT_GE(contrast(colour_of("text", dark), cell), 4.5) << dark;
    for (const std::string& name : colour_names())
      if (name.starts_with("series-") || name.starts_with("heat-")) {
        EXPECT_GE(of(name.c_str(), "card"), 3.0) << name << dark;
      }
  }
}

TEST(Style, DefinesEveryColourThatItUses) {
  const std::string css = style();
  const std::vector<std::string> names = colour_names();
  for (std::size_t at = css.find("var(--"); at != css.npos; at = css.find("var(--", at + 1)) {
    const std::string name = css.substr(at + 6, css.find(')', at) - at - 6);
    EXPECT_TRUE(name == "c" || std::ranges::find(names, name) != names.end()) << name;
  }
}

}  // namespace
}  // namespace linden::reporting
