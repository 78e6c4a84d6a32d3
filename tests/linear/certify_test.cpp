// Which status a solution gets by its gap, and which columns its certificate names.
#include "linear/certify.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "linear/small_fit.hpp"

namespace linden {
namespace {

const std::vector<std::string> names = {"a", "b", "c", "d"};

struct Solved {
  Solved()
      : fit(loss::logistic(), RandomRows(loss::logistic(), false, 1), 0, 0.1, true),
        solution{fit.objective.evaluate(std::vector<double>{2, -0.1, 0.5, 0, 1}), FitStatus::converged, 0, 7} {}

  Certificate with(FitStatus status, double gap, GapKind kind, std::vector<std::string> collinear = {}) {
    solution.status = status;
    Certificate known;
    known.tolerance = 1e-8;
    known.collinear_columns = std::move(collinear);
    return certify(known, solution, {gap, kind, "a guess"}, {.wanted = 1e-6, .scale = 100},
                   FitStart{std::vector<double>(5), 1}, names);
  }

  SmallFit fit;
  Solution solution;
};

TEST(Certify, ConvergedIsWhatTheGapSays) {
  Solved solved;
  const auto status = [&](FitStatus of_solver, double gap, GapKind kind) {
    return solved.with(of_solver, gap, kind).status;
  };
  for (const GapKind kind : {GapKind::bound, GapKind::estimate}) {
    EXPECT_EQ(status(FitStatus::converged, 1e-6, kind), FitStatus::converged);
    EXPECT_EQ(status(FitStatus::converged, 2e-6, kind), FitStatus::stalled);
    EXPECT_EQ(status(FitStatus::stalled, 1e-7, kind), FitStatus::converged);
    EXPECT_EQ(status(FitStatus::iteration_limit, 2e-6, kind), FitStatus::iteration_limit);
    EXPECT_EQ(status(FitStatus::separable, 1e-7, kind), FitStatus::separable);
  }
  EXPECT_EQ(status(FitStatus::iteration_limit, 1e-7, GapKind::bound), FitStatus::converged);
  EXPECT_EQ(status(FitStatus::iteration_limit, 1e-7, GapKind::estimate), FitStatus::iteration_limit);
}

TEST(Certify, ColumnsThatDependOnOthersMakeAnOptimumCollinear) {
  Solved solved;
  EXPECT_EQ(solved.with(FitStatus::converged, 0, GapKind::bound, {"b"}).status, FitStatus::collinear);
  EXPECT_EQ(solved.with(FitStatus::converged, 1, GapKind::bound, {"b"}).status, FitStatus::stalled);
}

TEST(Certify, NumbersAreThoseOfTheSolution) {
  Solved solved;
  const Certificate c = solved.with(FitStatus::converged, 5e-7, GapKind::estimate);
  EXPECT_EQ(c.objective, solved.solution.point.value());
  EXPECT_EQ(c.iterations, 7);
  EXPECT_EQ(c.gap, 5e-7);
  EXPECT_DOUBLE_EQ(c.relative_gap, 5e-9);
  EXPECT_EQ(c.gap_source, "a guess");
  EXPECT_TRUE(c.constant_columns.empty());
  EXPECT_TRUE(c.separating_columns.empty());
}

TEST(Certify, SeparatingColumnsHaveATenthOfTheLargestWeight) {
  Solved solved;
  EXPECT_EQ(solved.with(FitStatus::separable, 1, GapKind::bound).separating_columns,
            (std::vector<std::string>{"a", "c"}));  // 2 and 0.5 of 2, -0.1, 0.5, 0
}

}  // namespace
}  // namespace linden
