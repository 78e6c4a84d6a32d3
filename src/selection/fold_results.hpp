// What is gathered from the folds, whatever the family of models: predictions and warnings.
#pragma once

#include <linden/cross_validation.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/fail.hpp"
#include "selection/prepared_folds.hpp"

namespace linden {

/// For each row the mean of what models said that were not trained on it.
class OutOfFold {
 public:
  explicit OutOfFold(std::int64_t rows) : times_(static_cast<std::size_t>(rows), 0) {}
  /// [test rows] or [test rows, K].
  void add(const std::vector<std::int64_t>& test, const Tensor& prediction);
  Tensor mean() &&;

 private:
  Tensor sums_;
  std::vector<int> times_;
};

/// The warnings of all folds, each once, with the folds that have it; those of the data without.
class FoldWarnings {
 public:
  explicit FoldWarnings(const Dataset& data) : remarks_(data.remarks()) {}
  void add(std::size_t fold, const std::vector<std::string>& warnings);
  std::vector<std::string> all() const;

 private:
  std::vector<std::string> remarks_;
  std::vector<std::pair<std::string, std::vector<std::string>>> warnings_;  // and the numbers of their folds
};

/// What the action returns. Says of an error of the data or of an argument in which fold it came, in place of the
/// function that the library called.
template <class Action>
decltype(auto) in_fold(std::string_view where, const PreparedFolds& folds, std::size_t fold, const Action& action) {
  const auto message = [&](std::string_view text) {
    for (const std::string_view call : {"fit_boosted: ", "fit_linear: "})
      if (text.starts_with(call)) text.remove_prefix(call.size());
    return fmt::format("{}: {}: {}", where, folds.name(fold), text);
  };
  try {
    return action();
  } catch (const DataError& error) {
    throw DataError(message(error.what()));
  } catch (const ArgumentError& error) {
    throw ArgumentError(message(error.what()));
  }
}

}  // namespace linden
