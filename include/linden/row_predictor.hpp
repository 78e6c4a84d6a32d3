// Predictions of one row at a time, for services that answer as requests come.
//
//     RowPredictor row = model.row_predictor({"age", "job"});      // looks the columns up, once
//     double p = row({31, "technician"});                          // any number of threads, no allocation
//
// The results are those of BoostedModel::predict to the last bit.
#pragma once

#include <concepts>
#include <initializer_list>
#include <linden/error.hpp>
#include <linden/export.hpp>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

namespace linden {

/// A value of a row: a number, NaN for missing, or the name of a category, which is missing when training did not see
/// it. Refers to the name, and does not copy it.
class RowValue {
 public:
  template <class T>
  requires std::is_arithmetic_v<T> RowValue(T number)
  noexcept : number_(static_cast<double>(number)) {}
  RowValue(std::string_view name) noexcept : name_(name), is_name_(true) {}
  RowValue(const char* name) noexcept : RowValue(std::string_view(name)) {}
  RowValue(const std::string& name) noexcept : RowValue(std::string_view(name)) {}

  bool is_name() const noexcept { return is_name_; }
  double number() const noexcept { return number_; }
  std::string_view name() const noexcept { return name_; }

 private:
  std::string_view name_;
  double number_ = 0;
  bool is_name_ = false;
};

class LINDEN_API RowPredictor {
 public:
  /// Predicts nothing until BoostedModel::row_predictor is assigned to it.
  RowPredictor() noexcept;

  bool empty() const noexcept { return data_ == nullptr; }
  explicit operator bool() const noexcept { return !empty(); }

  /// Entries of a prediction.
  int outputs() const;

  /// The prediction of a row: `values` in the order of the columns that the predictor was made for, `out` with
  /// outputs() entries, and so `offset`, where the model was fitted with one. Allocates nothing, unless the trees read
  /// more than 512 columns: then once a thread. Throws ArgumentError when sizes do not fit, for a name where training
  /// saw numbers, and for a number other than NaN where it saw categories.
  void predict(std::span<const RowValue> values, std::span<double> out, std::span<const double> offset = {}) const;

  /// The prediction of a model with one output, fitted without an offset.
  double operator()(std::span<const RowValue> values) const;
  double operator()(std::initializer_list<RowValue> values) const {
    return (*this)(std::span<const RowValue>(values.begin(), values.size()));
  }

  struct Data;  // src/boosting/model/row_predictor.cpp
  explicit RowPredictor(std::shared_ptr<const Data> data) noexcept;

 private:
  std::shared_ptr<const Data> data_;
};

}  // namespace linden
