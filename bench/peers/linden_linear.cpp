// linden_linear JOB: fits a linear model several times, and prints seconds and certificate as one line of JSON.
//
// JOB is {"rows": FOLDER, "form": "csr" | "dense" | "columns", "config": {field: value, ...}, "threads": N,
// "warm_up": 1, "repeat": 3, "coefficients": FILE}, with a folder as of linear_rows.hpp; the file gets the weights and
// then the intercept, as float64. For "-" jobs come on standard input, one a line; "about" asks for the version, null
// ends. Python's libraries answer to the same jobs (linear_libraries.py). Only fit_linear is timed.
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

linden::LinearConfig config_of(const ordered_json& fields) {
  linden::LinearConfig config;
  for (const auto& [name, value] : fields.items())
    linden::set_field(config, name, value.is_string() ? value.get<std::string>() : value.dump());
  return config;
}

// The latest dataset, so that a job after another reads nothing.
class Rows {
 public:
  const linden::Dataset& of(const std::string& folder, const std::string& form) {
    if (folder + '\n' + form != key_) {
      data_ = linden::Dataset();
      data_ = linden::bench::linear_dataset(linden::bench::read_linear_rows(folder), form);
      key_ = folder + '\n' + form;
    }
    return data_;
  }

 private:
  std::string key_;
  linden::Dataset data_;
};

void write_parameters(const linden::LinearModel& model, const std::string& path) {
  std::ofstream file(path, std::ios::binary);
  for (const auto* numbers : {&model.weights(), &model.intercept()})
    file.write(reinterpret_cast<const char*>(numbers->data()),
               static_cast<std::streamsize>(numbers->size() * sizeof(double)));
  if (!file.flush()) throw linden::FileError("linden_linear: cannot write " + path + ".");
}

ordered_json run(const ordered_json& job, Rows& rows) {
  const linden::Dataset& data = rows.of(job.at("rows"), job.value("form", "dense"));
  const linden::LinearConfig config = config_of(job.at("config"));
  const int warm_up = job.value("warm_up", 1), repeat = job.value("repeat", 3);
  ordered_json seconds = ordered_json::array();
  for (int i = 0;; ++i) {
    const auto start = std::chrono::steady_clock::now();
    const linden::LinearModel model = linden::fit_linear(data, config, {.threads = job.value("threads", 0)});
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - start;
    if (i >= warm_up) seconds.push_back(taken.count());
    if (i + 1 < warm_up + repeat) continue;
    if (job.contains("coefficients")) write_parameters(model, job.at("coefficients"));
    return {{"seconds", seconds},
            {"iterations", model.certificate().iterations},
            {"certificate", ordered_json::parse(linden::to_json(model.certificate()))}};
  }
}

ordered_json answer(const ordered_json& job, Rows& rows) {
  if (job == "about") return {{"version", linden::version()}, {"too_many", ordered_json::array()}};
  return run(job, rows);
}

// Answers line by line; a job that fails is answered, too.
void serve(Rows& rows) {
  for (std::string line; std::getline(std::cin, line);) {
    const auto job = ordered_json::parse(line);
    if (job.is_null()) return;
    try {
      std::cout << answer(job, rows) << std::endl;
    } catch (const std::exception& error) {
      std::cout << ordered_json{{"error", error.what()}} << std::endl;
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "linden_linear JOB (a JSON object, or - for one a line on standard input)\n";
    return 2;
  }
  try {
    Rows rows;
    if (std::string_view(argv[1]) == "-")
      serve(rows);
    else
      std::cout << answer(ordered_json::parse(argv[1]), rows) << '\n';
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "linden_linear: " << error.what() << '\n';
    return 1;
  }
}
