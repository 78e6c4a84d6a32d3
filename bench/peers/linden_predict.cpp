// linden_predict JOB: trains once, then times predictions of test rows, one line of JSON for each line that it reads.
//
// JOB is {"train": FILE, "test": FILE, "threads": N, "config": {field: value, ...}}, with files as of matrix_file.hpp.
// A line asks for {"rows": N, "one_by_one": BOOL, "times": N}: the first N rows as one batch, or by predict_row on one
// thread, so many times. The answer has the seconds of each time, and the
// sum of the predictions. Python's peers answer to the same (predict.py).
#include <algorithm>
#include <chrono>
#include <exception>
#include <iostream>
#include <linden/linden.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cpu_seconds.hpp"
#include "matrix_file.hpp"
#include "peers/train_job.hpp"

namespace {

using linden::bench::cpu_seconds;
using nlohmann::ordered_json;

double wall_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

class Predictions {
 public:
  explicit Predictions(const ordered_json& job)
      : test_(linden::bench::read_matrix(job.at("test").get<std::string>())),
        threads_(job.at("threads")),
        model_(linden::bench::trained(job)) {}

  ordered_json timed(const ordered_json& asked) {
    const std::int64_t rows = std::min(asked.at("rows").get<std::int64_t>(), test_.rows);
    const bool one_by_one = asked.at("one_by_one").get<bool>();
    const auto width = static_cast<std::size_t>(test_.features);
    const std::span<const float> values = std::span(test_.values).first(static_cast<std::size_t>(rows) * width);
    const std::vector<double> doubles(values.begin(), values.end());
    std::vector<double> seconds, cpu;
    double sum = 0;
    for (int time = 0; time < asked.at("times").get<int>(); ++time) {
      const double start = wall_seconds(), cpu_start = cpu_seconds();
      sum = 0;
      if (!one_by_one) {
        const auto data = linden::Dataset::from_rows(values, test_.features, {.refer = true});
        const linden::Tensor prediction = model_.predict(data, {.threads = threads_});
        for (const double p : prediction.span<const double>()) sum += p;
      }
      for (std::int64_t row = 0; one_by_one && row < rows; ++row) {
        double out = 0;
        model_.predict_row(std::span(doubles).subspan(static_cast<std::size_t>(row) * width, width), {&out, 1});
        sum += out;
      }
      seconds.push_back(wall_seconds() - start);
      cpu.push_back(cpu_seconds() - cpu_start);
    }
    return {{"seconds", seconds}, {"cpu_seconds", cpu}, {"sum", sum}};
  }

 private:
  linden::bench::Matrix test_;
  int threads_;
  linden::BoostedModel model_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "linden_predict JOB (a JSON object)\n";
    return 2;
  }
  try {
    Predictions predictions(ordered_json::parse(argv[1]));
    std::cout << ordered_json{{"version", linden::version()}} << std::endl;
    for (std::string line; std::getline(std::cin, line);)
      std::cout << predictions.timed(ordered_json::parse(line)) << std::endl;
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "linden_predict: " << error.what() << '\n';
    return 1;
  }
}
