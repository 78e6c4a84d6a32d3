// Models of either family, for commands that take both: std::visit([](const auto& model) { ... }, model).
#pragma once

#include <linden/metric.hpp>
#include <linden/model.hpp>
#include <string>
#include <vector>

namespace linden::cli {

/// The columns of a file that has something of each output of a model: "score"; or, of several outputs, that with the
/// label, the class, the level, what a distribution has ("prediction" alone), or a number. As CSV has them.
std::vector<std::string> output_columns(const AnyModel& model, const std::string& stem);

}  // namespace linden::cli
