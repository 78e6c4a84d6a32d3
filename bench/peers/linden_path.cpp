// linden_path JOB: fits a path several times, and prints seconds and the points as one line of JSON.
//
// JOB is {"rows": FOLDER, "form": "columns", "config": {field: value, ...}, "strengths": [...], "threads": N,
// "warm_up": 1, "repeat": 3, "weights": FILE}; the file gets the weights and then the intercept of each point, as
// float64. Only fit_path is timed. "-" takes jobs from standard input, one a line, as linden_linear does.
#include <chrono>
#include <exception>
#include <fstream>
#include <iostream>
#include <linden/linden.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "linear_rows.hpp"

namespace {

using nlohmann::ordered_json;

class PathJobs {
 public:
  ordered_json answer(const ordered_json& job) {
    const std::string key = job.at("rows").get<std::string>() + '\n' + job.value("form", "columns");
    if (key != key_) {
      data_ = linden::Dataset();
      data_ = linden::bench::linear_dataset(linden::bench::read_linear_rows(job.at("rows").get<std::string>()),
                                            job.value("form", "columns"));
      key_ = key;
    }
    linden::LinearConfig config;
    for (const auto& [name, value] : job.at("config").items())
      linden::set_field(config, name, value.is_string() ? value.get<std::string>() : value.dump());
    const linden::LinearPathOptions options{.strengths = job.at("strengths").get<std::vector<double>>(),
                                            .threads = job.value("threads", 0)};
    const int warm_up = job.value("warm_up", 1), repeat = job.value("repeat", 3);
    ordered_json seconds = ordered_json::array();
    linden::LinearPath path;
    for (int i = 0; i < warm_up + repeat; ++i) {
      const auto start = std::chrono::steady_clock::now();
      path = linden::fit_path(data_, config, options);
      const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
      if (i >= warm_up) seconds.push_back(taken.count());
    }
    if (job.contains("weights")) write(path, job.at("weights"));
    int iterations = 0;
    double gap = 0;
    for (const linden::LinearPathPoint& point : path.points()) {
      iterations += point.certificate.iterations;
      gap = std::max(gap, point.certificate.relative_gap);
    }
    return {{"seconds", seconds}, {"iterations", iterations}, {"gap", gap}};
  }

 private:
  static void write(const linden::LinearPath& path, const std::string& name) {
    std::ofstream file(name, std::ios::binary);
    for (std::size_t i = 0; i < path.size(); ++i) {
      const linden::LinearModel model = path.model(i);
      for (const auto* numbers : {&model.weights(), &model.intercept()})
        file.write(reinterpret_cast<const char*>(numbers->data()),
                   static_cast<std::streamsize>(numbers->size() * sizeof(double)));
    }
    if (!file.flush()) throw linden::FileError("linden_path: cannot write " + name + ".");
  }

  std::string key_;
  linden::Dataset data_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "linden_path JOB (a JSON object, or - for one a line on standard input)\n";
    return 2;
  }
  try {
    PathJobs jobs;
    if (std::string_view(argv[1]) != "-") {
      std::cout << jobs.answer(ordered_json::parse(argv[1])) << '\n';
      return 0;
    }
    for (std::string line; std::getline(std::cin, line);)
      std::cout << jobs.answer(ordered_json::parse(line)) << std::endl;
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "linden_path: " << error.what() << '\n';
    return 1;
  }
}
