// What formulas mean, and where in them anything is wrong.
#include <gtest/gtest.h>

#include <linden/error.hpp>
#include <linden/formula.hpp>
#include <string>
#include <vector>

#include "linear/recipe/parse_formula.hpp"
#include "refusal.hpp"

namespace linden {
namespace {

using Names = std::vector<std::string>;

TEST(Formula, TermsComeByTheirNumberOfFactors) {
  const Formula formula("price ~ a*b + log(c) - 1 + spline(d, 5):a");
  EXPECT_EQ(formula.label(), "price");
  EXPECT_FALSE(formula.intercept());
  EXPECT_EQ(formula.terms(), (Names{"a", "b", "log(c)", "a:b", "spline(d, 5):a"}));
  EXPECT_EQ(formula.columns(), (Names{"a", "b", "c", "d"}));
}

TEST(Formula, Algebra) {
  EXPECT_EQ(Formula("(a + b + c)^2").terms(), (Names{"a", "b", "c", "a:b", "a:c", "b:c"}));
  EXPECT_EQ(Formula("a*b*c - a:b:c").terms(), (Names{"a", "b", "c", "a:b", "a:c", "b:c"}));
  EXPECT_EQ(Formula("a + a + a:a + b:a + a:b").terms(), (Names{"a", "b:a"}));
  EXPECT_EQ(Formula("(a + b):c").terms(), (Names{"a:c", "b:c"}));
  EXPECT_EQ(Formula("I(x^2) + sqrt(abs(x)) + `two words` + bspline(x, 10, 0.5)").terms(),
            (Names{"x^2", "sqrt(abs(x))", "`two words`", "bspline(x, 10, 0.5)"}));
  EXPECT_TRUE(Formula("0 + a + 1").intercept());
  EXPECT_FALSE(Formula("a + 0").intercept());
  EXPECT_EQ(Formula("y ~ 1 + offset(log(e)) + a").columns(), (Names{"a", "e"}));
}

TEST(Formula, DotIsWhatHasNoTermOfItsOwn) {
  const ParsedFormula first = parse_formula("y ~ . + log(a) + b:c - d + offset(e)");
  EXPECT_TRUE(first.has_dot);
  EXPECT_EQ(first.own, (Names{"d", "e", "a"}));
  const Names others{"b", "c"};
  const ParsedFormula whole = parse_formula(first.text, others);
  Names names;
  for (const auto& term : whole.terms) names.push_back(whole.name_of(term));
  EXPECT_EQ(names, (Names{"b", "c", "log(a)", "b:c"}));
}

TEST(Formula, ErrorsShowTheirPlace) {
  const auto said = [](const std::string& text) { return refusal<ArgumentError>([&] { Formula{text}; }); };
  EXPECT_EQ(
      said("y ~ a + splin(b)"),
      "formula: there is no function \"splin\". Did you mean \"spline\"? Functions: log, log1p, exp, sqrt, abs, I, "
      "spline, bspline, poly, offset.\n  y ~ a + splin(b)\n          ^");
  EXPECT_EQ(said("y ~ a + factor(b)"),
            "formula: factor is left out: text is a factor by itself. Hint: name a column of numbers in "
            "CsvOptions::categorical, and it is text.\n  y ~ a + factor(b)\n          ^");
  EXPECT_EQ(said("größe + (b"), "formula: a ) is missing.\n  größe + (b\n            ^");
  EXPECT_EQ(said("y ~ "), "formula: there are no terms.\n  y ~ \n      ^");
  EXPECT_EQ(said("a + b c"), "formula: an operator is missing, or this is none.\n  a + b c\n        ^");
  EXPECT_EQ(said("a + b)"), "formula: there is no ( for this.\n  a + b)\n       ^");
  EXPECT_EQ(said("a + "), "formula: a column is missing at the end.\n  a + \n      ^");
  EXPECT_EQ(said("log(y) ~ a"),
            "formula: the label is a column as it stands; loss and link say what is made of it.\n  log(y) ~ a\n     ^");
  EXPECT_EQ(said("a + 2"), "formula: a number among the terms is 1 or 0, the intercept or none.\n  a + 2\n      ^");
  EXPECT_EQ(said("a ** 2"), "formula: a power is x^2.\n  a ** 2\n    ^");
  EXPECT_EQ(said("spline(x)"), "formula: spline wants a number of columns: spline(x, 5).\n  spline(x)\n          ^");
  EXPECT_EQ(said("bspline(x, 3)"),
            "formula: bspline takes a number of columns from 4 to 200.\n  bspline(x, 3)\n             ^");
  EXPECT_EQ(said("spline(x, 5, 1)"), "formula: spline takes no further number.\n  spline(x, 5, 1)\n             ^");
  EXPECT_EQ(said("a:offset(b)"), "formula: an offset is a term of its own.\n  a:offset(b)\n    ^");
  EXPECT_EQ(said("a - offset(b)"), "formula: an offset is added, outside of brackets.\n  a - offset(b)\n      ^");
  EXPECT_EQ(said("`a"), "formula: this ` has no end.\n  `a\n  ^");
  EXPECT_EQ(said("(a + b)^99"),
            "formula: the power of a sum is a whole number from 1 to 10.\n  (a + b)^99\n          ^");
  EXPECT_NE(said(std::string(300, '(') + "a").find("formula: brackets stand deeper than 100."), std::string::npos);
}

}  // namespace
}  // namespace linden
