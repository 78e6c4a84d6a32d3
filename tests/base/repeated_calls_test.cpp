// The memory of the process does not grow when calls are repeated without a pause.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "boosting/random_data.hpp"
#include "sanitizers.hpp"

#if !defined(LINDEN_ASAN) && !defined(LINDEN_TSAN)  // they keep what was freed
namespace linden {
namespace {

long resident_bytes() {
  std::ifstream file("/proc/self/statm");
  long all = 0, resident = 0;
  file >> all >> resident;
  return resident * ::sysconf(_SC_PAGESIZE);
}

// A call that kept four kilobytes, as calls once did, would keep 40 megabytes of 10,000 and 4 of 1,000.
template <class Call>
void expect_no_growth(int calls, const Call& call) {
  if (!std::filesystem::exists("/proc/self/statm")) GTEST_SKIP() << "no /proc/self/statm";
  for (int i = 0; i < calls / 20; ++i) call();
  const long before = resident_bytes();
  for (int i = 0; i < calls; ++i) call();
  EXPECT_LT(resident_bytes() - before, 2 << 20);
}

RandomData numbers(int rows) {
  Random random(3);
  RandomData data;
  for (int f = 0; f < 3; ++f) add_numbers(data, random_numbers(random, rows, 50, 0));
  for (int row = 0; row < rows; ++row) data.label.push_back(random.normal() > 0);
  return data;
}

TEST(RepeatedCalls, OfPredictDoNotGrowTheProcess) {
  const Dataset rows = numbers(50).dataset();
  const BoostedModel model = fit_boosted(rows, {.loss = loss::logistic(), .rounds = 3, .min_rows_in_leaf = 5});
  expect_no_growth(20'000, [&] { model.predict(rows, {.threads = 2}); });
}

TEST(RepeatedCalls, OfFitLinearDoNotGrowTheProcess) {
  const Dataset rows = numbers(50).dataset();
  const LinearConfig config{.loss = loss::logistic(), .l2 = 1e-2};
  expect_no_growth(1'000, [&] { fit_linear(rows, config, {.threads = 2}); });
}

TEST(RepeatedCalls, OfFitBoostedDoNotGrowTheProcess) {
  const Dataset rows = numbers(50).dataset();
  const BoostingConfig config{.loss = loss::logistic(), .rounds = 2, .min_rows_in_leaf = 5};
  expect_no_growth(1'000, [&] { fit_boosted(rows, config, {.threads = 2}); });
}

TEST(RepeatedCalls, OfTensorsDoNotGrowTheProcess) {
  const Tensor x = Generator(1).normal({40, 40}).set_requires_grad();
  expect_no_growth(1'000, [&] {
    const Threads two(2);
    grad(sum(sigmoid(matmul(x, x))), {x});
  });
}

}  // namespace
}  // namespace linden
#endif
