// Which categories of a term get columns, so that no column is a sum of others.
#pragma once

#include <set>
#include <span>
#include <vector>

namespace linden {

/// A part of a term: its factors, and of each that is a category whether all of its categories have a column.
struct CodedTerm {
  std::vector<int> factors;
  std::vector<bool> full;  ///< one a factor; of numbers it says nothing
};

/// What spaces of columns a model has so far. A full set of categories spans those without the first and the constant:
/// a term is the sum of such spaces over all subsets of its categories, times its numbers, of which those that are
/// there already are left out and the others put together again (the rule of patsy's documentation, "How patsy codes
/// categories", after Chambers and Hastie 1992).
class Codings {
 public:
  explicit Codings(bool intercept) {
    if (intercept) spanned_.insert({{}, {}});
  }

  /// The parts of a term: none of them has a column that is a sum of the others or of those of terms before it, in a
  /// table of all combinations. `is_category` by factor.
  std::vector<CodedTerm> add(std::span<const int> term, const std::vector<bool>& is_category);

 private:
  std::set<std::pair<std::vector<int>, std::vector<int>>> spanned_;  // numbers and categories, both ascending
};

}  // namespace linden
