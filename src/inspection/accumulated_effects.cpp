// Accumulated local effects: differences between the ends of the interval that a row is in, added up.
#include <algorithm>
#include <cmath>
#include <linden/dependence.hpp>
#include <limits>

#include "base/fail.hpp"
#include "base/out_of_memory.hpp"
#include "inspection/category_order.hpp"
#include "inspection/grid.hpp"
#include "inspection/sample.hpp"

namespace linden {
namespace {

constexpr const char* where = "accumulated_effects";
constexpr double missing = std::numeric_limits<double>::quiet_NaN();

double weight_of(const Dataset& data, std::size_t row) {
  return data.weight().elements() == 0 ? 1 : data.weight().span<const double>()[row];
}

// The interval (ends[i], ends[i + 1]] that each row is in, the least value in the first; -1 where it is missing.
std::vector<int> intervals(const std::vector<double>& values, const std::vector<double>& ends) {
  std::vector<int> interval;
  for (const double value : values) {
    const auto above = std::ranges::lower_bound(ends, value) - ends.begin();
    interval.push_back(std::isnan(value) ? -1 : static_cast<int>(std::max<std::ptrdiff_t>(above, 1) - 1));
  }
  return interval;
}

// The end of the interval of each row, the upper one or the lower.
std::vector<double> ends_of(const std::vector<int>& interval, const std::vector<double>& ends, int upper) {
  std::vector<double> at;
  for (const int i : interval) at.push_back(i < 0 ? missing : ends[static_cast<std::size_t>(i + upper)]);
  return at;
}

// Sums by cell of what rows differ by, for each output, and of their weights.
class CellMeans {
 public:
  CellMeans(std::size_t cells, std::size_t outputs) : outputs_(outputs), sums_(cells * outputs), weights_(cells) {}

  void add(std::size_t cell, double weight, const double* high, const double* low, double sign = 1) {
    for (std::size_t k = 0; k < outputs_; ++k) sums_[cell * outputs_ + k] += sign * weight * (high[k] - low[k]);
  }
  void count(std::size_t cell, double weight) { weights_[cell] += weight; }
  double weight(std::size_t cell) const { return weights_[cell]; }
  double mean(std::size_t cell, std::size_t k) const {
    return weights_[cell] > 0 ? sums_[cell * outputs_ + k] / weights_[cell] : 0;
  }

 private:
  std::size_t outputs_;
  std::vector<double> sums_, weights_;
};

// Effects at the points, the differences added up from 0 at the first, less their mean.
std::vector<double> accumulated(const CellMeans& steps, std::size_t points, std::size_t outputs,
                                const std::vector<double>& point_weights) {
  std::vector<double> values(points * outputs);
  double total = 0;
  for (const double weight : point_weights) total += weight;
  for (std::size_t k = 0; k < outputs; ++k) {
    double mean = 0;
    for (std::size_t p = 1; p < points; ++p)
      values[p * outputs + k] = values[(p - 1) * outputs + k] + steps.mean(p - 1, k);
    for (std::size_t p = 0; p < points && total > 0; ++p) mean += point_weights[p] * values[p * outputs + k] / total;
    for (std::size_t p = 0; p < points; ++p) values[p * outputs + k] -= mean;
  }
  return values;
}

Dependence of_numbers(const AnyModel& model, const Dataset& data, const FeatureColumn& column, DependenceAxis axis,
                      const DependenceOptions& options) {
  const std::size_t outputs = outputs_of(model), points = axis.values.size();
  CellMeans steps(points, outputs);
  std::vector<double> point_weights(points);
  if (points > 1) {
    const std::vector<int> interval = intervals(column.values(), axis.values);
    const Tensor high = outputs_of(model, column.with(ends_of(interval, axis.values, 1)), options);
    const Tensor low = outputs_of(model, column.with(ends_of(interval, axis.values, 0)), options);
    for (std::size_t row = 0; row < interval.size(); ++row) {
      if (interval[row] < 0) continue;
      const auto cell = static_cast<std::size_t>(interval[row]);
      const double weight = weight_of(data, row);
      steps.add(cell, weight, high.data<double>() + row * outputs, low.data<double>() + row * outputs);
      steps.count(cell, weight);
      point_weights[cell] += weight / 2;  // within an interval the effect is a line: half of each end, on average
      point_weights[cell + 1] += weight / 2;
    }
  }
  return {axis,
          shaped(accumulated(steps, points, outputs, point_weights), {static_cast<std::int64_t>(points)}, outputs)};
}

std::vector<FeatureValuesOfRows> other_features(const AnyModel& model, const Dataset& data, int feature) {
  std::vector<FeatureValuesOfRows> others;
  for (int f = 0; f < std::ssize(schema_of(model).feature_names); ++f)
    if (f != feature) {
      const FeatureColumn column(where, model, data, f);
      others.push_back({column.is_categorical(), column.values()});
    }
  return others;
}

Dependence of_categories(const AnyModel& model, const Dataset& data, const FeatureColumn& column, DependenceAxis axis,
                         const DependenceOptions& options) {
  const std::size_t outputs = outputs_of(model), points = axis.values.size();
  std::vector<int> place(column.categories().size(), -1), category;  // of codes, then of rows
  for (std::size_t p = 0; p < points; ++p) place[static_cast<std::size_t>(axis.values[p])] = static_cast<int>(p);
  for (const double code : column.values())
    category.push_back(std::isnan(code) ? -1 : place[static_cast<std::size_t>(code)]);
  const std::vector<int> order =
      category_order(category, static_cast<int>(points), other_features(model, data, axis.feature));
  DependenceAxis ordered = axis;
  for (std::size_t p = 0; p < points; ++p) {
    const auto from = static_cast<std::size_t>(order[p]);
    ordered.values[p] = axis.values[from];
    ordered.categories[p] = axis.categories[from];
    place[static_cast<std::size_t>(axis.values[from])] = static_cast<int>(p);
  }
  // Each row is moved to the category before its own and to that behind it.
  std::vector<double> before = column.values(), behind = before, own = before;
  std::vector<double> point_weights(points);
  CellMeans steps(points, outputs);
  for (std::size_t row = 0; row < own.size(); ++row) {
    const int at = std::isnan(own[row]) ? -1 : place[static_cast<std::size_t>(own[row])];
    category[row] = at;
    before[row] = at > 0 ? ordered.values[static_cast<std::size_t>(at - 1)] : own[row];
    behind[row] =
        at >= 0 && at + 1 < static_cast<int>(points) ? ordered.values[static_cast<std::size_t>(at + 1)] : own[row];
  }
  const Tensor lower = outputs_of(model, column.with(before), options);
  const Tensor middle = outputs_of(model, column.with(own), options);
  const Tensor upper = outputs_of(model, column.with(behind), options);
  for (std::size_t row = 0; row < own.size(); ++row) {
    if (category[row] < 0) continue;
    const auto at = static_cast<std::size_t>(category[row]);
    const double weight = weight_of(data, row);
    const auto of = [&](const Tensor& tensor) { return tensor.data<double>() + row * outputs; };
    point_weights[at] += weight;
    if (at > 0) steps.add(at - 1, weight, of(middle), of(lower)), steps.count(at - 1, weight);
    if (at + 1 < points) steps.add(at, weight, of(upper), of(middle)), steps.count(at, weight);
  }
  return {ordered,
          shaped(accumulated(steps, points, outputs, point_weights), {static_cast<std::int64_t>(points)}, outputs)};
}

// A grid of cells, [across, down], whose differences of differences add up to an effect at its corners.
struct Grid {
  std::size_t across, down, outputs;
  std::size_t cell(std::size_t a, std::size_t b) const { return a * down + b; }
  std::size_t corner(std::size_t a, std::size_t b, std::size_t k) const { return (a * (down + 1) + b) * outputs + k; }
};

// Of each cell the nearest that has rows, itself where it has.
std::vector<std::size_t> nearest_filled(const Grid& grid, const CellMeans& cells) {
  std::vector<std::size_t> nearest(grid.across * grid.down);
  for (std::size_t a = 0; a < grid.across; ++a)
    for (std::size_t b = 0; b < grid.down; ++b) {
      double best = std::numeric_limits<double>::infinity();
      for (std::size_t c = 0; c < grid.across; ++c)
        for (std::size_t d = 0; d < grid.down; ++d) {
          const double x = static_cast<double>(a) - static_cast<double>(c),
                       y = static_cast<double>(b) - static_cast<double>(d);
          if (cells.weight(grid.cell(c, d)) == 0 || x * x + y * y >= best) continue;
          best = x * x + y * y;
          nearest[grid.cell(a, b)] = grid.cell(c, d);
        }
    }
  return nearest;
}

// Takes from the effects what either feature does alone, and their mean.
void take_main_effects(const Grid& grid, const CellMeans& cells, std::vector<double>& values) {
  const auto difference = [&](std::size_t a0, std::size_t b0, std::size_t a1, std::size_t b1, std::size_t k) {
    return values[grid.corner(a1, b1, k)] - values[grid.corner(a0, b0, k)];
  };
  for (std::size_t k = 0; k < grid.outputs; ++k) {
    std::vector<double> first(grid.across + 1), second(grid.down + 1);
    for (std::size_t a = 0; a < grid.across; ++a) {
      double sum = 0, weight = 0;
      for (std::size_t b = 0; b < grid.down; ++b) {
        const double w = cells.weight(grid.cell(a, b));
        sum += w * (difference(a, b, a + 1, b, k) + difference(a, b + 1, a + 1, b + 1, k)) / 2;
        weight += w;
      }
      first[a + 1] = first[a] + (weight > 0 ? sum / weight : 0);
    }
    for (std::size_t b = 0; b < grid.down; ++b) {
      double sum = 0, weight = 0;
      for (std::size_t a = 0; a < grid.across; ++a) {
        const double w = cells.weight(grid.cell(a, b));
        sum += w * (difference(a, b, a, b + 1, k) + difference(a + 1, b, a + 1, b + 1, k)) / 2;
        weight += w;
      }
      second[b + 1] = second[b] + (weight > 0 ? sum / weight : 0);
    }
    double mean = 0, total = 0;
    for (std::size_t a = 0; a <= grid.across; ++a)
      for (std::size_t b = 0; b <= grid.down; ++b) values[grid.corner(a, b, k)] -= first[a] + second[b];
    for (std::size_t a = 0; a < grid.across; ++a)
      for (std::size_t b = 0; b < grid.down; ++b) {
        const double w = cells.weight(grid.cell(a, b));
        total += w;
        mean += w *
                (values[grid.corner(a, b, k)] + values[grid.corner(a + 1, b, k)] + values[grid.corner(a, b + 1, k)] +
                 values[grid.corner(a + 1, b + 1, k)]) /
                4;
      }
    for (std::size_t i = k; i < values.size(); i += grid.outputs) values[i] -= total > 0 ? mean / total : 0;
  }
}

}  // namespace

Dependence accumulated_effects(const AnyModel& model, const Dataset& data, std::string_view feature,
                               const DependenceOptions& options) try {
  check_options(where, options);
  check_asked(where, model, data);
  const Dataset rows = taken(data, sampled_rows(data, options.max_rows, options.seed));
  const int number = feature_number(where, model, feature);
  const FeatureColumn column(where, model, rows, number);
  DependenceAxis axis = axis_of(where, column, number, options.points > 0 ? options.points : 20);
  return axis.categorical ? of_categories(model, rows, column, std::move(axis), options)
                          : of_numbers(model, rows, column, std::move(axis), options);
} catch (const std::bad_alloc&) {
  fail_out_of_memory(where);
}

JointDependence accumulated_effects(const AnyModel& model, const Dataset& data, std::string_view first,
                                    std::string_view second, const DependenceOptions& options) try {
  check_options(where, options);
  check_asked(where, model, data);
  if (first == second) fail<ArgumentError>("{}: \"{}\" is there twice. Hint: two features.", where, first);
  const Dataset rows = taken(data, sampled_rows(data, options.max_rows, options.seed));
  const int numbers[] = {feature_number(where, model, first), feature_number(where, model, second)};
  const FeatureColumn outer(where, model, rows, numbers[0]), inner(where, model, rows, numbers[1]);
  for (const FeatureColumn* const column : {&outer, &inner})
    if (column->is_categorical())
      fail<ArgumentError>(
          "{}: \"{}\" has categories, whose effects have no order in two dimensions. Hint: partial_dependence takes "
          "them.",
          where, column->name());
  const int points = options.points > 0 ? options.points : 10;
  JointDependence found{axis_of(where, outer, numbers[0], points), axis_of(where, inner, numbers[1], points), {}};
  const std::vector<double>&across = found.first.values, &down = found.second.values;
  const Grid grid{across.size() - 1, down.size() - 1, outputs_of(model)};
  std::vector<double> values(across.size() * down.size() * grid.outputs);
  if (grid.across > 0 && grid.down > 0) {
    const std::vector<int> a = intervals(outer.values(), across), b = intervals(inner.values(), down);
    CellMeans cells(grid.across * grid.down, grid.outputs);
    const auto is_in = [&](std::size_t row) { return a[row] >= 0 && b[row] >= 0; };
    const auto cell_of = [&](std::size_t row) {
      return grid.cell(static_cast<std::size_t>(a[row]), static_cast<std::size_t>(b[row]));
    };
    for (std::size_t row = 0; row < a.size(); ++row)
      if (is_in(row)) cells.count(cell_of(row), weight_of(rows, row));
    for (const int side :
         {1, 0}) {  // the difference along the second feature, at the upper and the lower end of the first
      const FeatureColumn column(where, model, outer.with(ends_of(a, across, side)), numbers[1]);
      const Tensor high = outputs_of(model, column.with(ends_of(b, down, 1)), options);
      const Tensor low = outputs_of(model, column.with(ends_of(b, down, 0)), options);
      for (std::size_t row = 0; row < a.size(); ++row)
        if (is_in(row))
          cells.add(cell_of(row), weight_of(rows, row), high.data<double>() + row * grid.outputs,
                    low.data<double>() + row * grid.outputs, side == 1 ? 1 : -1);
    }
    const std::vector<std::size_t> filled = nearest_filled(grid, cells);
    for (std::size_t i = 0; i < grid.across; ++i)
      for (std::size_t j = 0; j < grid.down; ++j)
        for (std::size_t k = 0; k < grid.outputs; ++k)
          values[grid.corner(i + 1, j + 1, k)] = values[grid.corner(i, j + 1, k)] + values[grid.corner(i + 1, j, k)] -
                                                 values[grid.corner(i, j, k)] + cells.mean(filled[grid.cell(i, j)], k);
    take_main_effects(grid, cells, values);
  }
  found.values = shaped(std::move(values), {std::ssize(across), std::ssize(down)}, grid.outputs);
  return found;
} catch (const std::bad_alloc&) {
  fail_out_of_memory(where);
}

}  // namespace linden
