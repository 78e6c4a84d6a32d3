// linden_boosted JOB: trains and predicts once, and prints seconds and metrics as one line of JSON.
//
// JOB (or standard input, for "-") is {"train": FILE, "test": FILE, "threads": N, "config": {field: value, ...}}, with
// files as of matrix_file.hpp. Loading is not timed. Python's peers answer to the same job (libraries.py).
#include <sys/resource.h>

#include <chrono>
#include <exception>
#include <iostream>
#include <linden/linden.hpp>
#include <nlohmann/json.hpp>

#include "matrix_file.hpp"

namespace {

using nlohmann::ordered_json;

double wall_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

linden::BoostingConfig config_of(const ordered_json& fields) {
  linden::BoostingConfig config;
  for (const auto& [name, value] : fields.items())
    linden::set_field(config, name, value.is_string() ? value.get<std::string>() : value.dump());
  return config;
}

ordered_json run(const ordered_json& job) {
  const linden::bench::Matrix train = linden::bench::read_matrix(job.at("train").get<std::string>());
  const linden::bench::Matrix test = linden::bench::read_matrix(job.at("test").get<std::string>());
  const linden::BoostingConfig config = config_of(job.at("config"));
  const int threads = job.at("threads");

  const double start = wall_seconds(), cpu_start = cpu_seconds();
  const auto data = linden::Dataset::from_rows(train.values, train.features, {.label = train.labels, .refer = true});
  const double made = wall_seconds();
  const linden::BoostedModel model = linden::fit_boosted(data, config, {.threads = threads});
  const double fitted = wall_seconds(), cpu_fitted = cpu_seconds();
  const auto test_data = linden::Dataset::from_rows(test.values, test.features, {.refer = true});
  const linden::Tensor prediction = model.predict(test_data, {.threads = threads});
  const double predicted = wall_seconds(), cpu_predicted = cpu_seconds();

  // What fit_boosted does beside binning and rounds (checks, the first score, the flat forest) counts as training.
  const double bin = made - start + model.seconds_binning();
  const auto labels = linden::Tensor::view_of(std::span(test.labels), {test.rows});
  const std::string loss = config.loss.name();
  const linden::Metric metric = loss == "logistic"  ? linden::metric::auc()
                                : loss == "softmax" ? linden::metric::logloss()
                                                    : linden::metric::rmse();
  return {{"version", linden::version()},
          {"seconds", {{"bin", bin}, {"train", fitted - start - bin}, {"predict", predicted - fitted}}},
          {"cpu_seconds", {{"fit", cpu_fitted - cpu_start}, {"predict", cpu_predicted - cpu_fitted}}},
          {"metric", metric.evaluate(prediction, labels)}};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "linden_boosted JOB (a JSON object, or - for standard input)\n";
    return 2;
  }
  try {
    const bool from_stdin = std::string_view(argv[1]) == "-";
    std::cout << run(from_stdin ? ordered_json::parse(std::cin) : ordered_json::parse(argv[1])) << '\n';
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "linden_boosted: " << error.what() << '\n';
    return 1;
  }
}
