#include "report/svg/chart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include "report/svg/text.hpp"

namespace linden::reporting {
namespace {

constexpr double top = 12, bottom = 46, right = 20, plot_height = 240, legend_line = 20;
constexpr std::size_t most_letters = 22;  // of a category beside an axis

// "M1,2L3,4": one decimal is a tenth of a pixel.
std::string path_of(std::span<const Point> points, const Scale& x, const Scale& y) {
  std::string path;
  bool is_open = false;
  for (const Point& point : points) {
    if (!std::isfinite(point.x) || !std::isfinite(point.y)) {
      is_open = false;
      continue;
    }
    fmt::format_to(std::back_inserter(path), "{}{:.1f},{:.1f}", is_open ? "L" : "M", x(point.x), y(point.y));
    is_open = true;
  }
  return path;
}

// A dot is a line of no length with round ends.
std::string dots_of(std::span<const Point> points, const Scale& x, const Scale& y) {
  std::string path;
  for (const Point& point : points)
    if (std::isfinite(point.x) && std::isfinite(point.y))
      fmt::format_to(std::back_inserter(path), "M{:.1f},{:.1f}h0", x(point.x), y(point.y));
  return path;
}

int colour(int series) { return series % series_colours; }

}  // namespace

Chart::Chart(std::string title, std::string description, AxisOptions x, AxisOptions y)
    : title_(std::move(title)), description_(std::move(description)), x_axis_(std::move(x)), y_axis_(std::move(y)) {
  const auto range_of = [](const AxisOptions& axis) {
    return axis.categories.empty() ? axis.range : Range{-0.5, static_cast<double>(axis.categories.size()) - 0.5};
  };
  x_ = Scale(range_of(x_axis_), left(), width() - right, x_axis_.logarithmic);
  const double low = top + height(), high = top;
  y_ = y_axis_.categories.empty() ? Scale(range_of(y_axis_), low, high, y_axis_.logarithmic)
                                  : Scale(range_of(y_axis_), high, low);  // the first category stands above the others
}

// Bars have a line each; of a table of two sides the cells of few are taller.
double Chart::category_height() const {
  return x_axis_.categories.empty() ? 22 : std::max(22.0, 150 / static_cast<double>(y_axis_.categories.size()));
}

double Chart::height() const {
  if (y_axis_.categories.empty()) return plot_height;
  const auto lines = static_cast<double>(y_axis_.categories.size());
  return std::max(x_axis_.categories.empty() ? 3.0 : 1.0, lines) * category_height();
}

double Chart::left() const {
  if (y_axis_.categories.empty()) return 62;
  std::size_t longest = 0;
  for (const std::string& name : y_axis_.categories) longest = std::max(longest, std::min(name.size(), most_letters));
  return 34 + 6.9 * static_cast<double>(longest);
}

void Chart::note(std::string_view name, std::string_view kind, std::string_view colours) {
  if (!name.empty()) names_.push_back({std::string(name), std::string(kind), std::string(colours)});
}

void Chart::line(std::span<const Point> points, int series, std::string_view name) {
  fmt::format_to(std::back_inserter(body_), "<path class=\"line c{0} d{0}\" d=\"{1}\"/>", colour(series),
                 path_of(points, x_, y_));
  note(name, "line", fmt::format("c{0} d{0}", colour(series)));
}

void Chart::faint_line(std::span<const Point> points) {
  fmt::format_to(std::back_inserter(body_), "<path class=\"faint\" d=\"{}\"/>", path_of(points, x_, y_));
}

void Chart::guide(Point from, Point to, std::string_view name) {
  const Point ends[] = {from, to};
  fmt::format_to(std::back_inserter(body_), "<path class=\"guide\" d=\"{}\"/>", path_of(ends, x_, y_));
  note(name, "guide");
}

void Chart::dots(std::span<const Point> points, int series, std::string_view name) {
  fmt::format_to(std::back_inserter(body_), "<path class=\"{} c{}\" d=\"{}\"/>", points.size() > 60 ? "dots" : "dot",
                 colour(series), dots_of(points, x_, y_));
  note(name, "dot", fmt::format("c{}", colour(series)));
}

void Chart::heat_dots(std::span<const Point> points, int heat, std::string_view name) {
  if (!points.empty())
    fmt::format_to(std::back_inserter(body_), "<path class=\"dots h{}\" d=\"{}\"/>", heat, dots_of(points, x_, y_));
  note(name, "dot", fmt::format("h{}", heat));
}

void Chart::column(double from, double to, double y, int series) {
  const double low = y_(0), high = y_(y), a = x_(from), b = x_(to);
  if (b - a < 0.05 || !std::isfinite(y)) return;
  fmt::format_to(std::back_inserter(body_),
                 "<rect class=\"bar c{}\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\"/>",
                 colour(series), a, std::min(low, high), std::max(b - a - 1, 0.6), std::abs(low - high));
}

void Chart::bar(int at, double x, int series, double spread) {
  const double zero = x_(0), end = x_(x), y = y_(at);
  fmt::format_to(std::back_inserter(body_),
                 "<rect class=\"bar c{}\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"14\"/>", colour(series),
                 std::min(zero, end), y - 7, std::max(std::abs(end - zero), 0.6));
  if (spread > 0)
    fmt::format_to(std::back_inserter(body_),
                   "<path class=\"whisker\" d=\"M{0:.1f},{1:.1f}H{2:.1f}M{0:.1f},{3:.1f}v6M{2:.1f},{3:.1f}v6\"/>",
                   x_(x - spread), y, x_(x + spread), y - 3);
}

void Chart::band(std::span<const Point> low, std::span<const Point> high, int series) {
  std::vector<Point> around(low.begin(), low.end());
  around.insert(around.end(), high.rbegin(), high.rend());
  fmt::format_to(std::back_inserter(body_), "<path class=\"band c{}\" d=\"{}Z\"/>", colour(series),
                 path_of(around, x_, y_));
}

void Chart::cell(int column, int row, double share, std::string_view text) {
  const double a = x_(column - 0.5), b = x_(column + 0.5), c = y_(row - 0.5), d = y_(row + 0.5);
  fmt::format_to(std::back_inserter(body_),
                 "<rect class=\"cell\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" "
                 "fill-opacity=\"{:.2f}\"/>",
                 std::min(a, b), std::min(c, d), std::abs(b - a), std::abs(d - c),
                 strongest_cell * std::clamp(share, 0.0, 1.0));
  if (!text.empty())
    fmt::format_to(std::back_inserter(body_), "<text class=\"in\" x=\"{:.1f}\" y=\"{:.1f}\">{}</text>", (a + b) / 2,
                   (c + d) / 2 + 4, escaped(text));
}

void Chart::mark(double x, std::string_view word) {
  const double at = x_(x);
  const bool is_right = at > width() * 0.6;
  fmt::format_to(std::back_inserter(body_),
                 "<path class=\"guide\" d=\"M{0:.1f},{1:.1f}V{2:.1f}\"/><text class=\"word{3}\" x=\"{4:.1f}\" "
                 "y=\"{5:.1f}\">{6}</text>",
                 at, top, top + height(), is_right ? " end" : "", is_right ? at - 5 : at + 5, top + 12, escaped(word));
}

void Chart::rug(std::span<const double> values) {
  std::string path;
  double last = -1;
  std::vector<double> places;
  for (const double value : values)
    if (std::isfinite(value)) places.push_back(std::round(x_(value)));
  std::ranges::sort(places);
  for (const double place : places)
    if (std::exchange(last, place) != place)
      fmt::format_to(std::back_inserter(path), "M{:.0f},{:.0f}v-5", place, top + height());
  fmt::format_to(std::back_inserter(body_), "<path class=\"rug\" d=\"{}\"/>", path);
}

std::string Chart::x_axis() const {
  std::string text;
  const double low = top + height();
  if (!x_axis_.categories.empty()) {
    const double step = x_(1) - x_(0);
    const std::size_t letters = std::max<std::size_t>(2, static_cast<std::size_t>(std::abs(step) / 6.6));
    const std::size_t count = x_axis_.categories.size();
    const std::size_t each = letters < 4 && count > 12 ? (count + 11) / 12 : 1;
    for (std::size_t i = 0; i < count; i += each)
      fmt::format_to(std::back_inserter(text), "<text class=\"tick mid\" x=\"{:.1f}\" y=\"{:.1f}\">{}</text>",
                     x_(static_cast<double>(i)), low + 16, escaped(shortened(x_axis_.categories[i], letters * each)));
    return text;
  }
  const std::vector<double> ticks = x_axis_.logarithmic ? log_ticks(x_axis_.range.low, x_axis_.range.high, 6)
                                                        : nice_ticks(x_axis_.range.low, x_axis_.range.high, 6);
  const std::vector<std::string> texts = tick_texts(ticks);
  for (std::size_t i = 0; i < ticks.size(); ++i)
    fmt::format_to(std::back_inserter(text),
                   "<path class=\"grid\" d=\"M{0:.1f},{1:.1f}V{2:.1f}\"/><text class=\"tick mid\" x=\"{0:.1f}\" "
                   "y=\"{3:.1f}\">{4}</text>",
                   x_(ticks[i]), top, low, low + 16, escaped(texts[i]));
  return text;
}

std::string Chart::y_axis() const {
  std::string text;
  if (!y_axis_.categories.empty()) {
    for (std::size_t i = 0; i < y_axis_.categories.size(); ++i)
      fmt::format_to(std::back_inserter(text), "<text class=\"tick end\" x=\"{:.1f}\" y=\"{:.1f}\">{}</text>",
                     left() - 7, y_(static_cast<double>(i)) + 4,
                     escaped(shortened(y_axis_.categories[i], most_letters)));
    return text;
  }
  const std::vector<double> ticks = y_axis_.logarithmic ? log_ticks(y_axis_.range.low, y_axis_.range.high, 6)
                                                        : nice_ticks(y_axis_.range.low, y_axis_.range.high, 6);
  const std::vector<std::string> texts = tick_texts(ticks);
  for (std::size_t i = 0; i < ticks.size(); ++i)
    fmt::format_to(std::back_inserter(text),
                   "<path class=\"grid\" d=\"M{0:.1f},{1:.1f}H{2:.1f}\"/><text class=\"tick end\" x=\"{3:.1f}\" "
                   "y=\"{4:.1f}\">{5}</text>",
                   left(), y_(ticks[i]), width() - right, left() - 6, y_(ticks[i]) + 4, escaped(texts[i]));
  return text;
}

std::string Chart::axes() const {
  std::string text = x_axis() + y_axis();
  fmt::format_to(std::back_inserter(text), "<path class=\"axis\" d=\"M{0:.1f},{1:.1f}V{2:.1f}H{3:.1f}\"/>", left(), top,
                 top + height(), width() - right);
  fmt::format_to(std::back_inserter(text), "<text class=\"name mid\" x=\"{:.1f}\" y=\"{:.1f}\">{}</text>",
                 (left() + width() - right) / 2, top + height() + 36, escaped(x_axis_.title));
  if (!y_axis_.title.empty())
    fmt::format_to(std::back_inserter(text),
                   "<text class=\"name mid\" transform=\"translate(13 {:.1f}) rotate(-90)\">{}</text>",
                   top + height() / 2, escaped(shortened(y_axis_.title, static_cast<std::size_t>(height() / 6.6))));
  return text;
}

std::string Chart::legend() const {
  std::string text;
  double y = top + height() + bottom + 10, x = 10;
  for (const Named& one : names_) {
    const std::string name = shortened(one.name, 50);
    const double wide = 34 + 6.8 * static_cast<double>(name.size());
    if (x > 10 && x + wide > width()) {
      x = 10;
      y += legend_line;
    }
    fmt::format_to(
        std::back_inserter(text),
        "<path class=\"{} {}\" d=\"M{:.1f},{:.1f}h{}\"/><text class=\"tick\" x=\"{:.1f}\" y=\"{:.1f}\">{}</text>",
        one.kind, one.classes, one.kind == "dot" ? x + 11 : x, y - 4, one.kind == "dot" ? 0 : 22, x + 27, y,
        escaped(name));
    x += wide + 8;
  }
  return text;
}

std::string Chart::svg() const {
  int lines = 0;
  double x = 10;
  for (const Named& one : names_) {
    const double wide = 34 + 6.8 * static_cast<double>(shortened(one.name, 50).size());
    if (lines == 0 || (x > 10 && x + wide > width())) {
      ++lines;
      x = 10;
    }
    x += wide + 8;
  }
  return fmt::format(
      "<svg class=\"chart\" role=\"img\" viewBox=\"0 0 {:.0f} {:.0f}\"><title>{}</title><desc>{}</desc>{}{}{}</svg>",
      width(), top + height() + bottom + lines * legend_line, escaped(title_), escaped(description_), axes(), body_,
      legend());
}

std::string sparkline(std::span<const double> shares, std::string_view title) {
  constexpr double width = 120, height = 26;
  double largest = 0;
  for (const double share : shares) largest = std::max(largest, share);
  std::string body;
  const double step = width / static_cast<double>(std::max<std::size_t>(shares.size(), 1));
  for (std::size_t i = 0; i < shares.size(); ++i) {
    const double tall = largest > 0 ? shares[i] / largest * (height - 2) : 0;
    if (shares[i] > 0)
      fmt::format_to(std::back_inserter(body),
                     "<rect class=\"bar c0\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\"/>",
                     static_cast<double>(i) * step, height - std::max(tall, 1.0), std::max(step - 1, 0.5),
                     std::max(tall, 1.0));
  }
  return fmt::format(
      "<svg class=\"spark\" role=\"img\" viewBox=\"0 0 {:.0f} {:.0f}\"><title>{}</title><desc>A "
      "histogram.</desc>{}</svg>",
      width, height, escaped(title), body);
}

}  // namespace linden::reporting
