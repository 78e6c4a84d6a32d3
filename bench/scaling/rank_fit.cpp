// Trains boosted trees on the ranks of MPI, each of which has a part of the rows, and prints what a tree costs.
//
//     mpirun -n 4 linden_rank_fit FILE.bin ROUNDS LEAVES FEATURES [levels]     FILE as linden_higgs_rows writes it
//
// Rank 0 prints one line of JSON: seconds a tree (the median of all but the first), CPU seconds of a tree outside calls
// of the communicator (of the rank with most), calls and bytes of each kind that a rank passes on in a tree, and the
// digest of the model. FEATURES: only so many columns, from the first on. With `levels` trees grow level by level. A
// rank computes with one thread.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <linden/linden.hpp>
#include <linden/mpi.hpp>
#include <string>
#include <vector>

#include "cpu_seconds.hpp"

namespace {

using linden::bench::cpu_seconds;

double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

// What goes through a Communicator from the first tree on, which is where the first reduce_scatter is.
class Counted final : public linden::Communicator {
 public:
  struct Kind {
    double calls = 0, bytes = 0;
  };
  Kind before, reduced, gathered, other;
  double inside = 0, cpu_inside = 0, cpu_before = 0;

  explicit Counted(linden::Communicator& ranks) : ranks_(ranks) {}
  int rank() const override { return ranks_.rank(); }
  int size() const override { return ranks_.size(); }
  void sum(std::int64_t* values, std::int64_t count) override {
    counted(other, 8 * count, [&] { ranks_.sum(values, count); });
  }
  void max(double* values, std::int64_t count) override {
    counted(other, 8 * count, [&] { ranks_.max(values, count); });
  }
  void gather(const void* mine, std::int64_t bytes, void* all) override {
    counted(gathered, bytes, [&] { ranks_.gather(mine, bytes, all); });
  }
  void reduce_scatter(std::int64_t* values, const std::int64_t* counts) override {
    if (!has_begun_) cpu_before = cpu_seconds();
    has_begun_ = true;
    std::int64_t all = 0;
    for (int part = 0; part < size(); ++part) all += counts[part];
    counted(reduced, 8 * all, [&] { ranks_.reduce_scatter(values, counts); });
  }

 private:
  template <class Call>
  void counted(Kind& kind, std::int64_t bytes, const Call& call) {
    const double start = now(), cpu = cpu_seconds();
    call();
    Kind& counted_as = has_begun_ ? kind : before;
    counted_as.calls += 1;
    counted_as.bytes += static_cast<double>(bytes);
    if (!has_begun_) return;
    inside += now() - start;
    cpu_inside += cpu_seconds() - cpu;
  }
  linden::Communicator& ranks_;
  bool has_begun_ = false;
};

struct Header {
  std::int64_t rows = 0;
  int features = 0;
};

Header header_of(std::filesystem::path path) {
  std::ifstream file(path.replace_extension(".json"));
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto number = [&](const char* name) {
    const auto at = text.find(name);
    if (at == std::string::npos) throw linden::FileError("linden_rank_fit: there is no header of the rows.");
    return std::atoll(text.c_str() + text.find(':', at) + 1);
  };
  return {number("\"rows\""), static_cast<int>(number("\"features\""))};
}

linden::Dataset part_of(const char* path, int features, int rank, int ranks) {
  const Header header = header_of(path);
  const std::int64_t first = header.rows * rank / ranks, rows = header.rows * (rank + 1) / ranks - first;
  std::ifstream file(path, std::ios::binary);
  const auto read = [&](std::int64_t from, std::vector<float>& values) {
    file.seekg(from * static_cast<std::int64_t>(sizeof(float)));
    file.read(reinterpret_cast<char*>(values.data()), static_cast<std::streamsize>(values.size() * sizeof(float)));
  };
  std::vector<float> all(static_cast<std::size_t>(rows * header.features)), labels(static_cast<std::size_t>(rows));
  read(first * header.features, all);
  read(header.rows * header.features + first, labels);
  if (!file) throw linden::FileError("linden_rank_fit: the file of rows is shorter than its header says.");
  std::vector<float> values;
  values.reserve(static_cast<std::size_t>(rows * features));
  for (std::int64_t row = 0; row < rows; ++row)
    values.insert(values.end(), all.begin() + row * header.features, all.begin() + row * header.features + features);
  return linden::Dataset::from_rows(std::move(values), features,
                                    {.label = std::vector<double>(labels.begin(), labels.end())});
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc < 5) {
    std::fprintf(stderr, "usage: linden_rank_fit FILE.bin ROUNDS LEAVES FEATURES [levels]\n");
    return 2;
  }
  linden::mpi::Communicator world;
  Counted ranks(world);
  const int rounds = std::atoi(argv[2]), leaves = std::atoi(argv[3]), features = std::atoi(argv[4]);
  const linden::Dataset mine = part_of(argv[1], features, world.rank(), world.size());
  linden::BoostingConfig config;
  config.loss = linden::loss::logistic();
  config.rounds = rounds;
  config.max_leaves = leaves;
  if (argc > 5) config.growth = linden::Growth::level_wise;
  config.max_bins = 255;
  config.min_rows_in_leaf = 20;
  config.min_child_weight = 1e-3;
  config.l2 = 1;
  std::vector<double> ends{now()}, cpu_ends{cpu_seconds()};
  const linden::BoostedModel model = fit_boosted(mine, config,
                                                 {.threads = 1,
                                                  .callbacks = {[&](const linden::Round&) {
                                                    ends.push_back(now());
                                                    cpu_ends.push_back(cpu_seconds());
                                                    return linden::Signal::proceed();
                                                  }},
                                                  .ranks = ranks});
  const double cpu = world.size() == 1 ? cpu_ends.back() - cpu_ends[1] : cpu_seconds() - ranks.cpu_before;
  double most = (cpu - ranks.cpu_inside) / (world.size() == 1 ? rounds - 1 : rounds);
  world.max(&most, 1);
  if (world.rank() != 0) return 0;
  std::vector<double> seconds;
  for (std::size_t i = 2; i < ends.size(); ++i) seconds.push_back(ends[i] - ends[i - 1]);
  std::nth_element(seconds.begin(), seconds.begin() + std::ssize(seconds) / 2, seconds.end());
  const std::string text = model.to_string();
  const auto kind = [&](const char* name, const Counted::Kind& k) {
    return std::string("\"") + name + "\": {\"calls\": " + std::to_string(k.calls / rounds) +
           ", \"bytes\": " + std::to_string(k.bytes / rounds) + "}, ";
  };
  std::printf(
      "{\"library\": \"linden\", \"ranks\": %d, \"rows\": %lld, \"features\": %d, \"leaves\": %d, \"rounds\": %d, "
      "\"first\": %.4f, "
      "\"calls_first\": %.0f, \"bytes_first\": %.0f, \"seconds\": %.5f, \"cpu\": %.5f, \"waiting\": %.5f, "
      "%s%s%s\"sha256\": \"%s\"}\n",
      world.size(), static_cast<long long>(header_of(argv[1]).rows), features, leaves, rounds, ends[1] - ends[0],
      ranks.before.calls, ranks.before.bytes, seconds[seconds.size() / 2], most, ranks.inside / rounds,
      kind("reduce_scatter", ranks.reduced).c_str(), kind("gather", ranks.gathered).c_str(),
      kind("other", ranks.other).c_str(), text.substr(text.rfind("sha256") + 9, 12).c_str());
} catch (const linden::Error& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
