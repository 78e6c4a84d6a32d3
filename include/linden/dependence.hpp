// How predictions go with one feature, or with two.
//
//     const Dependence age = partial_dependence(model, test, "age");
//     for (std::size_t i = 0; i < age.axis.values.size(); ++i)
//       std::cout << age.axis.values[i] << ": " << age.values.data<double>()[i] << "\n";
//
// Partial dependence gives every row the same value of the feature, and takes the mean: simple, but where features go
// together it asks the model about rows that there are none of. Accumulated local effects move each row only to the
// ends of the interval that its value is in, and add up the differences: they stay where the data is.
#pragma once

#include <cstdint>
#include <linden/data.hpp>
#include <linden/device.hpp>
#include <linden/export.hpp>
#include <linden/model.hpp>
#include <linden/options.hpp>
#include <linden/tensor.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace linden {

/// The values of a feature that were looked at.
struct DependenceAxis {
  int feature = 0;  ///< index into feature_names() of the model
  std::string name = {};
  bool categorical = false;
  std::vector<double> values = {};           ///< numbers, ascending; of categories their codes in the model
  std::vector<std::string> categories = {};  ///< their names, one a value; empty for numbers
};

struct DependenceOptions {
  /// Values of a feature at most, 2 .. 1,000: quantiles of the data, the least and the largest included; of categories
  /// the most frequent ones. 0: 20 of one feature, 10 of each of two.
  int points = 0;
  Output output = Output::prediction;  ///< or Output::score
  std::int64_t max_rows = 0;           ///< rows to look at, drawn by the seed; 0: all
  std::uint64_t seed = 0;
  int threads = 0;  ///< 0: all cores. Results are the same for any number
  Device device = Device::cpu();
};

struct Dependence {
  DependenceAxis axis;
  Tensor values;  ///< f64 [points], or [points, outputs]
};

struct IndividualDependence {
  DependenceAxis axis;
  std::vector<std::int64_t> rows;  ///< of the data, ascending
  Tensor curves;                   ///< f64 [rows, points], or [rows, points, outputs]
};

struct JointDependence {
  DependenceAxis first, second;
  Tensor values;  ///< f64 [points, points], the first feature outermost, or [points, points, outputs]
};

// All throw ArgumentError for options out of range, an empty model, data without rows, a name that the model does not
// have, and a feature that is missing in all rows; DataError for rows that do not fit the model, or weigh nothing.
// Means count rows by their weights. A feature's missing values are no points of its axis.

/// The mean prediction when all rows have this value of the feature (Friedman 2001).
LINDEN_API Dependence partial_dependence(const AnyModel& model, const Dataset& data, std::string_view feature,
                                         const DependenceOptions& options = {});
/// Of two features, for each pair of values.
LINDEN_API JointDependence partial_dependence(const AnyModel& model, const Dataset& data, std::string_view first,
                                              std::string_view second, const DependenceOptions& options = {});

/// The curve of each row by itself, whose mean is the partial dependence (individual conditional expectation).
LINDEN_API IndividualDependence individual_dependence(const AnyModel& model, const Dataset& data,
                                                      std::string_view feature, const DependenceOptions& options = {});

/// Accumulated local effects (Apley and Zhu 2020), whose mean over the rows is 0: what the prediction gains on its way
/// from the mean, at the ends of intervals that have nearly the same number of rows. Categories stand in an order in
/// which those are neighbours whose rows are alike in all other features, and an effect is what leads from one to the
/// next. Rows whose value is missing, or a category that is no point, have no part in it.
LINDEN_API Dependence accumulated_effects(const AnyModel& model, const Dataset& data, std::string_view feature,
                                          const DependenceOptions& options = {});
/// What two features of numbers do together beyond what each does alone: 0 throughout where their effects add up. Cells
/// without rows have the effect of the nearest one that has some. Throws ArgumentError for a feature of categories.
LINDEN_API JointDependence accumulated_effects(const AnyModel& model, const Dataset& data, std::string_view first,
                                               std::string_view second, const DependenceOptions& options = {});

}  // namespace linden
