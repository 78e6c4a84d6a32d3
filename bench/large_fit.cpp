// Trains boosted trees on CSV files within some memory, or in memory, and prints where the seconds went.
//
//     linden_large_fit FILES LABEL MEMORY ROUNDS LEAVES THREADS [CACHE]      MEMORY in bytes; 0: all rows in memory
//
// The last line has the SHA-256 by which the model is known: two runs of the same rows have the same one.
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <linden/linden.hpp>
#include <sstream>
#include <string>
#include <vector>

namespace {

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

double peak_gigabytes() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  return static_cast<double>(used.ru_maxrss) * 1024e-9;
}

void say(const char* what, double since) {
  std::printf("%-10s %8.1f s, peak %.2f GB\n", what, now() - since, peak_gigabytes());
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc < 7) {
    std::fprintf(stderr, "usage: linden_large_fit FILES LABEL MEMORY ROUNDS LEAVES THREADS [CACHE]\n");
    return 2;
  }
  const std::int64_t memory = std::atoll(argv[3]);
  const int threads = std::atoi(argv[6]);
  const linden::CsvOptions csv{.label = argv[2], .threads = threads};
  double start = now();
  const linden::Dataset data =
      memory == 0
          ? linden::Dataset::from_csv(argv[1], csv)
          : linden::Dataset::from_files(argv[1], {.csv = csv, .memory = memory, .cache = argc > 7 ? argv[7] : ""});
  say("read", start);
  std::vector<double> ends;
  linden::BoostingConfig config;
  config.rounds = std::atoi(argv[4]);
  config.max_leaves = std::atoi(argv[5]);
  start = now();
  const linden::BoostedModel model =
      linden::fit_boosted(data, config, {.threads = threads, .callbacks = {[&](const linden::Round&) {
                                                               ends.push_back(now());
                                                               return linden::Signal::proceed();
                                                             }}});
  say("fit", start);
  std::printf("%lld rows, %d features; seconds a tree:", static_cast<long long>(data.rows()), data.features());
  for (std::size_t i = 1; i < ends.size(); ++i) std::printf(" %.2f", ends[i] - ends[i - 1]);
  std::ostringstream text;
  model.save(text);
  std::printf("\nfirst tree after %.1f s; %s\n", ends.front() - start,
              text.str().substr(text.str().rfind("sha256")).c_str());
} catch (const linden::Error& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
