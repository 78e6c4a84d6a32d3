// Predictions of rows that all have one value of a feature.
#include <linden/dependence.hpp>

#include "base/fail.hpp"
#include "base/out_of_memory.hpp"
#include "inspection/grid.hpp"
#include "inspection/sample.hpp"

namespace linden {
namespace {

constexpr const char* where = "partial_dependence";

// The rows that are looked at, one feature of theirs, and its values.
struct Looked {
  std::vector<std::int64_t> rows;
  Dataset data;
  FeatureColumn column;
  DependenceAxis axis;

  Looked(const char* who, const AnyModel& model, const Dataset& all, std::string_view feature, int points,
         const DependenceOptions& options)
      : rows(sampled_rows(all, options.max_rows, options.seed)),
        data(taken(all, rows)),
        column(who, model, data, feature_number(who, model, feature)),
        axis(axis_of(who, column, feature_number(who, model, feature), options.points > 0 ? options.points : points)) {}
};

}  // namespace

Dependence partial_dependence(const AnyModel& model, const Dataset& data, std::string_view feature,
                              const DependenceOptions& options) try {
  check_options(where, options);
  check_asked(where, model, data);
  const Looked at(where, model, data, feature, 20, options);
  std::vector<double> values;
  for (const double value : at.axis.values)
    for (const double mean : weighted_means(outputs_of(model, at.column.with(value), options), at.data.weight()))
      values.push_back(mean);
  return {at.axis, shaped(std::move(values), {std::ssize(at.axis.values)}, outputs_of(model))};
} catch (const std::bad_alloc&) {
  fail_out_of_memory(where);
}

JointDependence partial_dependence(const AnyModel& model, const Dataset& data, std::string_view first,
                                   std::string_view second, const DependenceOptions& options) try {
  check_options(where, options);
  check_asked(where, model, data);
  if (first == second) fail<ArgumentError>("{}: \"{}\" is there twice. Hint: two features.", where, first);
  const Looked outer(where, model, data, first, 10, options), inner(where, model, data, second, 10, options);
  std::vector<double> values;
  for (const double value : outer.axis.values) {
    const FeatureColumn column(where, model, outer.column.with(value), inner.axis.feature);
    for (const double other : inner.axis.values)
      for (const double mean : weighted_means(outputs_of(model, column.with(other), options), outer.data.weight()))
        values.push_back(mean);
  }
  return {outer.axis, inner.axis,
          shaped(std::move(values), {std::ssize(outer.axis.values), std::ssize(inner.axis.values)}, outputs_of(model))};
} catch (const std::bad_alloc&) {
  fail_out_of_memory(where);
}

IndividualDependence individual_dependence(const AnyModel& model, const Dataset& data, std::string_view feature,
                                           const DependenceOptions& options) try {
  constexpr const char* who = "individual_dependence";
  check_options(who, options);
  check_asked(who, model, data);
  const Looked at(who, model, data, feature, 20, options);
  const std::size_t outputs = outputs_of(model), points = at.axis.values.size();
  std::vector<double> curves(at.rows.size() * points * outputs);
  for (std::size_t point = 0; point < points; ++point) {
    const Tensor found = outputs_of(model, at.column.with(at.axis.values[point]), options);
    const auto values = found.span<const double>();
    for (std::size_t row = 0; row < at.rows.size(); ++row)
      for (std::size_t k = 0; k < outputs; ++k)
        curves[(row * points + point) * outputs + k] = values[row * outputs + k];
  }
  return {at.axis, at.rows, shaped(std::move(curves), {std::ssize(at.rows), std::ssize(at.axis.values)}, outputs)};
} catch (const std::bad_alloc&) {
  fail_out_of_memory("individual_dependence");
}

}  // namespace linden
