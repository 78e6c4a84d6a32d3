// The search along a line: which trials cost a pass over the rows, and where it leaves the point.
#include "linear/solvers/search/line_search.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "linear/solvers/solver_problem.hpp"

namespace linden {
namespace {

using Vector = std::vector<double>;

/// Halves the length until a trial number, of which it says something else.
class Halving : public SearchRule {
 public:
  Halving(const Point& from, std::span<const double> direction, int last, Verdict end)
      : SearchRule(from, direction, 10), last_(last), end_(end) {}
  Verdict judge(const Point& there, double& length) override {
    seen.push_back(there.parameters());
    if (static_cast<int>(seen.size()) == last_) return end_;
    length /= 2;
    return Verdict::again;
  }

  std::vector<Vector> seen;

 private:
  int last_;
  Verdict end_;
};

struct Line {
  Line() : problem({.loss = loss::logistic(), .rows = 60, .features = 2}), point(problem.begin()) {}

  Searched go(const Vector& direction, int last, Verdict end) {
    Halving rule(point, direction, last, end);
    backend_counts = {};
    const Searched searched = search(point, rule);
    seen = rule.seen;
    return searched;
  }

  SolverProblem problem;
  Point point;
  std::vector<Vector> seen;
};

TEST(LineSearch, TakesATrialAndStandsThere) {
  Line line;
  const Searched searched = line.go({4, -8, 2}, 3, Verdict::take);
  EXPECT_TRUE(static_cast<bool>(searched));
  EXPECT_EQ(searched.length, 0.25);
  EXPECT_EQ(line.seen, (std::vector<Vector>{{4, -8, 2}, {2, -4, 1}, {1, -2, 0.5}}));
  EXPECT_EQ(line.point.parameters(), (Vector{1, -2, 0.5}));
  EXPECT_EQ(line.point.smooth(), line.problem.objective().evaluate(Vector{1, -2, 0.5}).smooth());
}

TEST(LineSearch, APointThatStaysIsNotEvaluatedAgain) {
  for (const Verdict end : {Verdict::nothing_left, Verdict::too_long}) {
    Line line;
    const Vector gradient = line.point.gradient(), scores = line.point.scores();
    const Searched searched = line.go({4, -8, 2}, 3, end);
    EXPECT_FALSE(static_cast<bool>(searched));
    EXPECT_EQ(searched.end, end);
    EXPECT_EQ(searched.length, 0);
    EXPECT_EQ(backend_counts.passes, 3);  // the trials alone
    EXPECT_EQ(line.point.parameters(), (Vector{0, 0, 0}));
    EXPECT_EQ(line.point.gradient(), gradient);
    EXPECT_EQ(line.point.scores(), scores);
  }
}

TEST(LineSearch, EndsWithTheTrialsOfTheRule) {
  Line line;
  EXPECT_EQ(line.go({1, 1, 1}, 11, Verdict::take).end, Verdict::again);
  EXPECT_EQ(line.seen.size(), 10u);
  EXPECT_EQ(line.point.parameters(), (Vector{0, 0, 0}));
}

TEST(LineSearch, AStepThatRoundingSwallowsCostsNoPass) {
  Line line;
  line.point = line.problem.objective().evaluate(Vector{1, 1, 1});
  line.go({1e-20, -1e-20, 0}, 4, Verdict::take);
  EXPECT_EQ(line.seen, std::vector<Vector>(4, Vector{1, 1, 1}));
  EXPECT_EQ(backend_counts.passes, 0);
  EXPECT_EQ(line.point.parameters(), (Vector{1, 1, 1}));
}

/// All lengths lead to the same place, as where a step is cut off at 0.
class Corner : public Halving {
 public:
  using Halving::Halving;
  bool move(double, std::span<double> to) override {
    for (double& x : to) x = 3;
    return true;
  }
};

TEST(LineSearch, ATrialWhereTheLastOneWasCostsNoPass) {
  Line line;
  Corner rule(line.point, {}, 4, Verdict::take);
  backend_counts = {};
  EXPECT_TRUE(static_cast<bool>(search(line.point, rule)));
  EXPECT_EQ(backend_counts.passes, 1);
  EXPECT_EQ(line.point.parameters(), (Vector{3, 3, 3}));
}

TEST(LineSearch, NeedsMemoryForOneTrial) {
  Line line;
  line.go({1, 1, 1}, 1, Verdict::nothing_left);
  line.go({4, -8, 2}, 9, Verdict::take);
  EXPECT_EQ(backend_counts.arrays, 0);
}

}  // namespace
}  // namespace linden
