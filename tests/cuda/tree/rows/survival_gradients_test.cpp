// Gradients of survival on the device: the bytes of the CPU's, for every loss.
#include <cmath>
#include <limits>

#include "cuda/device.hpp"
#include "loss/timed_rows.hpp"

namespace linden::cuda_test {
namespace {

struct Result {
  std::vector<float> slopes, curvatures;
  GradientRange range;
};

class CudaSurvivalGradients : public DeviceTest {
 protected:
  static Result empty(const TimedRows& rows) {
    return {std::vector<float>(rows.scores.size(), -1), std::vector<float>(rows.scores.size(), -1), {-1, -1, 7}};
  }

  Result on_cpu(const LossSpec& spec, const TimedRows& rows, bool weighted) {
    Result r = empty(rows);
    const RiskOrder order(rows.lower, rows.upper, weighted ? rows.weights : std::vector<double>());
    std::vector<double> memory(static_cast<std::size_t>(CoxMemory::doubles(rows.rows())));
    SurvivalGradientTask task;
    task.row = {spec,
                rows.rows(),
                rows.scores.data(),
                rows.lower.data(),
                weighted ? rows.weights.data() : nullptr,
                r.slopes.data(),
                r.curvatures.data(),
                &r.range};
    task.uppers = rows.upper.data();
    task.sets = order.sets();
    task.memory = memory.data();
    cpu_backend().tree.survival_gradients(cpu(), task);
    return r;
  }

  Result on_device(const LossSpec& spec, const TimedRows& rows, bool weighted) {
    Result r = empty(rows);
    const RiskOrder order(rows.lower, rows.upper, weighted ? rows.weights : std::vector<double>());
    const RiskSets sets = order.sets();
    const auto list = [&]<class T>(const T* values) { return upload(std::vector<T>(values, values + rows.rows())); };
    const auto scores = upload(rows.scores), lower = upload(rows.lower), upper = upload(rows.upper),
               weights = upload(rows.weights), earlier = list(sets.earlier), event_weights = list(sets.event_weights);
    const auto places = list(sets.order), begins = list(sets.begins), ends = list(sets.ends);
    const auto slopes = room<float>(rows.rows()), curvatures = room<float>(rows.rows());
    const auto memory = room<double>(CoxMemory::doubles(rows.rows()));
    SurvivalGradientTask task;
    task.row = {spec,          rows.rows(),       scores.data(), lower.data(), weighted ? weights.data() : nullptr,
                slopes.data(), curvatures.data(), &r.range};
    task.uppers = upper.data();
    task.sets = {rows.rows(), places.data(), begins.data(), ends.data(), earlier.data(), event_weights.data()};
    task.memory = memory.data();
    device_backend().tree.survival_gradients(context(), task);
    r.slopes = download(slopes);
    r.curvatures = download(curvatures);
    return r;
  }

  void expect_same(const Loss& loss, const TimedRows& rows) {
    const LossSpec& spec = loss.definition().spec;
    for (const bool weighted : {false, true}) {
      const Result wanted = on_cpu(spec, rows, weighted), found = on_device(spec, rows, weighted);
      EXPECT_EQ(wanted.range.first_bad_row, found.range.first_bad_row) << loss.name();
      if (wanted.range.first_bad_row >= 0) continue;  // the rest of a fit that is refused does not matter
      EXPECT_TRUE(same_bytes(wanted.slopes, found.slopes)) << loss.name();
      EXPECT_TRUE(same_bytes(wanted.curvatures, found.curvatures)) << loss.name();
      EXPECT_EQ(wanted.range.max_gradient, found.range.max_gradient) << loss.name();
      EXPECT_EQ(wanted.range.max_curvature, found.range.max_curvature) << loss.name();
    }
  }
};

TEST_F(CudaSurvivalGradients, OfEveryLossAreTheBytesOfTheCpu) {
  for (const Loss& loss : survival_losses()) {
    expect_same(loss, TimedRows(1, 1));
    expect_same(loss, TimedRows(300, 2, 20, !compares_rows(loss)));
  }
}

TEST_F(CudaSurvivalGradients, OfCoxRunOverManyBlocks) {
  for (const int rows : {1024, 2100}) expect_same(loss::cox(), TimedRows(rows, 3, 700));
  expect_same(loss::cox({.ties = Ties::breslow}), TimedRows(1025, 3, 700));
}

TEST_F(CudaSurvivalGradients, NameTheFirstRowThatIsNotFinite) {
  TimedRows rows(700, 8);
  rows.scores[333] = std::numeric_limits<double>::quiet_NaN();
  for (const Loss& loss : {loss::cox(), loss::cox({.ties = Ties::breslow}), loss::aft()}) expect_same(loss, rows);
  rows.scores[222] = std::numeric_limits<double>::infinity();
  for (const Loss& loss : {loss::cox(), loss::aft()}) expect_same(loss, rows);
}

}  // namespace
}  // namespace linden::cuda_test
