// Points on a GPU (or the executor in its place) own their scores and curvatures, as those of the CPU do.
#include "linear/objective/point.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "device/gpu.hpp"
#include "linear/objective/objective.hpp"
#include "linear/small_fit.hpp"

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

class DevicePoint : public device_test::OnGpu {};

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

}  // namespace
}  // namespace linden
