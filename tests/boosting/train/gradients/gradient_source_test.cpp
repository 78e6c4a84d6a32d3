// Where gradients come from: rows by a kernel, all at once by the tape. Both against closed forms.
#include "boosting/train/gradients/gradient_source.hpp"

#include <gtest/gtest.h>

#include <linden/ops.hpp>

#include "model/training_data.hpp"

namespace linden {
namespace {

const std::vector<double> labels{1, 0, 3, -2}, weights{1, 2, 0.5, 1}, start{0.5};

struct Filled {
  explicit Filled(const Loss& loss) {
    Workers workers(2);
    const Backend& backend = backend_of(Device::cpu());
    DeviceContext context(Device::cpu(), workers);
    const Dataset data = Dataset::from_rows({0, 1, 2, 3}, 1, {.label = labels, .weight = weights});
    const Labels checked = checked_labels("test", data, loss);
    const FitRows rows(backend, context, checked, weights_of(data));
    const Scores scores(backend, context, start, 4);
    Gradients filled(backend, context, 1, 4);
    gradient_source(backend, context, rows)->fill(scores, 0, filled);
    gradients.assign(filled.gradients(0), filled.gradients(0) + 4);
    curvatures.assign(filled.curvatures(0), filled.curvatures(0) + 4);
    range = filled.ranges().at(0);
  }
  std::vector<float> gradients, curvatures;
  GradientRange range;
};

TEST(GradientSource, ByRows) {
  const Filled of(loss::squared());
  EXPECT_EQ(of.gradients, (std::vector<float>{-0.5, 1, -1.25, 2.5}));  // (score - label) * weight
  EXPECT_EQ(of.curvatures, (std::vector<float>{1, 2, 0.5, 1}));
  EXPECT_EQ(of.range.max_gradient, 2.5);
  EXPECT_EQ(of.range.max_curvature, 2);
  EXPECT_EQ(of.range.first_bad_row, -1);
}

// A loss of running sums over the rows, 0.5, 1, 1.5 and 2: a score bears on its row and on all after it.
TEST(GradientSource, ByTheTape) {
  const Filled of(loss::custom("running",
                               [](const Tensor& s, const Tensor& y) { return square(cumulative_sum(s, 0) - y) / 2; },
                               {.curvature = Curvature::one}));
  EXPECT_EQ(of.gradients, (std::vector<float>{4.75, 5.25, 3.25, 4}));  // of weighted differences, summed from the end
  EXPECT_EQ(of.curvatures, (std::vector<float>{1, 2, 0.5, 1}));
  EXPECT_EQ(of.range.max_gradient, 5.25);
  EXPECT_EQ(of.range.max_curvature, 2);
}

}  // namespace
}  // namespace linden
