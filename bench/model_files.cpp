// linden_model_files FOLDER [ROUNDS [COPIES [LEAVES [TURNS]]]]: size, and CPU seconds of saving and loading, of a
// model's JSON file, its binary file and either compressed by gzip, and seconds of the clock of loading, with as many
// threads as there are cores (taskset sets them). The model has ROUNDS * COPIES trees
// (1,000) of LEAVES leaves (255): it is trained for ROUNDS (100) rounds on 50,000 generated rows of two classes, and
// merged COPIES (10) times with weights that are all different, so that no copy has another's leaves. The least of
// TURNS (7) turns, in which files take their turn. Files of the names that it prints are left in FOLDER. With `model
// FILE` in place of the numbers it measures that model.
#include <time.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <linden/linden.hpp>
#include <string>
#include <vector>

#include "higgs_like.hpp"

namespace {

using namespace linden;
namespace fs = std::filesystem;

BoostedModel trained(int rounds, int copies, int leaves) {
  constexpr std::int64_t rows = 50'000;
  std::vector<float> values(static_cast<std::size_t>(rows * bench::higgs_features)), labels(rows);
  bench::higgs_like_rows(1, 0, values, labels);
  const Dataset data = Dataset::from_rows(values, bench::higgs_features, {.label = labels});
  const BoostedModel model =
      fit_boosted(data, {.loss = loss::logistic(), .rounds = rounds, .max_leaves = leaves}, {.threads = 1});
  std::vector<WeightedModel> parts;
  for (int i = 0; i < copies; ++i) parts.push_back({model, 1.0 / (copies + 0.1 * i)});
  return copies == 1 ? model : merge_models(parts);
}

double seconds_by(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

struct Seconds {
  double cpu = INFINITY, clock = INFINITY;

  // The least of those before and those that the action takes.
  void measure(const auto& action) {
    const double cpu_start = seconds_by(CLOCK_PROCESS_CPUTIME_ID), start = seconds_by(CLOCK_MONOTONIC);
    action();
    clock = std::min(clock, seconds_by(CLOCK_MONOTONIC) - start);
    cpu = std::min(cpu, seconds_by(CLOCK_PROCESS_CPUTIME_ID) - cpu_start);
  }
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: linden_model_files FOLDER [ROUNDS [COPIES [LEAVES [TURNS]]]] | FOLDER model FILE\n");
    return 1;
  }
  const fs::path folder = argv[1];
  const bool is_given = argc > 3 && std::string(argv[2]) == "model";
  const auto number = [&](int i, int otherwise) { return argc > i && !is_given ? std::atoi(argv[i]) : otherwise; };
  const AnyModel model =
      is_given ? load_model(argv[3]) : AnyModel(trained(number(2, 100), number(3, 10), number(4, 255)));
  struct File {
    const char* name;
    Seconds save{}, load{};
  };
  std::vector<File> files{{"model.json"}, {"model.linden"}, {"model.json.gz"}, {"model.linden.gz"}};
  const int turns = number(5, 7);
  for (int turn = 0; turn < turns; ++turn)
    for (File& file : files) {
      const fs::path path = folder / file.name;
      file.save.measure([&] { std::visit([&](const auto& m) { m.save(path); }, model); });
      file.load.measure([&] { load_model(path); });
    }
  const auto size = [&](const File& file) { return static_cast<double>(fs::file_size(folder / file.name)); };
  if (const auto* boosted = std::get_if<BoostedModel>(&model)) {
    std::size_t nodes = 0;
    for (const Tree& tree : boosted->trees()) nodes += tree.nodes.size();
    std::printf("%zu trees, %zu nodes\n", boosted->trees().size(), nodes);
  }
  for (const File& file : files)
    std::printf(
        "%-16s %12.0f bytes (1/%5.2f of json), save %8.4f s, load %8.4f s (1/%5.1f), of the clock %8.4f s (1/%5.1f)\n",
        file.name, size(file), size(files[0]) / size(file), file.save.cpu, file.load.cpu,
        files[0].load.cpu / file.load.cpu, file.load.clock, files[0].load.clock / file.load.clock);
}
