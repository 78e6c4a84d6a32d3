#include "report/svg/chart.hpp"

#include <gtest/gtest.h>

#include "report/well_formed.hpp"

namespace linden::reporting {
namespace {

TEST(Chart, DrawsWhatItIsGiven) {
  Chart chart("A <title>", "What & why", {.title = "x", .range = {0, 10}}, {.title = "y", .range = {0, 1}});
  const std::vector<Point> points{{0, 0}, {10, 1}}, high{{0, 0.5}, {10, 1}};
  chart.line(points, 0, "a \"name\"");
  chart.band(points, high, 1);
  chart.dots(points, 2, "dots");
  chart.guide({0, 0}, {10, 1}, "guide");
  chart.column(1, 2, 0.5, 3);
  chart.mark(9, "kept");
  chart.rug(std::vector<double>{1, 1, 2});
  const std::string svg = chart.svg();
  EXPECT_EQ(fault_of(svg), "");
  EXPECT_NE(svg.find("<title>A &lt;title&gt;</title><desc>What &amp; why</desc>"), svg.npos);
  // The plot is from 62 to 400 across and from 252 up to 12.
  EXPECT_NE(svg.find("class=\"line c0 d0\" d=\"M62.0,252.0L400.0,12.0\""), svg.npos) << svg;
  EXPECT_NE(svg.find("d=\"M96,252v-5M130,252v-5\""), svg.npos) << svg;  // equal values once
}

TEST(Chart, ALineHasGapsWhereThereIsNoNumber) {
  Chart chart("t", "d", {.range = {0, 4}}, {.range = {0, 1}});
  chart.line(std::vector<Point>{{0, 0}, {1, 0}, {2, NAN}, {3, 0}, {4, 0}}, 0);
  EXPECT_NE(chart.svg().find("d=\"M62.0,252.0L146.5,252.0M315.5,252.0L400.0,252.0\""), std::string::npos);
}

TEST(Chart, BarsStandBesideTheirNames) {
  Chart chart("t", "d", {.range = {-1, 1}},
              {.categories = {"first", "a name that is much too long to be shown", "third"}});
  chart.bar(0, 0.5, 0, 0.1);
  chart.bar(2, -1, 1);
  const std::string svg = chart.svg();
  EXPECT_EQ(fault_of(svg), "");
  EXPECT_LT(svg.find(">first<"), svg.find(">third<"));
  EXPECT_NE(svg.find(">a name that is much t\xE2\x80\xA6<"), svg.npos) << svg;
}

TEST(Chart, CellsHaveColoursByTheirShare) {
  Chart chart("t", "d", {.categories = {"a", "b"}}, {.categories = {"a", "b"}});
  chart.cell(0, 0, 0.9, "9");
  chart.cell(1, 0, 0.1, "1");
  const std::string svg = chart.svg();
  EXPECT_NE(svg.find("fill-opacity=\"0.41\""), svg.npos);
  EXPECT_NE(svg.find(">9</text>"), svg.npos);
}

TEST(Chart, HeatIsAClass) {
  Chart chart("t", "d", {.range = {0, 1}}, {.categories = {"a"}});
  chart.heat_dots(std::vector<Point>{{0.5, 0.2}, {NAN, 0}}, 0, "low");
  chart.heat_dots({}, heats - 1, "high");
  const std::string svg = chart.svg();
  EXPECT_EQ(fault_of(svg), "");
  EXPECT_NE(svg.find("class=\"dots h0\""), svg.npos);
  EXPECT_NE(svg.find("class=\"dot h4\""), svg.npos) << svg;  // in the legend
}

TEST(Chart, SparklinesAreSmall) {
  const std::string svg = sparkline(std::vector<double>{0, 0.5, 0.25}, "a & b");
  EXPECT_EQ(fault_of(svg), "");
  EXPECT_EQ(fault_of(sparkline({}, "")), "");
}

}  // namespace
}  // namespace linden::reporting
