// Points on a GPU (or the executor in its place) own their scores and curvatures, as those of the CPU do.
#include "linear/objective/point.hpp"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "device/gpu.hpp"
#include "linear/objective/objective.hpp"
#include "linear/small_fit.hpp"
#include "model/training_data.hpp"

namespace linden {
namespace {

using Vector = std::vector<double>;

struct Told {
  Vector gradient, scores, curvatures, product, hessian;
  double value;

  explicit Told(const Point& point)
      : gradient(point.gradient()),
        scores(point.scores()),
        curvatures(point.curvatures()),
        product(gradient.size()),
        value(point.value()) {
    point.hessian_product(Vector(gradient.size(), 1.0), product);
    Hessian room = point.objective().hessian_room();
    hessian = point.hessian(room);
  }
  bool operator==(const Told&) const = default;
};

class DevicePoint : public device_test::OnGpu {
 protected:
  void TearDown() override {
    if (cuda_available()) set_memory_budget(gpu(), 0);
  }
  struct Limits {
    std::int64_t part_bytes = 1 << 14;
    std::int64_t budget = 0;  ///< 0: none
  };
  // What a point tells whose rows come in parts of so many bytes, of dense rows where they find no room within the
  // budget.
  Told told(const Dataset& data, const Loss& loss, const Limits& limits) {
    Workers workers(2);
    DeviceContext context(gpu(), workers);
    const std::span<const double> labels = data.label().span<const double>(), weights = weights_of(data);
    const LinearRows rows(backend_of(gpu()), context, loss, labels, weights, {}, limits.part_bytes);
    set_memory_budget(gpu(), limits.budget > 0 ? memory_use(gpu()).in_use + limits.budget : 0);
    const Design design("test", data, weights, true, workers);
    const std::vector<double> penalty(static_cast<std::size_t>(design.columns()) + 1, 0.01);
    Objective objective(rows, design, {penalty, penalty});
    Vector at(static_cast<std::size_t>(objective.size()));
    for (std::size_t i = 0; i < at.size(); ++i) at[i] = 0.1 * (1 + static_cast<double>(i % 3));
    return Told(objective.evaluate(at));
  }
  void expect_same_in_parts(const Dataset& data, const Loss& loss) {
    EXPECT_TRUE(told(data, loss, {.budget = 12 << 20}) == told(data, loss, {})) << loss.name();
  }
};

TEST_F(DevicePoint, TellsTheSameWhateverIsEvaluatedAfterIt) {
  for (const Loss& loss : {loss::squared(), loss::logistic(), loss::softmax({.classes = 3})}) {
    SCOPED_TRACE(loss.name());
    SmallFit host(loss, RandomRows(loss, true, 1), 0.01, 0.02, true);
    DeviceContext context(gpu(), host.workers);
    const LinearRows rows(backend_of(gpu()), context, loss, host.random.labels, host.random.weights);
    Objective objective(rows, host.design, host.penalty(0.01, 0.02));
    Vector near(static_cast<std::size_t>(objective.size())), far(near.size());
    for (std::size_t i = 0; i < near.size(); ++i) {
      near[i] = 0.1 * (1 + static_cast<double>(i % 3));
      far[i] = -0.4 * static_cast<double>(i % 4);
    }
    const Point first = objective.evaluate(near);
    const Told before(first);
    for (int i = 0; i < 3; ++i) {
      const Point second = objective.evaluate(far);
      EXPECT_NE(Told(second).scores, before.scores);
      EXPECT_TRUE(Told(first) == before);
    }
    EXPECT_TRUE(Told(objective.evaluate(near)) == before);
    const Told expected(host.objective.evaluate(near));
    EXPECT_NEAR(before.value, expected.value, 1e-12 * expected.value);
    for (std::size_t i = 0; i < near.size(); ++i) EXPECT_NEAR(before.gradient[i], expected.gradient[i], 1e-12) << i;
    for (std::size_t i = 0; i < near.size(); ++i) EXPECT_NEAR(before.product[i], expected.product[i], 1e-12) << i;
  }
}

// Losses of one output and of several, row programs and the tape.
TEST_F(DevicePoint, DenseRowsInPartsTellTheSameToTheByte) {
  const Loss spelt = loss::custom("mine", [](const Tensor& s, const Tensor& y) { return softplus(s) - y * s; },
                                  {.link = Link::sigmoid});
  const Loss taped = loss::custom(
      "taped", [](const Tensor& s, const Tensor& y) { return (softplus(s) - y * s) * Tensor(1.0 + 0.0 * s.size(0)); },
      {.link = Link::sigmoid});
  for (const Loss& loss : {loss::logistic(), loss::softmax({.classes = 3}), spelt, taped}) {
    const RandomRows rows(loss, true, 2, 600, 5);
    expect_same_in_parts(rows.dataset(), loss);
    expect_same_in_parts(rows.dense<float>(), loss);
  }
}

// Sparse rows come in the same parts whether they stay or not; their sums are those of all rows but for rounding.
TEST_F(DevicePoint, SparseRowsTellTheSameWhetherTheirPartsStayOrNot) {
  for (const Loss& loss : {loss::logistic(), loss::softmax({.classes = 3})}) {
    const Dataset data = RandomRows(loss, {.rows = 600, .features = 5, .weighted = true, .entries = 3}, 4).dataset();
    const Told parts = told(data, loss, {}), all = told(data, loss, {.part_bytes = 1 << 30});
    EXPECT_TRUE(told(data, loss, {.budget = 12 << 20}) == parts);
    EXPECT_TRUE(all.scores == parts.scores);
    EXPECT_TRUE(all.hessian == parts.hessian);
    EXPECT_FALSE(all.gradient == parts.gradient);
    for (std::size_t i = 0; i < all.gradient.size(); ++i) {
      EXPECT_NEAR(all.gradient[i], parts.gradient[i], 1e-14);
      EXPECT_NEAR(all.product[i], parts.product[i], 1e-14);
    }
  }
}

}  // namespace
}  // namespace linden
