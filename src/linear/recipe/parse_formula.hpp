// Formulas as text: what terms they have, and where in the text anything is wrong.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "linear/recipe/scalar.hpp"

namespace linden {

/// One factor of a term: a column, or what is made of one.
struct FormulaFactor {
  enum class Basis { none, natural, bspline, poly };

  std::string column;
  std::size_t place = 0;  ///< of the column in the text
  std::vector<ScalarStep> steps = {};
  Basis basis = Basis::none;
  int size = 0;           ///< of a basis: its columns, as they are asked for
  double penalty = -1;    ///< of bspline, or -1: that of the configuration
  std::string text = {};  ///< as it stands in names of weights
};

struct ParsedFormula {
  std::string text;
  std::string label;  ///< or ""
  bool intercept = true;
  std::vector<FormulaFactor> factors;   ///< each once
  std::vector<std::vector<int>> terms;  ///< by numbers of factors; terms of fewer factors first
  std::vector<FormulaFactor> offsets;
  std::vector<std::string> own;  ///< columns that have a term of their own, also one that is taken away
  bool has_dot = false;

  std::string name_of(const std::vector<int>& term) const;
};

/// Throws ArgumentError with the place for what is no formula. `others` are what "." stands for.
ParsedFormula parse_formula(std::string_view text, std::span<const std::string> others = {});

/// Throws ArgumentError: what is wrong, the text, and a caret at the place below.
[[noreturn]] void refuse_formula(std::string_view text, std::size_t place, std::string_view what);

/// A column as formulas write it: in backquotes where it is no plain word.
std::string formula_word(const std::string& column);

}  // namespace linden
