// linden_gpu_training: generates rows, trains a boosted model on a GPU (or the CPU), and says how fast and how good.
//
// Settings are those of bench/peers: logistic loss, learning rate 0.1, l2 1, 20 rows in a leaf; 2^DEPTH leaves. Updates
// per second by formula compare across libraries, `counted` takes the rows that the trees at hand had summed.
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <linden/linden.hpp>
#include <nlohmann/json.hpp>

#include "arguments.hpp"
#include "rows.hpp"
#include "stopwatch.hpp"
#include "tree_work.hpp"

namespace {

using namespace linden;
using nlohmann::ordered_json;

ordered_json run(const bench::Arguments& arguments) {
  const std::int64_t rows = arguments.number(0);
  const int features = static_cast<int>(arguments.number(1)), depth = static_cast<int>(arguments.number(3));
  const int threads = static_cast<int>(arguments.option("threads", 0));
  BoostingConfig config{.loss = loss::logistic(), .max_leaves = 1 << depth};
  config.rounds = static_cast<int>(arguments.number(2));
  config.max_bins = static_cast<int>(arguments.number(4));
  set_field(config, "growth", arguments.option("growth", "level_wise"));
  const bool level_wise = config.growth == Growth::level_wise;
  if (level_wise) config.max_depth = depth;
  const Device device = arguments.option("device", "cuda") == "cpu" ? Device::cpu() : Device::cuda(0);

  const auto start = bench::Clock::now();
  Workers workers(threads);
  const Dataset train = bench::generated_rows(1, rows, features, workers);
  const Dataset test = bench::generated_rows(2, std::clamp<std::int64_t>(rows / 5, 1000, 200'000), features, workers);
  const double seconds_generating = bench::seconds_since(start);

  // Warms up the device: the first use opens it and loads its kernels.
  BoostingConfig small = config;
  small.rounds = 2;
  fit_boosted(test, small, {.device = device, .threads = threads});

  const auto fit_start = bench::Clock::now();
  const BoostedModel model = fit_boosted(train, config, {.device = device, .threads = threads});
  const double seconds_fitting = bench::seconds_since(fit_start);
  const auto predict_start = bench::Clock::now();
  const Tensor prediction = model.predict(test, {.threads = threads, .device = device});
  const double seconds_predicting = bench::seconds_since(predict_start);

  const double training = model.seconds_training();
  std::int64_t built = 0;
  double leaves = 0;
  for (const Tree& tree : model.trees()) {
    built += bench::built_rows(bench::work_of(tree, config.max_depth));
    leaves += tree.leaves();
  }
  const double by_formula = *config.rounds * bench::formula_updates(rows, features, depth);
  return {{"program", "training"},
          {"command", arguments.command()},
          {"device", device.name()},
          {"rows", rows},
          {"features", features},
          {"rounds", *config.rounds},
          {"depth", depth},
          {"bins", config.max_bins},
          {"growth", level_wise ? "level_wise" : "leaf_wise"},
          {"test_rows", test.rows()},
          {"seconds_generating", seconds_generating},
          {"seconds_fitting", seconds_fitting},
          {"seconds_binning", model.seconds_binning()},
          {"seconds_training", training},
          {"seconds_predicting", seconds_predicting},
          {"auc", metric::auc().evaluate(prediction, test.label())},
          {"leaves_per_tree", leaves / static_cast<double>(model.trees().size())},
          {"updates_per_second", by_formula / training},
          {"counted_updates_per_second", static_cast<double>(built) * features / training}};
}

}  // namespace

int main(int argc, char** argv) {
  const bench::Arguments arguments(argc, argv,
                                   "ROWS FEATURES ROUNDS DEPTH BINS [--growth level_wise|leaf_wise] "
                                   "[--device cpu|cuda] [--threads N] [--json FILE]");
  try {
    const ordered_json result = run(arguments);
    std::printf("%s\n", result.dump(1).c_str());
    if (const std::string file = arguments.option("json", ""); !file.empty()) std::ofstream(file) << result.dump(1);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "linden_gpu_training: %s\n", error.what());
    return 1;
  }
}
