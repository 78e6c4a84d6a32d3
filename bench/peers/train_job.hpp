// The model of a job, {"train": FILE, "threads": N, "config": {field: value, ...}}, with a file as of matrix_file.hpp.
#pragma once

#include <linden/linden.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "matrix_file.hpp"

namespace linden::bench {

inline BoostedModel trained(const nlohmann::ordered_json& job) {
  const Matrix train = read_matrix(job.at("train").get<std::string>());
  BoostingConfig config;
  for (const auto& [name, value] : job.at("config").items())
    set_field(config, name, value.is_string() ? value.get<std::string>() : value.dump());
  const auto data = Dataset::from_rows(train.values, train.features, {.label = train.labels, .refer = true});
  return fit_boosted(data, config, {.threads = job.at("threads")});
}

}  // namespace linden::bench
