// Runs divided to the end are the distinct values with their rows, in order.
#include "boosting/bins/values/value_runs.hpp"

#include <gtest/gtest.h>

#include <map>

#include "boosting/random_data.hpp"

namespace linden {
namespace {

template <class T>
std::map<double, std::int64_t> all_values(ValueRuns<T>& runs, std::vector<T> values) {
  std::vector<typename ValueRuns<T>::Key> keys;
  for (const T v : values) keys.push_back(ValueRuns<T>::key_of(v));
  runs.take(keys);
  std::map<double, std::int64_t> found;
  std::vector<ValueRun> todo{runs.all()};
  if (runs.all().rows == 0) return found;
  std::int64_t begin = 0;
  while (!todo.empty()) {
    const ValueRun run = todo.back();
    todo.pop_back();
    EXPECT_EQ(run.begin, begin);
    if (run.is_one_value()) {
      EXPECT_TRUE(found.empty() || std::prev(found.end())->first < run.first);
      EXPECT_FALSE(run.first == 0 && std::signbit(run.first));
      found[run.first] = run.rows;
      begin += run.rows;
      continue;
    }
    std::vector<ValueRun> parts;
    runs.divide(run, parts);
    EXPECT_GE(parts.size(), 2u);
    EXPECT_EQ(parts.front().first, run.first);
    EXPECT_EQ(parts.back().last, run.last);
    todo.insert(todo.end(), parts.rbegin(), parts.rend());
  }
  return found;
}

template <class T>
void expect_values_of_random_columns() {
  ValueRuns<T> runs;
  for (const int count : {0, 1, 2, 64, 65, 1000, 70'000})
    for (int kind = 0; kind < 4; ++kind) {
      Random random(static_cast<std::uint64_t>(kind) + 1);
      std::vector<T> values;
      std::map<double, std::int64_t> wanted;
      for (int i = 0; i < count; ++i) {
        const double x = random.normal();
        const double v = kind == 0   ? x * std::pow(10.0, random.below(60) - 30)
                         : kind == 1 ? random.below(300)
                         : kind == 2 ? random.one_of({-0.0, 0.0, missing_value, x})
                                     : -std::numeric_limits<T>::denorm_min() * random.below(20);
        values.push_back(static_cast<T>(v));
        if (!std::isnan(v)) ++wanted[values.back() + T(0)];
      }
      EXPECT_EQ(all_values(runs, values), wanted) << count << " rows of kind " << kind;
    }
}

TEST(ValueRuns, OfFloatsEndInDistinctValues) { expect_values_of_random_columns<float>(); }
TEST(ValueRuns, OfDoublesEndInDistinctValues) { expect_values_of_random_columns<double>(); }

}  // namespace
}  // namespace linden
