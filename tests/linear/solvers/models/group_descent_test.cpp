// The model of a step with groups, minimised: against descent in long double.
#include "linear/solvers/models/group_descent.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "linear/penalties/group_reference.hpp"
#include "linear/small_fit.hpp"

namespace linden {
namespace {

using reference::Real;

struct Case {
  int rows, features;
  double l1, l2, group;
  double unit;  // of the even columns
};

TEST(GroupDescent, FindsTheMinimumOfTheModel) {
  for (const Case& c : {Case{40, 9, 0, 0, 0.1, 1},
                        {40, 9, 0.03, 0, 0.1, 3},
                        {40, 9, 0.03, 0.1, 0.05, 0.2},
                        {12, 18, 0.02, 0, 0.05, 1},
                        {12, 18, 0, 0.01, 0.02, 2}}) {
    SmallFit fit(loss::squared(), RandomRows(loss::squared(), false, 3, c.rows, c.features), c.l1, c.l2, true);
    Penalty penalty = fit.penalty(c.l1, c.l2);
    const auto width = static_cast<std::size_t>(c.features) + 1;
    reference::GroupedProblem problem{fit.problem(), {}, {}};
    penalty.group_of.assign(width, -1);
    for (std::size_t j = 0; j < width; ++j) penalty.unit.push_back(j + 1 < width && j % 2 == 0 ? c.unit : 1);
    for (std::size_t g = 0; 3 * g + 5 < width; ++g) {  // the last columns are in none
      Penalty::Group group{{}, {c.group, c.l1, c.l2}};
      problem.groups.push_back({{}, c.group});
      for (std::size_t j = 3 * g; j < 3 * g + 3; ++j) {
        group.columns.push_back(static_cast<int>(j));
        penalty.group_of[j] = static_cast<int>(g);
        penalty.l1[j] = c.l1 * penalty.unit[j];
        penalty.l2[j] = c.l2 * penalty.unit[j] * penalty.unit[j];
        problem.groups.back().parameters.push_back(j);
      }
      penalty.groups.push_back(group);
    }
    problem.unit.assign(penalty.unit.begin(), penalty.unit.end());
    problem.rest.l1.assign(penalty.l1.begin(), penalty.l1.end());
    problem.rest.l2.assign(penalty.l2.begin(), penalty.l2.end());
    Objective objective(fit.rows, fit.design, penalty);
    const Groups groups(objective);
    std::vector<double> start(width);
    for (std::size_t j = 0; j < width; ++j) start[j] = j % 4 < 2 ? 0 : 0.3 * std::sin(static_cast<double>(j));
    const Point point = objective.evaluate(start);
    Hessian room = objective.hessian_room();
    const std::vector<double> hessian = point.hessian(room), l1(penalty.l1);
    const std::vector<std::uint8_t> held(width, 0);
    const GramStep found = group_descent({hessian, point.gradient(), l1, start, held, groups}, 1e-13);
    EXPECT_LE(found.violation, 1e-12);
    std::vector<Real> at(start.begin(), start.end()), gradient, exact_hessian;
    problem.rest.derive(at, gradient, exact_hessian);
    const Real before = problem.objective(at),
               least = problem.objective(grouped_step(problem, at, gradient, exact_hessian));
    for (std::size_t j = 0; j < width; ++j) at[j] = Real(start[j]) + found.step[j];
    EXPECT_NEAR(static_cast<double>(problem.objective(at) - least), 0, 1e-14);
    EXPECT_NEAR(found.decrease, static_cast<double>(before - least), 1e-13);
    EXPECT_LE(found.slope, -found.decrease);
  }
}

}  // namespace
}  // namespace linden
