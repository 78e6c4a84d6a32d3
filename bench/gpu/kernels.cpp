// linden_gpu_kernels: how close each kernel of boosting comes to the memory of its device.
//
// Grows trees through the seam as fit_boosted does, on real state: a warm-up tree, then trees in turns, one with a
// synchronisation after every call, which times each step of each level, one left to run, which times the round. From a
// step's time that of an empty call and its synchronisation is taken off. The bandwidth is that of a copy on the device
// in the same run; a roofline ratio is the time that the least bytes (stage_bytes.hpp) would take at that bandwidth
// over the time that was taken; above 1 the data came from a cache. Figures are medians over trees, and those of a
// stage the sums of its steps. A step is a level only where all leaves of a level are expanded at once: where the batch
// is smaller (the CPU; a GPU short of memory) steps have times, but no bytes. Nor has a step that is shorter than an
// empty call, whose time is mostly what was taken off.
#include <cstdio>
#include <fstream>
#include <linden/linden.hpp>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>

#include "arguments.hpp"
#include "backend/backend.hpp"
#include "boosting/model/config/defaults.hpp"
#include "boosting/bins/bins.hpp"
#include "boosting/train/ensemble/bin_forest.hpp"
#include "boosting/train/gradients/gradient_source.hpp"
#include "boosting/train/growth/grow.hpp"
#include "boosting/train/growth/tree_storage.hpp"
#include "loss/initial_score.hpp"
#include "rows.hpp"
#include "rows/row_source.hpp"
#include "stage_bytes.hpp"
#include "stopwatch.hpp"

namespace {

using namespace linden;
using nlohmann::ordered_json;

class Probe {
 public:
  Probe(const Backend& backend, Context& context)
      : memory_(backend.memory), context_(context), byte_(backend.memory, context, 256, "a probe") {
    std::vector<double> empty;
    for (int i = 0; i < 101; ++i)
      empty.push_back(raw_seconds([&] { memory_.fill(context_, byte_.data(), 0, byte_.bytes()); }));
    overhead_ = bench::median(std::move(empty));
  }

  void synchronise() {
    std::uint8_t byte = 0;
    memory_.download(context_, &byte, byte_.data(), 1);
  }
  /// Of a call, without that of launching and waiting.
  template <class F>
  double seconds(const F& call) {
    return std::max(raw_seconds(call) - overhead_, 0.0);
  }
  double overhead() const { return overhead_; }

  /// Bytes read and written a second by the best of several copies.
  double copy_bandwidth(std::int64_t bytes) {
    const DeviceArray<char> from(memory_, context_, bytes, "a copy"), to(memory_, context_, bytes, "a copy");
    memory_.fill(context_, from.data(), 1, bytes);
    double best = 1e300;
    constexpr int batch = 5;
    for (int turn = 0; turn < 10; ++turn)
      best = std::min(best, seconds([&] {
                        for (int i = 0; i < batch; ++i) memory_.copy(context_, to.data(), from.data(), bytes);
                      }));
    return 2.0 * batch * static_cast<double>(bytes) / best;
  }

 private:
  template <class F>
  double raw_seconds(const F& call) {
    synchronise();
    const auto start = bench::Clock::now();
    call();
    synchronise();
    return bench::seconds_since(start);
  }

  const MemoryKernels& memory_;
  Context& context_;
  DeviceArray<std::uint8_t> byte_;
  double overhead_ = 0;
};

// Seconds by stage and step of one tree; step -1 for what runs once, over all rows.
using TreeSeconds = std::map<std::pair<std::string, int>, double>;

class Grower {
 public:
  Grower(const Backend& backend, DeviceContext& context, const Dataset& data, const BoostingConfig& config,
         Workers& workers)
      : backend_(backend),
        context_(context),
        labels_(training_labels("linden_gpu_kernels", data, config.loss)),
        data_source_(data),
        cuts_(make_cuts(data_source_, config.max_bins, {}, workers)),
        bins_(backend, context, data_source_, cuts_, *config.min_rows_in_leaf),
        rows_(backend, context, labels_, {}),
        scores_(backend, context, initial_score(labels_.loss, labels_.values, {}, workers), data.rows()),
        gradients_(backend, context, scores_.outputs(), data.rows()),
        source_(gradient_source(backend, context, rows_)),
        storage_(backend, context, bins_.view(), growth_limits(config), {}) {
    std::vector<std::int32_t> all(static_cast<std::size_t>(bins_.view().features));
    std::iota(all.begin(), all.end(), 0);
    features_ = DeviceArray<std::int32_t>(backend.memory, context, bins_.view().features, "sample");
    features_.upload(all.data());
    TreeMemory& tree = storage_.memory();
    tree.sample_rows = bins_.view().rows;
    tree.features = features_.data();
    tree.feature_count = bins_.view().features;
  }

  const Bins& bins() const { return bins_; }
  const std::vector<Tree>& trees() const { return trees_; }
  std::int32_t batch() { return storage_.memory().batch_capacity; }

  /// A round as fit_boosted runs it; returns its seconds.
  double run_round() {
    const auto start = bench::Clock::now();
    source_->fill(scores_, static_cast<int>(trees_.size()), gradients_);
    gradients_.point(storage_.memory(), 0);
    grow(backend_, context_, storage_.memory());
    backend_.tree.update(context_, storage_.memory(), scores_.of(0));
    keep_tree();
    return bench::seconds_since(start);
  }

  /// The same round with a synchronisation after every step.
  TreeSeconds time_round(Probe& probe) {
    TreeSeconds seconds;
    TreeMemory& tree = storage_.memory();
    const auto timed = [&](const char* stage, int step, const auto& call) {
      seconds[{stage, step}] += probe.seconds(call);
    };
    timed("gradients", -1, [&] { source_->fill(scores_, static_cast<int>(trees_.size()), gradients_); });
    gradients_.point(tree, 0);
    timed("quantise", -1, [&] { plant(backend_, context_, tree); });
    bool done = false;
    for (int step = 0;; ++step) {
      timed("histogram", step, [&] { backend_.tree.histogram(context_, tree); });
      timed("subtract", step, [&] { backend_.tree.subtract(context_, tree); });
      timed("split", step, [&] { backend_.tree.split(context_, tree); });
      timed("select", step, [&] { done = backend_.tree.select(context_, tree); });
      if (done) break;
      timed("partition", step, [&] {
        backend_.tree.partition(context_, tree);
        backend_.tree.expand(context_, tree);
      });
    }
    timed("leaf_sums", -1, [&] {
      backend_.tree.leaf_sums(context_, tree);
      backend_.tree.set_leaves(context_, tree);
    });
    timed("update", -1, [&] { backend_.tree.update(context_, tree, scores_.of(0)); });
    keep_tree();
    return seconds;
  }

  /// Seconds of adding 100 trees to the scores of all rows by their bins; the trees come to the device each time.
  double time_adding(Probe& probe) {
    const BinPlaces places(cuts_.size(), bins_.used());
    BinForest forest(cuts_, places);
    for (std::size_t i = 0; i < 100; ++i) forest.add(trees_[i % trees_.size()], 0, 1);
    std::vector<double> seconds;
    for (int turn = 0; turn < 6; ++turn)
      seconds.push_back(probe.seconds([&] { forest.add_to(backend_, context_, bins_.view(), scores_.of(0)); }));
    seconds.erase(seconds.begin());  // warms up
    return bench::median(std::move(seconds));
  }

 private:
  void keep_tree() { trees_.push_back(finished_tree(storage_.finished(), cuts_, bins_.used())); }

  const Backend& backend_;
  Context& context_;
  Labels labels_;
  DatasetSource data_source_;
  std::vector<Cuts> cuts_;
  Bins bins_;
  FitRows rows_;
  Scores scores_;
  Gradients gradients_;
  std::unique_ptr<GradientSource> source_;
  TreeStorage storage_;
  DeviceArray<std::int32_t> features_;
  std::vector<Tree> trees_;
};

// The figures of one step, or of one stage over a tree.
ordered_json line(const char* stage, int step, double seconds, double bytes, double bandwidth, const Probe& probe) {
  ordered_json out{{"stage", stage}};
  if (step >= 0) out["step"] = step;
  out["ms"] = seconds * 1e3;
  if (bytes > 0) out["bytes"] = bytes;
  if (bytes > 0 && seconds > probe.overhead()) {
    out["gb_s"] = bytes / seconds * 1e-9;
    out["roofline"] = bytes / bandwidth / seconds;
  }
  return out;
}

ordered_json run(const bench::Arguments& arguments) {
  const std::int64_t rows = arguments.number(0);
  const int features = static_cast<int>(arguments.number(1));
  const int depth = static_cast<int>(arguments.option("depth", 8)),
            trees = static_cast<int>(arguments.option("trees", 20));
  const Device device = arguments.option("device", "cuda") == "cpu" ? Device::cpu() : Device::cuda(0);
  BoostingConfig config =
      with_constants({.loss = loss::logistic(), .max_leaves = 1 << depth, .max_depth = depth}, false);
  config.max_bins = static_cast<int>(arguments.number(2));

  Workers workers(static_cast<int>(arguments.option("threads", 0)));
  const Dataset data = bench::generated_rows(1, rows, features, workers);
  const Backend& backend = backend_of(device);
  DeviceContext context(device, workers);
  Probe probe(backend, context);
  const double bandwidth = probe.copy_bandwidth(arguments.option("copy-mb", 1024) << 20);

  Grower grower(backend, context, data, config, workers);
  const BinsView& bins = grower.bins().view();
  grower.run_round();
  grower.time_round(probe);
  std::vector<double> rounds;
  std::map<std::pair<std::string, int>, std::vector<double>> steps;
  std::vector<bench::LevelWork> work;  // sums over the timed trees
  for (int turn = 0; turn < trees; ++turn) {
    rounds.push_back(grower.run_round());
    for (const auto& [step, seconds] : grower.time_round(probe)) steps[step].push_back(seconds);
    const std::vector<bench::LevelWork> tree = bench::work_of(grower.trees().back(), depth);
    work.resize(std::max(work.size(), tree.size()));
    for (std::size_t d = 0; d < tree.size(); ++d) {
      bench::LevelWork& sum = work[d];
      sum.nodes += tree[d].nodes, sum.rows += tree[d].rows;
      sum.split_nodes += tree[d].split_nodes, sum.split_rows += tree[d].split_rows;
      sum.built_nodes += tree[d].built_nodes, sum.built_rows += tree[d].built_rows;
    }
  }
  for (bench::LevelWork& level : work) {  // of a tree, on average
    for (std::int64_t* const count :
         {&level.nodes, &level.rows, &level.split_nodes, &level.split_rows, &level.built_nodes, &level.built_rows})
      *count = (*count + trees / 2) / trees;
  }

  const bool steps_are_levels = grower.batch() >= *config.max_leaves / 2;
  ordered_json lines = ordered_json::array(), totals = ordered_json::array();
  double histogram_seconds = 0, sum = 0;
  for (const char* const stage :
       {"gradients", "quantise", "histogram", "subtract", "split", "select", "partition", "leaf_sums", "update"}) {
    const bool is_histogram = stage == std::string("histogram");
    double bytes = 0, stage_seconds = 0;
    if (steps.contains({stage, -1}))
      bytes = bench::least_bytes(stage, work[0], bins);
    else
      for (const bench::LevelWork& level : work) bytes += bench::least_bytes(stage, level, bins);
    for (const auto& [step, all] : steps) {
      if (step.first != stage) continue;
      const double seconds = bench::median(all);
      stage_seconds += seconds;
      if (step.second < 0) continue;
      const bool is_level = steps_are_levels && static_cast<std::size_t>(step.second) < work.size();
      const bench::LevelWork level = is_level ? work[static_cast<std::size_t>(step.second)] : bench::LevelWork{};
      ordered_json out = line(stage, step.second, seconds, bench::least_bytes(stage, level, bins), bandwidth, probe);
      if (is_level) {
        out["nodes"] = level.nodes;
        out["rows"] = stage == std::string("partition") ? level.split_rows : level.built_rows;
      }
      if (is_histogram && out.contains("gb_s")) {
        out["updates_per_second"] = static_cast<double>(level.built_rows) * bins.features / seconds;
        out["sector_gb_s"] = bench::sector_bytes(level, bins) / seconds * 1e-9;
      }
      lines.push_back(std::move(out));
    }
    if (is_histogram) histogram_seconds = stage_seconds;
    sum += stage_seconds;
    totals.push_back(line(stage, -1, stage_seconds, bytes, bandwidth, probe));
  }
  const auto built = static_cast<double>(bench::built_rows(work));
  const double round = bench::median(rounds);
  const double adding = grower.time_adding(probe);
  totals.push_back(
      line("add 100 trees", -1, adding, (bins.features + 16.0) * static_cast<double>(rows), bandwidth, probe));
  return {{"program", "kernels"},
          {"command", arguments.command()},
          {"device", device.name()},
          {"rows", rows},
          {"features", features},
          {"bins", config.max_bins},
          {"depth", depth},
          {"trees", trees},
          {"copy_gb_s", bandwidth * 1e-9},
          {"empty_call_us", probe.overhead() * 1e6},
          {"round_ms", round * 1e3},
          {"steps_ms", sum * 1e3},
          {"histogram_updates_per_second", built * bins.features / histogram_seconds},
          {"round_updates_per_second", built * bins.features / round},
          // Built rows x (F + 4 + 4) bytes at the measured bandwidth, over the time of histograms, and over the round.
          {"roofline_ratio", built * (bins.features + 8) / bandwidth / histogram_seconds},
          {"round_roofline_ratio", built * (bins.features + 8) / bandwidth / round},
          {"scored_rows_per_second", static_cast<double>(rows) / adding},
          {"stages", totals},
          {"steps_are_levels", steps_are_levels},
          {"steps", lines}};
}

void print(const ordered_json& result) {
  std::printf("%-18s %5s %10s %10s %8s %9s %12s\n", "stage", "step", "ms", "GB", "GB/s", "roofline", "updates/s");
  const auto print_line = [](const ordered_json& l) {
    std::printf("%-18s %5s %10.4f %10.4f %8.0f %9.3f %12.3g\n", l["stage"].get<std::string>().c_str(),
                l.contains("step") ? std::to_string(l["step"].get<int>()).c_str() : "", l["ms"].get<double>(),
                l.value("bytes", 0.0) * 1e-9, l.value("gb_s", 0.0), l.value("roofline", 0.0),
                l.value("updates_per_second", 0.0));
  };
  for (const ordered_json& l : result["stages"]) print_line(l);
  for (const ordered_json& l : result["steps"]) print_line(l);
  for (const auto& [name, value] : result.items())
    if (!value.is_structured()) std::printf("%s: %s\n", name.c_str(), value.dump().c_str());
}

}  // namespace

int main(int argc, char** argv) {
  const bench::Arguments arguments(argc, argv,
                                   "ROWS FEATURES BINS [--depth 8] [--trees 20] [--device cpu|cuda] [--threads N] "
                                   "[--copy-mb 1024] [--json FILE]");
  try {
    const ordered_json result = run(arguments);
    print(result);
    if (const std::string file = arguments.option("json", ""); !file.empty()) std::ofstream(file) << result.dump(1);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "linden_gpu_kernels: %s\n", error.what());
    return 1;
  }
}
