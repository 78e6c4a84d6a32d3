// linden inspect of a linear model: configuration, certificate, and coefficients in the order of the columns.
#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include "base/counted.hpp"
#include "cli/commands/inspect.hpp"

namespace linden::cli {
namespace {

// A name, and one number an output.
void print_row(const LinearModel& model, const std::string& name, const auto& coefficient) {
  fmt::print("{:<32}", name);
  for (int k = 0; k < model.outputs(); ++k) fmt::print(" {:>14.6g}", coefficient(k));
  fmt::print("\n");
}

void print_head(const LinearModel& model) {
  fmt::print("\n{:<32}", "feature");
  if (model.outputs() == 1) fmt::print(" {:>14}", "weight");
  for (int k = 0; model.outputs() > 1 && k < model.outputs(); ++k)
    fmt::print(" {:>14}",
               model.classes().empty() ? fmt::format("output {}", k) : model.classes()[static_cast<std::size_t>(k)]);
  fmt::print("\n");
}

void print_coefficients(const LinearModel& model, bool all) {
  const auto features = static_cast<int>(model.weight_names().size());
  std::vector<int> listed;
  for (int f = 0; f < features; ++f) {
    bool is_zero = true;
    for (int k = 0; k < model.outputs(); ++k) is_zero &= model.weight(f, k) == 0;
    if (all || !is_zero) listed.push_back(f);
  }
  const int zeros = features - static_cast<int>(listed.size());
  const std::size_t shown = all ? listed.size() : std::min(listed.size(), most_features);
  print_head(model);
  print_row(model, "(intercept)", [&](int k) { return model.intercept()[static_cast<std::size_t>(k)]; });
  for (const int f : std::span(listed).first(shown))
    print_row(model, model.weight_names()[static_cast<std::size_t>(f)], [&](int k) { return model.weight(f, k); });
  if (shown < listed.size()) fmt::print("... and {} more (--all prints them)\n", listed.size() - shown);
  if (zeros > 0) fmt::print("{} of weight 0 left out (--all prints them)\n", zeros);
}

}  // namespace

void print_linear(const LinearModel& model, bool all) {
  const std::size_t features = model.feature_names().size(), columns = model.weight_names().size();
  fmt::print("model       linear: {}{}, {}\n", counted(features, "feature"),
             model.weight_names() == model.feature_names() ? "" : fmt::format(" in {}", counted(columns, "column")),
             counted(model.outputs(), "output"));
  print_names(model);
  print_fields(model.config());
  print_signature(model);
  std::ostringstream lines;
  lines << model.certificate();
  fmt::print("{}", lines.str());
  print_coefficients(model, all);
}

}  // namespace linden::cli
