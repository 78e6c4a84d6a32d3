// A path being made: the rows, prepared as for a fit, and one fit after another on them.
#pragma once

#include <functional>
#include <linden/linear_path.hpp>
#include <vector>

#include "linear/design/design.hpp"

namespace linden {

/// The Gram matrix [width, width] of a design's standardised columns and the intercept, under its rows' weights, where
/// it is known without a look at the rows; empty where it is not.
using KnownGram = std::function<std::vector<double>(const Design& design)>;

class PathMaker {
 public:
  /// `gram` is of the features, where these are the columns.
  static LinearPath make(const char* where, const Dataset& train, const LinearConfig& config,
                         const LinearPathOptions& options, const KnownGram& gram = {});

 private:
  /// For features that are columns. `own_l2` is Design::own_l2.
  static LinearPath make_plain(const char* where, const Dataset& train, const LinearConfig& config,
                               const LinearPathOptions& options, const KnownGram& gram,
                               std::vector<double> own_l2 = {});
};

/// Throws ArgumentError, opening with `where`, for options out of range.
void check_path_options(const char* where, const LinearPathOptions& options);

/// The strengths of a path that begins at `largest`.
std::vector<double> spaced_strengths(double largest, const LinearPathOptions& options);

}  // namespace linden
