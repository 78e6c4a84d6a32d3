// The rows of each fold, taken once: for one cross-validation, or for all that a search makes.
#pragma once

#include <linden/cross_validation.hpp>
#include <optional>
#include <string>
#include <vector>

#include "boosting/bins/known_cuts.hpp"

namespace linden {

/// The data of a search or cross-validation, with what all of its rows say that those of a fold might not: the loss
/// that the label asks for, and the classes, which have their names and numbers from here on.
struct SettledData {
  Loss loss;
  Dataset data;
};

/// Throws DataError, opening with `where`, for data that no model of this loss could be trained on.
SettledData settled(std::string_view where, const Dataset& data, const Loss& loss);

/// A fold's rows, and the cuts that fits of its training rows have made so far.
struct FoldRows {
  Dataset train, test;
  KnownCuts cuts;
};

class PreparedFolds {
 public:
  /// Throws ArgumentError, opening with `where`, for folds that do not fit the data.
  PreparedFolds(std::string_view where, const Dataset& data, std::vector<Fold> folds);

  const Dataset& data() const noexcept { return data_; }
  const std::vector<Fold>& folds() const noexcept { return folds_; }
  /// Taken when they are first asked for, and kept.
  FoldRows& rows(std::size_t fold);
  /// Until they are asked for again.
  void forget(std::size_t fold) { rows_[fold].reset(); }
  /// "fold 2 of 5".
  std::string name(std::size_t fold) const;

 private:
  Dataset data_;
  std::vector<Fold> folds_;
  std::vector<std::optional<FoldRows>> rows_;
};

}  // namespace linden
