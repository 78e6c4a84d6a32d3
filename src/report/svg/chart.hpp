// A chart as SVG: two axes and what is drawn between them. Colours are classes of the page's style, so that they follow
// its theme; series differ by their dashes, too.
//
//     Chart chart("ROC curve", "Share of positives found ...", {.title = "false positives"}, {.title = "found"});
//     chart.line(points, 0, "model");
//     page.figure(chart.svg(), "caption");
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "report/svg/scale.hpp"

namespace linden::reporting {

struct Point {
  double x = 0, y = 0;
};

struct AxisOptions {
  std::string title = {};
  Range range = {};
  std::vector<std::string> categories = {};  ///< names of the places 0, 1, ... in place of numbers
  bool logarithmic = false;
};

constexpr int series_colours = 6;
constexpr int heats = 5;
constexpr double strongest_cell = 0.45;  ///< opacity

class Chart {
 public:
  /// `title` and `description` are for those who do not see the figure.
  Chart(std::string title, std::string description, AxisOptions x, AxisOptions y);

  /// A line through the points, in their order. With a name it stands in the legend.
  void line(std::span<const Point> points, int series, std::string_view name = {});
  /// Thin lines behind all others, without a name.
  void faint_line(std::span<const Point> points);
  /// A line that is no data, from one point to another: chance, or perfect agreement.
  void guide(Point from, Point to, std::string_view name = {});
  /// Dots, small where there are many.
  void dots(std::span<const Point> points, int series, std::string_view name = {});
  /// Small dots whose colour says how large something else is: `heat` from 0, low, to heats - 1, high.
  void heat_dots(std::span<const Point> points, int heat, std::string_view name = {});
  /// A column from 0 to y between two values of x.
  void column(double from, double to, double y, int series);
  /// A bar from 0 (or where the axis begins) to x at the place `at` of the categories of y, with a whisker of this half
  /// length.
  void bar(int at, double x, int series, double spread = 0);
  /// The area between two lines that have the same x.
  void band(std::span<const Point> low, std::span<const Point> high, int series);
  /// A cell of a table [columns, rows] of colours: `share` in [0, 1] is how strong its colour is; with a text in it.
  /// The strongest leaves the text its contrast.
  void cell(int column, int row, double share, std::string_view text);
  /// A vertical mark with a word beside it.
  void mark(double x, std::string_view word);
  /// Short strokes at the bottom: where values are.
  void rug(std::span<const double> values);

  std::string svg() const;

 private:
  double width() const { return 420; }
  double height() const;
  double left() const;
  double category_height() const;
  void note(std::string_view name, std::string_view kind, std::string_view colours = {});
  std::string axes() const;
  std::string x_axis() const;
  std::string y_axis() const;
  std::string legend() const;

  struct Named {
    std::string name, kind, classes;
  };

  std::string title_, description_;
  AxisOptions x_axis_, y_axis_;
  Scale x_, y_;
  std::string body_;
  std::vector<Named> names_;
};

/// A small histogram without axes, for a line of a table.
std::string sparkline(std::span<const double> shares, std::string_view title);

}  // namespace linden::reporting
