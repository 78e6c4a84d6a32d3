// The gradient kernel of every instruction level against Loss::evaluate, row by row and bit by bit.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

#include "backend/tree_kernels.hpp"
#include "gradient_kernels.hpp"
#include "loss/definition.hpp"

namespace linden {

namespace {

struct Fields {
  std::vector<double> scores, labels, weights;
  std::vector<float> gradients, curvatures;
  std::vector<GradientRange> ranges;

  Fields(const Loss& loss, std::int64_t rows) : labels(rows), weights(rows), ranges(loss.outputs()) {
    std::mt19937_64 random(static_cast<std::uint64_t>(rows));
    std::normal_distribution<double> normal(0, 3);
    for (std::int64_t i = 0; i < rows * loss.outputs(); ++i) scores.push_back(normal(random));
    for (double& label : labels)
      label =
          loss.classes() > 0 ? static_cast<double>(random() % loss.classes()) : static_cast<double>(random() % 50) / 4;
    for (double& weight : weights) weight = static_cast<double>(random() % 1000) / 100;
    gradients.assign(scores.size(), -1);
    curvatures.assign(scores.size(), -1);
  }

  void run(Kernel kernel, const Loss& loss, int threads, bool weighted) {
    Workers workers(threads);
    Context context{workers};
    GradientTask task;
    task.loss = loss.definition().spec;
    task.rows = static_cast<std::int64_t>(labels.size());
    task.scores = scores.data();
    task.labels = labels.data();
    task.weights = weighted ? weights.data() : nullptr;
    task.gradients = gradients.data();
    task.curvatures = curvatures.data();
    task.ranges = ranges.data();
    kernel(context, task);
  }
};

void expect_same_bits(float got, double want, const std::string& where) {
  const auto rounded = static_cast<float>(want);
  EXPECT_EQ(std::memcmp(&got, &rounded, sizeof got), 0) << where << ": " << got << " and " << rounded;
}

void expect_rows(const Loss& loss, const Fields& f, bool weighted, const std::string& name) {
  const std::size_t rows = f.labels.size(), outputs = static_cast<std::size_t>(loss.outputs());
  std::vector<double> score(outputs), gradient(outputs), curvature(outputs);
  std::vector<GradientRange> ranges(outputs);
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t k = 0; k < outputs; ++k) score[k] = f.scores[k * rows + row];
    loss.evaluate(score, f.labels[row], gradient, curvature);
    for (double& c : curvature) c = c < 0 ? 0 : c;  // of focal
    for (std::size_t k = 0; k < outputs; ++k) {
      const double weight = weighted ? f.weights[row] : 1.0;
      const float g = f.gradients[k * rows + row], h = f.curvatures[k * rows + row];
      expect_same_bits(g, gradient[k] * weight, name);
      expect_same_bits(h, curvature[k] * weight, name);
      ranges[k].max_gradient = std::max(ranges[k].max_gradient, std::abs(static_cast<double>(g)));
      ranges[k].max_curvature = std::max(ranges[k].max_curvature, static_cast<double>(h));
    }
  }
  for (std::size_t k = 0; k < outputs; ++k) {
    EXPECT_EQ(f.ranges[k].max_gradient, ranges[k].max_gradient) << name;
    EXPECT_EQ(f.ranges[k].max_curvature, ranges[k].max_curvature) << name;
    EXPECT_EQ(f.ranges[k].first_bad_row, -1) << name;
  }
}

TEST(Gradients, EqualTheLossRowByRowOnEveryLevelAndAnyThreads) {
  const std::vector<Kernel> levels = kernels();
  for (const Loss& loss : {loss::squared(), loss::logistic(), loss::poisson(), loss::softmax({.classes = 2}),
                           loss::softmax({.classes = 5}), loss::quantile({.level = 0.9}), loss::absolute(),
                           loss::huber({.delta = 2}), loss::focal(), loss::focal({.gamma = 0.5})}) {
    for (const std::int64_t rows : {1, 7, 1025, 9001}) {
      for (const bool weighted : {false, true}) {
        for (std::size_t level = 0; level < levels.size(); ++level) {
          for (const int threads : {1, 2, 7}) {
            Fields f(loss, rows);
            f.run(levels[level], loss, threads, weighted);
            expect_rows(loss, f, weighted, loss.name() + " at level " + std::to_string(level));
          }
        }
      }
    }
  }
}

TEST(Gradients, OfAThousandClassesNeedNoMemory) {
  const Loss loss = loss::softmax({.classes = 1000});
  for (const Kernel kernel : kernels()) {
    Fields f(loss, 11);
    f.run(kernel, loss, 2, true);
    expect_rows(loss, f, true, "1000 classes");
  }
}

TEST(Gradients, OfSoftmaxSumToZero) {
  const Loss loss = loss::softmax({.classes = 4});
  Fields f(loss, 500);
  f.run(kernels().back(), loss, 1, false);
  for (std::size_t row = 0; row < 500; ++row) {
    float sum = 0;
    for (std::size_t k = 0; k < 4; ++k) sum += f.gradients[k * 500 + row];
    EXPECT_NEAR(sum, 0, 3e-7);
  }
}

TEST(Gradients, NameTheFirstRowThatIsNotFinite) {
  const double inf = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
  for (const Kernel kernel : kernels()) {
    for (const int threads : {1, 2, 7}) {
      Fields squared(loss::squared(), 30000);
      for (const int row : {29999, 25001, 12345, 20000}) squared.scores[row] = row % 2 == 0 ? nan : inf;
      squared.run(kernel, loss::squared(), threads, false);
      EXPECT_EQ(squared.ranges[0].first_bad_row, 12345);

      Fields large(loss::squared(), 30000);
      large.scores[77] = -1e39;  // a double, but not a float
      large.run(kernel, loss::squared(), threads, false);
      EXPECT_EQ(large.ranges[0].first_bad_row, 77);

      for (const Loss& loss : {loss::quantile(), loss::absolute()}) {  // their slope alone would not show it
        Fields far(loss, 9000);
        far.scores[8000] = nan;
        far.scores[7000] = -inf;
        far.run(kernel, loss, threads, false);
        EXPECT_EQ(far.ranges[0].first_bad_row, 7000);
      }

      Fields poisson(loss::poisson(), 9000);
      poisson.scores[8999] = 800;
      poisson.run(kernel, loss::poisson(), threads, true);
      EXPECT_EQ(poisson.ranges[0].first_bad_row, 8999);

      const Loss softmax = loss::softmax({.classes = 3});
      Fields classes(softmax, 9000);
      classes.scores[2 * 9000 + 4321] = nan;
      classes.run(kernel, softmax, threads, false);
      EXPECT_EQ(classes.ranges[2].first_bad_row, 4321);
    }
  }
}

TEST(Gradients, OfNoRowsAreNothing) {
  for (const Kernel kernel : kernels()) {
    Fields f(loss::logistic(), 0);
    f.run(kernel, loss::logistic(), 2, false);
    EXPECT_EQ(f.ranges[0].max_gradient, 0);
    EXPECT_EQ(f.ranges[0].first_bad_row, -1);
  }
}

}  // namespace
}  // namespace linden
