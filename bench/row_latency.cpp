// linden_row_latency [ROWS]: microseconds that BoostedModel::predict_row and a RowPredictor take for a row, on one
// thread: numbers alone, and half of the columns categories; small models and large ones. The least CPU time of several
// runs.
#include <time.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <linden/linden.hpp>
#include <random>
#include <string>
#include <vector>

namespace {

using namespace linden;

constexpr int features = 14, categories = 16, runs = 15;

struct Rows {
  std::vector<std::vector<double>> columns;  ///< codes for categories
  Dataset data;
};

Rows make_rows(int rows, bool mixed) {
  std::mt19937_64 bits(1);
  std::normal_distribution<double> normal;
  Rows result;
  std::vector<Column> columns;
  for (int f = 0; f < features; ++f) {
    const bool categorical = mixed && f % 2 == 1;
    std::vector<double> values(static_cast<std::size_t>(rows));
    for (double& v : values) v = categorical ? static_cast<double>(bits() % categories) : normal(bits);
    Column column{.name = "x" + std::to_string(f), .categorical = categorical};
    if (categorical) {
      const std::vector<std::int32_t> codes(values.begin(), values.end());
      column.values = Tensor::copy_of(std::span(codes), {rows});
      for (int c = 0; c < categories; ++c) column.categories.push_back(std::string(1, static_cast<char>('a' + c)));
    } else {
      column.values = Tensor::copy_of(std::span(values), {rows});
    }
    columns.push_back(std::move(column));
    result.columns.push_back(std::move(values));
  }
  std::vector<double> label(static_cast<std::size_t>(rows));
  for (std::size_t i = 0; i < label.size(); ++i)
    label[i] =
        std::sin(3 * result.columns[0][i]) + std::sin(result.columns[1][i]) * result.columns[2][i] + 0.3 * normal(bits);
  result.data = Dataset::from_named(std::move(columns), Tensor::copy_of(std::span(label), {rows}));
  return result;
}

// Of this thread.
double cpu_microseconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return 1e6 * static_cast<double>(now.tv_sec) + 1e-3 * static_cast<double>(now.tv_nsec);
}

template <class Predict>
double microseconds(int rows, const Predict& predict) {
  double best = INFINITY, sum = 0;
  for (int run = 0; run < runs; ++run) {
    const double start = cpu_microseconds();
    for (int i = 0; i < rows; ++i) sum += predict(static_cast<std::size_t>(i));
    best = std::min(best, cpu_microseconds() - start);
  }
  if (std::isnan(sum)) std::puts("predictions are not numbers");
  return best / rows;
}

}  // namespace

int main(int argc, char** argv) {
  const int rows = argc > 1 ? std::atoi(argv[1]) : 20000, asked = std::min(rows, 1000);
  for (const bool mixed : {false, true}) {
    const Rows made = make_rows(rows, mixed);
    for (const auto& [rounds, leaves] : {std::pair{100, 31}, {235, 31}, {235, 255}}) {
      const BoostedModel model = fit_boosted(made.data, {.rounds = rounds, .max_leaves = leaves});
      std::vector<double> values(features);
      const double by_code = microseconds(asked, [&](std::size_t i) {
        double out = 0;
        for (std::size_t f = 0; f < values.size(); ++f) values[f] = made.columns[f][i];
        model.predict_row(values, {&out, 1});
        return out;
      });
      const RowPredictor row = model.row_predictor(model.feature_names());
      std::vector<RowValue> named(features, 0.0);
      const double by_name = microseconds(asked, [&](std::size_t i) {
        for (std::size_t f = 0; f < named.size(); ++f)
          named[f] = model.is_categorical(static_cast<int>(f))
                         ? RowValue(model.categories(static_cast<int>(f))[static_cast<std::size_t>(made.columns[f][i])])
                         : RowValue(made.columns[f][i]);
        return row(named);
      });
      std::printf("%-22s %3d trees of %3d leaves: predict_row %6.2f us, RowPredictor %6.2f us\n",
                  mixed ? "numbers and categories" : "numbers", rounds, leaves, by_code, by_name);
    }
  }
}
