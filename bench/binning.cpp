// linden_binning [ROWS [THREADS [TURNS [LAYOUT [DIGITS]]]]]: times cut points and bins of generated rows (1,000,000 x
// 28) and prints seconds and CPU seconds of each turn. LAYOUT: rows (float, row-major: the default), columns (float,
// one after another) or doubles (columns of double). DIGITS: values are rounded to so many significant ones; 0: to
// none.
#include <sys/resource.h>

#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <linden/linden.hpp>
#include <string_view>
#include <vector>

#include "boosting/bins/bins.hpp"
#include "higgs_like.hpp"

namespace {

using namespace linden;

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

struct Stopwatch {
  std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
  double cpu = cpu_seconds();

  void print(const char* what) {
    const double wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    std::printf("%s %.4f s, CPU %.4f s;  ", what, wall, cpu_seconds() - cpu);
    start = std::chrono::steady_clock::now();
    cpu = cpu_seconds();
  }
};

float rounded(float value, int digits) {
  if (digits == 0) return value;
  char text[64];
  const auto end = std::to_chars(text, text + sizeof text, value, std::chars_format::general, digits).ptr;
  std::from_chars(text, end, value);
  return value;
}

// A number that depends on every bin, to tell whether two versions agree.
std::uint64_t fingerprint(const BinsView& bins) {
  std::uint64_t hash = 14695981039346656037u;
  const auto add = [&](const std::uint8_t* bytes, std::int64_t count) {
    for (std::int64_t i = 0; i < count; ++i) hash = (hash ^ bytes[i]) * 1099511628211u;
  };
  add(bins.by_feature, bins.rows * bins.features);
  add(bins.by_row, bins.rows * bins.row_stride);
  return hash;
}

}  // namespace

int main(int argc, char** argv) {
  const auto number = [&](int i, int otherwise) { return argc > i ? std::atoi(argv[i]) : otherwise; };
  const int rows = number(1, 1'000'000), threads = number(2, 2), turns = number(3, 5), digits = number(5, 0);
  const std::string_view layout = argc > 4 ? argv[4] : "rows";
  constexpr int features = bench::higgs_features;
  const auto count = static_cast<std::size_t>(rows);
  std::vector<float> values(count * features), labels(count), columns(count * features);
  bench::higgs_like_rows(1, 0, values, labels);
  for (float& v : values) v = rounded(v, digits);
  for (std::size_t row = 0; row < count; ++row)
    for (std::size_t f = 0; f < features; ++f) columns[f * count + row] = values[row * features + f];
  // Doubles that no float holds.
  std::vector<double> doubles(columns.begin(), columns.end());
  for (double& v : doubles) v *= 1.0000000001;
  const Dataset data = layout == "rows"      ? Dataset::from_rows(values, features, {.refer = true})
                       : layout == "columns" ? Dataset::from_columns(columns, features, {.refer = true})
                                             : Dataset::from_columns(doubles, features, {.refer = true});
  Workers workers(threads);
  Context context{workers};
  for (int turn = 0; turn < turns; ++turn) {
    DatasetSource source(data);
    Stopwatch watch;
    const std::vector<Cuts> cuts = make_cuts(source, 255, {}, workers);
    watch.print("cuts");
    const Bins bins(backend_of(Device::cpu()), context, source, cuts, 20);
    watch.print("bins");
    if (turn == 0) std::printf("fingerprint %016llx", static_cast<unsigned long long>(fingerprint(bins.view())));
    std::printf("\n");
  }
  return 0;
}
