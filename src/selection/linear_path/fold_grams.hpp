// Gram matrices of the training rows of folds: those of all rows less those of the test rows.
#pragma once

#include <linden/linear_path.hpp>
#include <vector>

#include "linear_path/path_maker.hpp"
#include "selection/prepared_folds.hpp"

namespace linden {

class FoldGrams {
 public:
  /// Of a squared loss, where a matrix of all columns pays: on `data`, whose folds have paths of so many strengths.
  FoldGrams(const char* where, const Dataset& data, const LinearConfig& config, const LinearPathOptions& options);

  /// For PathMaker: of all rows. Empty where there is none.
  KnownGram of_all() const;
  /// Of the training rows of a fold, all rows but `test`. The object must outlive what is returned.
  KnownGram without(const Dataset& test) const;

 private:
  /// Standardised columns with the intercept last, under the weights of some rows.
  struct Rows {
    std::vector<double> gram;  ///< [width, width], of weights that sum to one
    std::vector<double> shift, factor;
    double weight = 0;  ///< their sum
  };
  Rows gram_of(const Dataset& data) const;

  const char* const where_;
  const LinearConfig config_;
  const LinearPathOptions options_;
  Rows all_;
};

}  // namespace linden
