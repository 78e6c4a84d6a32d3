// Every allocation may fail: whatever a call then throws is a MemoryError, and the next call works. And memory does not
// grow when calls are repeated.
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <new>
#include <string>
#include <typeinfo>

#include "boosting/random_data.hpp"
#include "sanitizers.hpp"

namespace {

std::atomic<long> until_failure{0};  // allocations up to the one that fails; 0: none does

void* allocate(std::size_t size, std::size_t alignment) {
  if (until_failure.load(std::memory_order_relaxed) > 0 && until_failure.fetch_sub(1) == 1) throw std::bad_alloc();
  void* const memory = alignment == 0 ? std::malloc(size + (size == 0))
                                      : std::aligned_alloc(alignment, (size + alignment) / alignment * alignment);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

void* operator new(std::size_t size) { return allocate(size, 0); }
void* operator new[](std::size_t size) { return allocate(size, 0); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return allocate(size, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
  return allocate(size, static_cast<std::size_t>(alignment));
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  try {
    return allocate(size, 0);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }

namespace linden {
namespace {

// Lets allocations fail, one a call, in even steps. Returns how many calls that stopped.
int fail_one_by_one(const std::function<void()>& call, const std::function<std::string()>& result) {
  call();
  const std::string expected = result();
  constexpr long many = 1L << 40;
  until_failure = many;
  call();
  const long count = many - until_failure.exchange(0), step = std::max(1L, count / 60);
  int failed = 0;
  for (long k = 1; k <= count; k += step) {
    until_failure = k;
    try {
      call();
    } catch (const MemoryError&) {
      ++failed;
    } catch (const std::exception& error) {
      ADD_FAILURE() << "allocation " << k << " of " << count << ": " << typeid(error).name() << ": " << error.what();
    }
    until_failure = 0;
  }
  call();
  EXPECT_EQ(result(), expected);
  return failed;
}

RandomData rows() {
  Random random(3);
  return random_data(random, 300, 4, "logistic");
}

TEST(FailingAllocations, LeaveFitsAsMemoryErrors) {
  const Dataset train = rows().dataset();
  const BoostingConfig config{.loss = loss::logistic(), .rounds = 3, .row_fraction = 0.8};
  for (const int threads : {1, 2}) {
    const FitOptions options{.threads = threads, .valid = train, .train_metrics = true};
    BoostedModel model;
    EXPECT_GT(
        fail_one_by_one([&] { model = fit_boosted(train, config, options); }, [&] { return dump(model.trees()); }), 20);
    Tensor prediction;
    EXPECT_GT(fail_one_by_one([&] { prediction = model.predict(train, {.threads = threads}); },
                              [&] { return fmt::format("{}", fmt::join(numbers_of(prediction), " ")); }),
              5);
    RowPredictor row;
    const std::vector<std::string> names = model.feature_names();
    EXPECT_GT(fail_one_by_one([&] { row = model.row_predictor(names); }, [&] { return std::to_string(row.outputs()); }),
              3);
  }
}

TEST(FailingAllocations, LeaveLinearFitsAsMemoryErrors) {
  Random random(4);
  RandomData data;
  for (int f = 0; f < 3; ++f) add_numbers(data, random_numbers(random, 200, 50, 0));
  for (int row = 0; row < 200; ++row) data.label.push_back(random.normal() > 0);
  const Dataset train = data.dataset();
  for (const double l1 : {0.0, 1e-2}) {
    const LinearConfig config{.loss = loss::logistic(), .l1 = l1, .l2 = 1e-3};
    LinearModel model;
    EXPECT_GT(fail_one_by_one([&] { model = fit_linear(train, config, {.threads = 1}); },
                              [&] { return fmt::format("{}", fmt::join(model.weights(), " ")); }),
              20);
    Tensor prediction;
    EXPECT_GT(fail_one_by_one([&] { prediction = model.predict(train, {.threads = 1}); },
                              [&] { return fmt::format("{}", fmt::join(numbers_of(prediction), " ")); }),
              5);
  }
}

TEST(FailingAllocations, LeaveReadingAsMemoryErrors) {
  const std::filesystem::path csv = scratch() / "allocations.csv", svm = scratch() / "allocations.svm";
  {
    std::ofstream table(csv), sparse(svm);
    table << "x,job,y\n";
    for (int row = 0; row < 50; ++row) {
      table << row << ",\"j" << row % 7 << "\"," << row % 2 << '\n';
      sparse << row % 2 << " 1:" << row << " 9:2\n";
    }
  }
  Dataset data;
  const CsvOptions options{.label = "y"};
  const auto size = [&] { return fmt::format("{} {}", data.rows(), fmt::join(data.feature_names(), " ")); };
  EXPECT_GT(fail_one_by_one([&] { data = Dataset::from_csv(csv, options); }, size), 20);
  std::pair<Dataset, Dataset> parts;
  EXPECT_GT(fail_one_by_one([&] { parts = data.split(); }, [&] { return std::to_string(parts.first.rows()); }), 5);
  EXPECT_GT(fail_one_by_one([&] { data = Dataset::from_libsvm(svm); }, size), 10);
}

#if !defined(LINDEN_ASAN) && !defined(LINDEN_TSAN)  // they keep what was freed
long resident_bytes() {
  std::ifstream file("/proc/self/statm");
  long all = 0, resident = 0;
  file >> all >> resident;
  return resident * ::sysconf(_SC_PAGESIZE);
}

TEST(RepeatedCalls, DoNotGrowTheProcess) {
  if (!std::filesystem::exists("/proc/self/statm")) GTEST_SKIP() << "no /proc/self/statm";
  const Dataset train = rows().dataset();
  const BoostedModel model = fit_boosted(train, {.loss = loss::logistic(), .rounds = 3});
  const auto predict = [&](int calls) {
    for (int i = 0; i < calls; ++i) model.predict(train, {.threads = 2});
  };
  predict(500);
  const long before = resident_bytes();
  predict(4000);  // four to seven kilobytes each were 16 megabytes and more
  EXPECT_LT(resident_bytes() - before, 2 << 20);
}
#endif

}  // namespace
}  // namespace linden
