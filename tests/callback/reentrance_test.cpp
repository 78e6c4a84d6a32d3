// Calls within calls: callbacks, metrics, losses and log hooks that fit, log, throw and fork, with any number of
// threads.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <limits>
#include <linden/linden.hpp>
#include <string>
#include <thread>
#include <vector>

#include "base/log.hpp"
#include "sanitizers.hpp"

namespace linden {
namespace {

Dataset rows(std::uint64_t seed) {
  Generator generator(seed);
  const Tensor x = generator.normal({400, 3});
  const Tensor y = cast(sum(x, 1) + generator.normal({400}) > 0, DType::f64);
  return Dataset::from_tensors(x, {.label = y});
}

std::string boosted(std::uint64_t seed, int threads = 2, std::vector<Callback> callbacks = {}) {
  FitOptions options{.threads = threads};
  options.callbacks = std::move(callbacks);
  return fit_boosted(rows(seed), {.loss = loss::logistic(), .rounds = 4}, options).to_string();
}

// Without what the run took.
std::string linear(std::uint64_t seed, int threads = 2) {
  return fit_linear(rows(seed), {.loss = loss::logistic(), .l2 = 1e-3}, {.threads = threads}).to_string();
}

constexpr int any_threads[] = {1, 2, 7, std::numeric_limits<int>::max()};

TEST(Reentrance, AnyNumberOfThreadsGivesTheSameBytes) {
  for (const int threads : any_threads) {
    EXPECT_EQ(boosted(1, threads), boosted(1, 1)) << threads;
    EXPECT_EQ(linear(1, threads), linear(1, 1)) << threads;
  }
}

TEST(Reentrance, ACallbackMayFitModelsOfBothFamilies) {
  const std::string plain = boosted(1), other = boosted(2), line = linear(3);
  for (const int threads : any_threads) {
    int calls = 0;
    const Callback fits = [&](const Round&) {
      ++calls;
      EXPECT_EQ(boosted(2, threads), other);
      EXPECT_EQ(linear(3, threads), line);
      return Signal::proceed();
    };
    EXPECT_EQ(boosted(1, threads, {fits}), plain) << threads;
    EXPECT_EQ(calls, 4);
  }
}

TEST(Reentrance, ACallbackMayFitWithACallbackThatFits) {
  const std::string plain = boosted(1), line = linear(3);
  const Callback inner = [&](const Round&) {
    EXPECT_EQ(linear(3), line);
    return Signal::proceed();
  };
  const Callback outer = [&](const Round& round) {
    EXPECT_EQ(boosted(1, 2, {inner}), plain);
    round.model().predict(rows(1), {.threads = 2});
    return Signal::proceed();
  };
  EXPECT_EQ(boosted(1, 2, {outer}), plain);
}

TEST(Reentrance, MetricsAndLossesMayFit) {
  const std::string plain = boosted(1), line = linear(3);
  const Metric metric("fits", false, [&](const MetricInput& in) {
    EXPECT_EQ(boosted(1), plain);
    return sum(in.prediction - in.label).item();
  });
  const Loss loss = loss::custom("fits", [&](const Tensor& s, const Tensor& y) {
    EXPECT_EQ(linear(3), line);
    return square(cumulative_sum(s, 0) - cumulative_sum(y, 0));
  });
  FitOptions options{.threads = 2, .valid = rows(2)};
  options.metrics = {metric};
  EXPECT_EQ(fit_boosted(rows(1), {.loss = loss, .rounds = 2}, options).rounds(), 2);
}

struct Odd {};  // no std::exception

template <class Thrown, class Call>
bool passes_through(const Call& call) {
  try {
    call();
  } catch (const Thrown&) {
    return true;
  }
  return false;
}

TEST(Reentrance, WhatACallersFunctionThrowsPassesThrough) {
  const std::string plain = boosted(1);
  const auto thrower = [](auto what) {
    return [what](const Round& round) -> Signal {
      if (round.index == 1) throw what;
      return Signal::proceed();
    };
  };
  for (const int threads : any_threads) {
    EXPECT_TRUE(passes_through<Odd>([&] { boosted(1, threads, {thrower(Odd())}); }));
    EXPECT_TRUE(passes_through<std::domain_error>([&] { boosted(1, threads, {thrower(std::domain_error("mine"))}); }));
    EXPECT_TRUE(passes_through<MemoryError>([&] { boosted(1, threads, {thrower(std::bad_alloc())}); }));
    EXPECT_EQ(boosted(1, threads), plain);
  }
  FitOptions options{.valid = rows(2)};
  options.metrics = {Metric("odd", false, [](const MetricInput&) -> double { throw Odd(); })};
  EXPECT_TRUE(passes_through<Odd>([&] { fit_boosted(rows(1), {.rounds = 1}, options); }));
  // A callback that fits, within which another one throws.
  const Callback fits = [&](const Round&) {
    boosted(2, 2, {thrower(Odd())});
    return Signal::proceed();
  };
  EXPECT_TRUE(passes_through<Odd>([&] { boosted(1, 2, {fits}); }));
  EXPECT_EQ(boosted(1), plain);
}

TEST(Reentrance, ALogHookMayLogFitSetTheHookAndThrow) {
  const std::string line = linear(3);
  const auto noted = [] {  // not by a row program: it is logged
    loss::custom("sums", [](const Tensor& s, const Tensor& y) { return square(cumulative_sum(s, 0) - y); });
  };
  int calls = 0;
  set_log([&](LogLevel, std::string_view) {
    if (++calls > 1) return;
    log(LogLevel::info, "again");
    EXPECT_EQ(linear(3), line);
    noted();
  });
  noted();
  EXPECT_EQ(calls, 3);
  set_log([](LogLevel, std::string_view) { throw Odd(); });
  EXPECT_TRUE(passes_through<Odd>(noted));
  set_log({});
  noted();
}

TEST(Reentrance, ThreadsMayFitAtOnceWithCallbacksThatFit) {
  const std::string plain = boosted(1), line = linear(3);
  std::vector<std::string> results(3);
  std::vector<std::thread> threads;
  for (std::string& result : results)
    threads.emplace_back([&] {
      std::string inner;
      result = boosted(1, 2, {[&](const Round&) {
                         inner = linear(3);
                         return Signal::proceed();
                       }});
      if (inner != line) result = "another line";
    });
  for (std::thread& thread : threads) thread.join();
  for (const std::string& result : results) EXPECT_EQ(result, plain);
}

#if !defined(LINDEN_TSAN)  // it does not follow a process with threads through a fork
TEST(Reentrance, AProcessMayForkWithinACallback) {
  const std::string plain = boosted(1), line = linear(3);
  const Callback forks = [&](const Round& round) {
    if (round.index > 0) return Signal::proceed();
    const pid_t child = ::fork();
    if (child == 0) std::_Exit(boosted(1) == plain && linear(3) == line ? 0 : 1);
    int status = -1;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
    return Signal::proceed();
  };
  EXPECT_EQ(boosted(1, 2, {forks}), plain);
}
#endif

}  // namespace
}  // namespace linden
