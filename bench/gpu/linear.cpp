// linden_gpu_linear: fits logistic regression to generated rows on a GPU (or the CPU): seconds with and without the
// upload, the certificate, and what a pass over the rows and a Hessian take.
//
// The penalty is l2 / 2 |w|^2 on the weights of the columns as they are, and the intercept is free, so that PyTorch
// (torch_gpu.py) has the same objective on the same rows, which --rows-file FILE writes: float32, the columns one after
// another, then the labels. A pass reads every value once and, of each row, the label; it writes score and curvature.
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <linden/linden.hpp>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <vector>

#include "arguments.hpp"
#include "backend/backend.hpp"
#include "linear/objective/objective.hpp"
#include "rows.hpp"
#include "stopwatch.hpp"

namespace {

using namespace linden;
using nlohmann::ordered_json;

// All columns have the stride 1: they are one block.
void write_rows(const Dataset& data, const std::string& path) {
  std::ofstream file(path, std::ios::binary);
  const auto write = [&](const float* values) {
    file.write(reinterpret_cast<const char*>(values), static_cast<std::streamsize>(data.rows() * std::int64_t{4}));
  };
  for (const Column& column : data.columns()) write(column.values.span<const float>().data());
  const std::span<const double> label = data.label().span<const double>();
  write(std::vector<float>(label.begin(), label.end()).data());
  if (!file.flush()) throw FileError("linden_gpu_linear: cannot write " + path + ".");
}

// The parts of a fit, one by one, in the way in which fit_linear has them.
ordered_json time_parts(const Dataset& data, const LinearConfig& config, Device device, int threads, int turns) {
  const Backend& backend = backend_of(device);
  Workers workers(threads);
  DeviceContext context(device, workers);
  const DeviceArray<double> one(backend.memory, context, 1, "a probe");
  const auto seconds_of = [&](const auto& work) {
    const auto start = bench::Clock::now();
    work();
    double number = 0;
    one.download(&number);  // waits for the device
    return bench::seconds_since(start);
  };
  one.download(std::vector<double>(1).data());

  const std::span<const double> unweighted;
  std::optional<Design> design;
  const double standardising =
      seconds_of([&] { design.emplace("linden_gpu_linear", data, unweighted, true, workers); });
  std::optional<LinearRows> rows;
  std::optional<Objective> objective;
  Penalty penalty;
  for (const double factor : design->factor()) {
    penalty.l1.push_back(0);
    penalty.l2.push_back(config.l2 * factor * factor);
  }
  penalty.l1.push_back(0);
  penalty.l2.push_back(0);
  const double uploading = seconds_of([&] {
    rows.emplace(backend, context, config.loss, data.label().span<const double>(), unweighted);
    objective.emplace(*rows, *design, penalty);
  });

  std::vector<double> at(static_cast<std::size_t>(objective->size())), passes, factors;
  for (int turn = -1; turn < turns; ++turn) {  // the first is not counted
    at.back() = 0.01 * (turn + 2);
    const double pass = seconds_of([&] { objective->evaluate(at); });
    if (turn >= 0) passes.push_back(pass);
  }
  const Point point = objective->evaluate(at);
  Hessian room = objective->hessian_room();
  for (int turn = -1; turn < std::min(turns, 3); ++turn) {
    const double factor = seconds_of([&] { point.factor(room); });
    if (turn >= 0) factors.push_back(factor);
  }
  const auto height = static_cast<double>(data.rows()), width = static_cast<double>(objective->width());
  const double bytes = height * (4.0 * data.features() + 24), pass = bench::median(passes);
  const double factor = bench::median(factors);
  return {{"seconds_standardising", standardising},
          {"seconds_uploading", uploading},
          {"pass_bytes", bytes},
          {"pass_ms", pass * 1e3},
          {"pass_gb_s", bytes / pass * 1e-9},
          {"hessian_ms", factor * 1e3},
          {"hessian_gflop_s", (height * width * (width + 1) + width * width * width / 3) / factor * 1e-9}};
}

ordered_json run(const bench::Arguments& arguments) {
  const std::int64_t rows = arguments.number(0);
  const int features = static_cast<int>(arguments.number(1));
  const int threads = static_cast<int>(arguments.option("threads", 0));
  const int turns = static_cast<int>(arguments.option("turns", 5));
  const Device device = arguments.option("device", "cuda") == "cpu" ? Device::cpu() : Device::cuda(0);
  LinearConfig config{.loss = loss::logistic(), .l2 = 1e-6, .standardize = false};

  const auto start = bench::Clock::now();
  Workers workers(threads);
  const Dataset data = bench::generated_rows(1, rows, features, workers);
  const double seconds_generating = bench::seconds_since(start);
  if (const std::string file = arguments.option("rows-file", ""); !file.empty()) write_rows(data, file);

  // Warms up the device: the first use opens it and loads its kernels.
  const Dataset small = bench::generated_rows(2, 10'000, features, workers);
  ordered_json fits = ordered_json::array();
  const ordered_json parts = time_parts(data, config, device, threads, turns);
  for (const char* const solver : {"newton_cholesky", "lbfgs"}) {
    if (const std::string only = arguments.option("solver", solver); only != solver) continue;
    set_field(config, "solver", solver);
    fit_linear(small, config, {.device = device, .threads = threads});
    std::vector<double> seconds;
    ordered_json certificate;
    for (int turn = 0; turn < std::min(turns, 3); ++turn) {
      const auto fit_start = bench::Clock::now();
      const LinearModel model = fit_linear(data, config, {.device = device, .threads = threads});
      seconds.push_back(bench::seconds_since(fit_start));
      certificate = ordered_json::parse(to_json(model.certificate()));
    }
    const double fitting = bench::median(seconds);
    fits.push_back({{"solver", solver},
                    {"seconds_fitting", fitting},
                    {"seconds_without_upload", fitting - parts["seconds_uploading"].get<double>()},
                    {"iterations", certificate["iterations"]},
                    {"objective", certificate["objective"]},
                    {"certificate", certificate}});
  }
  return {{"program", "linear"},
          {"library", "linden"},
          {"command", arguments.command()},
          {"device", device.name()},
          {"rows", rows},
          {"features", features},
          {"l2", config.l2},
          {"seconds_generating", seconds_generating},
          {"parts", parts},
          {"fits", fits}};
}

}  // namespace

int main(int argc, char** argv) {
  const bench::Arguments arguments(argc, argv,
                                   "ROWS FEATURES [--solver newton_cholesky|lbfgs] [--device cpu|cuda] [--threads N] "
                                   "[--turns 5] [--rows-file FILE] [--json FILE]");
  try {
    const ordered_json result = run(arguments);
    std::printf("%s\n", result.dump(1).c_str());
    if (const std::string file = arguments.option("json", ""); !file.empty()) std::ofstream(file) << result.dump(1);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "linden_gpu_linear: %s\n", error.what());
    return 1;
  }
}
