// 50 steps of every optimizer against PyTorch's, point by point: tests/golden/optim.json, made by optim.py beside it.
//
// Every element of every point agrees to 1e-12 relative. L-BFGS along Rosenbrock's valley does not forgive that much:
// PyTorch's own run, begun one rounding beside the start, ends up farther away than 1e-12. Those six runs of 49 carry
// that distance ("one_rounding", 7e-12 to 1e-9), and it is what they are held to. The number of evaluations is the same
// in all.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <linden/autograd.hpp>
#include <linden/ops.hpp>
#include <linden/optim.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace linden::optim {
namespace {

using Json = nlohmann::json;

const Json& golden() {
  static const Json json = Json::parse(std::ifstream(LINDEN_SOURCE_DIR "/tests/golden/optim.json"));
  return json;
}

Tensor vector_of(const Json& values) {
  const auto numbers = values.get<std::vector<double>>();
  return Tensor::copy_of(numbers, {static_cast<std::int64_t>(numbers.size())});
}

Tensor matrix_of(const Json& rows) {
  std::vector<double> numbers;
  for (const Json& row : rows)
    for (const Json& value : row) numbers.push_back(value.get<double>());
  return Tensor::copy_of(numbers, {static_cast<std::int64_t>(rows.size()), static_cast<std::int64_t>(rows[0].size())});
}

/// The losses of optim.py.
std::function<Tensor(const Tensor&)> loss_of(const std::string& problem) {
  const Json& data = golden()["problems"][problem];
  if (problem.starts_with("rosenbrock"))
    return [](const Tensor& w) {
      const Tensor u = w.select(0, 0), v = w.select(0, 1);
      return square(1 - u) + 100 * square(v - square(u));
    };
  if (problem == "quadratic")
    return [a = matrix_of(data["matrix"]), b = vector_of(data["vector"])](const Tensor& w) {
      return 0.5 * sum(w * sum(a * w, 1)) - sum(b * w);
    };
  if (problem == "wells")
    return [](const Tensor& w) {
      const Tensor a = square(w - 2), b = square(w + 1);
      return 0.05 * sum(w * w) + 0.1 * w.select(0, 0) * w.select(0, 1) + sum(3 * a / (0.1 + a) + 2 * b / (0.2 + b));
    };
  return [rows = matrix_of(data["rows"]), label = vector_of(data["label"])](const Tensor& w) {
    const Tensor z = sum(rows * w, 1);
    return mean(softplus(z) - label * z) + 0.05 * sum(w * w);
  };
}

struct Trajectory {
  std::vector<std::vector<double>> points;
  std::vector<int> evaluations;  // L-BFGS: in all, after each step
};

std::vector<double> values_of(const Tensor& w) { return {w.span<double>().begin(), w.span<double>().end()}; }

template <class Stepper>
Trajectory first_order(Stepper stepper, const std::function<Tensor(const Tensor&)>& loss, int steps) {
  Trajectory trajectory;
  const Tensor w = stepper.parameters()[0];
  for (int i = 0; i < steps; ++i) {
    stepper.clear_grad();
    backward(loss(w));
    stepper.step();
    trajectory.points.push_back(values_of(w));
  }
  return trajectory;
}

Trajectory second_order(Lbfgs lbfgs, const std::function<Tensor(const Tensor&)>& loss, int steps) {
  Trajectory trajectory;
  const Tensor w = lbfgs.parameters()[0];
  int evaluations = 0;
  for (int i = 0; i < steps; ++i) {
    lbfgs.step([&] { return loss(w); });
    trajectory.evaluations.push_back(evaluations += lbfgs.report().evaluations);
    trajectory.points.push_back(values_of(w));
  }
  return trajectory;
}

Trajectory trajectory_of(const Json& run) {
  const std::string problem = run["problem"], kind = run["optimizer"];
  const auto loss = loss_of(problem);
  const Tensor w = vector_of(golden()["problems"][problem]["start"]).set_requires_grad();
  const int steps = static_cast<int>(run["points"].size());
  const auto option = [&](const char* name, double otherwise) { return run["options"].value(name, otherwise); };
  const double rate = option("learning_rate", 1);
  if (kind == "Sgd")
    return first_order(Sgd({w}, {.learning_rate = rate,
                                 .momentum = option("momentum", 0),
                                 .dampening = option("dampening", 0),
                                 .weight_decay = option("weight_decay", 0),
                                 .nesterov = option("nesterov", 0) != 0}),
                       loss, steps);
  if (kind == "AdamW")
    return first_order(AdamW({w}, {.learning_rate = rate, .weight_decay = option("weight_decay", 0)}), loss, steps);
  if (kind == "Adam")
    return first_order(Adam({w}, {.learning_rate = rate,
                                  .beta1 = option("beta1", 0.9),
                                  .beta2 = option("beta2", 0.999),
                                  .epsilon = option("epsilon", 1e-8),
                                  .weight_decay = option("weight_decay", 0)}),
                       loss, steps);
  return second_order(
      Lbfgs({w}, {.learning_rate = rate,
                  .max_iterations = static_cast<int>(option("max_iterations", 20)),
                  .history = static_cast<int>(option("history", 100)),
                  .line_search = option("line_search", 1) != 0 ? LineSearch::strong_wolfe : LineSearch::none}),
      loss, steps);
}

class Golden : public testing::TestWithParam<std::size_t> {};

TEST_P(Golden, EveryPointIsPyTorchs) {
  const Json& run = golden()["runs"][GetParam()];
  const Trajectory ours = trajectory_of(run);
  ASSERT_EQ(ours.points.size(), 50u);
  const double tolerance = run.value("one_rounding", 1e-12);
  for (std::size_t i = 0; i < ours.points.size(); ++i) {
    const auto theirs = run["points"][i].get<std::vector<double>>();
    for (std::size_t k = 0; k < theirs.size(); ++k)
      EXPECT_NEAR(ours.points[i][k], theirs[k], tolerance * std::abs(theirs[k]))
          << "parameter " << k << " after step " << i + 1;
  }
  EXPECT_EQ(ours.evaluations, run.value("evaluations", std::vector<int>()));
}

std::string name_of_run(const testing::TestParamInfo<std::size_t>& info) {
  const Json& run = golden()["runs"][info.param];
  std::string name = std::string(run["problem"]) + "_" + std::string(run["name"]);
  std::replace(name.begin(), name.end(), ' ', '_');
  return name;
}
INSTANTIATE_TEST_SUITE_P(Runs, Golden, testing::Range(std::size_t{0}, golden()["runs"].size()), name_of_run);

}  // namespace
}  // namespace linden::optim
