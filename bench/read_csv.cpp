// linden_read_csv FILE [THREADS [TURNS]]: times Dataset::from_csv and prints seconds, CPU seconds and bytes per second
// of each turn.
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <linden/linden.hpp>

namespace {

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

void run(const char* file, int threads, int turns) {
  const double megabytes = static_cast<double>(std::filesystem::file_size(file)) / 1e6;
  for (int turn = 0; turn < turns; ++turn) {
    const double cpu = cpu_seconds();
    const auto start = std::chrono::steady_clock::now();
    const auto data = linden::Dataset::from_csv(file, {.threads = threads});
    const double wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    const double used = cpu_seconds() - cpu;
    std::printf("%lld x %d: %.4f s, CPU %.4f s; %.0f MB/s, %.0f MB per CPU second\n",
                static_cast<long long>(data.rows()), data.features(), wall, used, megabytes / wall, megabytes / used);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "linden_read_csv FILE [THREADS [TURNS]]\n");
    return 2;
  }
  try {
    run(argv[1], argc > 2 ? std::atoi(argv[2]) : 0, argc > 3 ? std::atoi(argv[3]) : 5);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "linden_read_csv: %s\n", error.what());
    return 1;
  }
}
