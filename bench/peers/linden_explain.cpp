// linden_explain JOB: trains once, then explains test rows, one line of JSON for each line that it reads.
//
// JOB is {"train": FILE, "test": FILE, "threads": N, "config": {field: value, ...}}, with files as of matrix_file.hpp.
// A line asks for {"rows": N, "interactions": BOOL, "background": N, "times": N}: the values of the first N rows, so
// many times, against the first rows of the training data where it asks for a background. The answer has the CPU
// seconds and the seconds of the clock of each time, the most memory that the process has had, and how far values and
// constant are from the scores at most. Python's peers answer to the same (explain.py).
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cmath>
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

class Explanations {
 public:
  explicit Explanations(const ordered_json& job)
      : test_(linden::bench::read_matrix(job.at("test").get<std::string>())),
        train_(linden::bench::read_matrix(job.at("train").get<std::string>())),
        threads_(job.at("threads")),
        model_(linden::bench::trained(job)) {}

  ordered_json timed(const ordered_json& asked) const {
    const auto rows = std::min(asked.at("rows").get<std::int64_t>(), test_.rows);
    const auto values = std::span(test_.values).first(static_cast<std::size_t>(rows * test_.features));
    const auto data = linden::Dataset::from_rows(values, test_.features, {.refer = true});
    linden::ExplainOptions options{.interactions = asked.at("interactions"), .threads = threads_};
    if (const std::int64_t others = asked.at("background"); others > 0)
      options.background = linden::Dataset::from_rows(
          std::span(train_.values).first(static_cast<std::size_t>(others * train_.features)), train_.features);
    std::vector<double> seconds, clock;
    linden::Explanation found;
    for (int time = 0; time < asked.at("times").get<int>(); ++time) {
      const double start = cpu_seconds();
      const auto begin = std::chrono::steady_clock::now();
      found = linden::explain(model_, data, options);
      clock.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
      seconds.push_back(cpu_seconds() - start);
    }
    const linden::Tensor scores = model_.predict(data, {.output = linden::Output::score});
    double worst = 0;
    for (std::int64_t row = 0; row < rows; ++row) {
      double sum = found.constant[0] - scores.data<double>()[row];
      for (std::int64_t f = 0; f < test_.features; ++f) sum += found.values.data<double>()[row * test_.features + f];
      worst = std::max(worst, std::abs(sum));
    }
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return {{"cpu_seconds", seconds},
            {"seconds", clock},
            {"peak_mib", static_cast<double>(usage.ru_maxrss) / 1024},
            {"from_the_score", worst}};
  }

 private:
  linden::bench::Matrix test_, train_;
  int threads_;
  linden::BoostedModel model_;
};

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 2) throw std::runtime_error("one argument, the job");
  const Explanations explanations(ordered_json::parse(argv[1]));
  std::cout << ordered_json{{"version", linden::version()}} << std::endl;
  for (std::string line; std::getline(std::cin, line);)
    std::cout << explanations.timed(ordered_json::parse(line)) << std::endl;
} catch (const std::exception& error) {
  std::cerr << "linden_explain: " << error.what() << "\n";
  return 1;
}
