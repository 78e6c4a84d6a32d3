// Boosted models and their configuration as text.
#include <algorithm>
#include <ostream>

#include "base/counted.hpp"
#include "base/fail.hpp"
#include "base/out_of_memory.hpp"
#include "boosting/model/model.hpp"
#include "model/stated_fields.hpp"
#include "model/file/text_lines.hpp"

namespace linden {
namespace {

// The features that gained most, with their shares: "age 61 %, job 20 %".
std::string gains(const std::vector<Importance>& importances) {
  constexpr std::size_t most = 5;
  double sum = 0;
  for (const Importance& importance : importances) sum += importance.gain;
  std::string text;
  for (std::size_t i = 0; i < std::min(most, importances.size()); ++i)
    text += fmt::format("{}{} {:.0f} %", i == 0 ? "" : ", ", importances[i].name, 100 * importances[i].gain / sum);
  return text + (importances.size() > most ? ", ..." : "");
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const BoostingConfig& config) try {
  return out << fields_line(stated_fields(config));
} catch (const std::bad_alloc&) {
  fail_out_of_memory("operator<<");
}

std::ostream& operator<<(std::ostream& out, const BoostedModel& model) try {
  if (model.empty()) return out << text_line("model", "boosted: empty");
  std::int64_t leaves = 0, slopes = 0;
  int depth = 0, values = 1;
  for (const Tree& tree : model.trees()) {
    leaves += tree.leaves();
    slopes += std::ssize(tree.leaf_terms);
    depth = std::max(depth, tree.depth());
    if (tree.output == Tree::all_outputs) values = model.outputs();
  }
  out << text_line("model", fmt::format("boosted: {}, {}, {}{}{}, depth up to {}", counted(model.rounds(), "round"),
                                        counted(model.trees().size(), "tree"), counted(leaves, "leaf", "leaves"),
                                        values > 1 ? fmt::format(" of {} values", values) : "",
                                        slopes > 0 ? fmt::format(" with {}", counted(slopes, "slope")) : "", depth))
      << purpose_lines(model.loss(), fmt::format("{}", fmt::join(model.schema().label_names, ", ")), model.classes(),
                       model.feature_names());
  const std::vector<Importance> importances = model.importances();
  if (!importances.empty()) out << text_line("gain", gains(importances));
  return out;
} catch (const std::bad_alloc&) {
  fail_out_of_memory("operator<<");
}

}  // namespace linden
