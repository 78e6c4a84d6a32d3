// Rows of numbers for columns by their names, of which penalties and constraints of linear models are made: differences
// of weights, equations between them, and matrices.
#pragma once

#include <linden/options.hpp>
#include <string>
#include <vector>

namespace linden {

/// Sums of weights: {{{"a", 1}, {"b", -1}}, {{"b", 1}, {"c", -1}}} are a - b and b - c. As text "a=1,b=-1;b=1,c=-1", or
/// "none". Names are written as in FeatureValues; one with a semicolon or a colon in it stands in double quotes, too.
using WeightSums = std::vector<FeatureValues>;

/// A matrix for some columns. As text "a,b:2,-1,-1,2", or "none".
struct WeightMatrix {
  std::vector<std::string> columns = {};
  std::vector<double> values = {};  ///< [columns, columns], row by row
};

/// A sum of weights that has a value.
struct WeightEquation {
  FeatureValues sum = {};
  double value = 0;
};

/// Several of them: {{.sum = {{"a", 1}, {"b", 1}}, .value = 1}} is a + b = 1. As text "a=1,b=1:1", the next one behind
/// a semicolon, or "none".
using WeightEquations = std::vector<WeightEquation>;

}  // namespace linden
