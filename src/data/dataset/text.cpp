// A dataset in one line, as the program prints it.
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <ostream>

#include "base/counted.hpp"
#include "base/fail.hpp"
#include "base/out_of_memory.hpp"
#include "data/dataset/builder.hpp"

namespace linden {
namespace {

// "b (101 values; line 79: "1.281.501.0")".
std::string text_column(const Column& column, const DatasetBuilder::State& state) {
  const auto slip = state.slips.find(column.name);
  return fmt::format("{} ({}{})", column.name, counted(column.categories.size(), "value"),
                     slip == state.slips.end() ? "" : "; " + slip->second);
}

// "label y: numbers from 0 to 7", "2 labels (a, b): numbers from 0 to 7".
std::string label_text(const Dataset& data) {
  std::string name = data.label_name().empty() ? "label" : "label " + data.label_name();
  if (data.label().rank() == 2)
    name = fmt::format("{} labels{}", data.label().size(1),
                       data.label_names().empty() ? "" : fmt::format(" ({})", listing(data.label_names(), 6)));
  if (!data.classes().empty())
    return fmt::format("{}: {} ({})", name, counted(data.classes().size(), "class", "classes"),
                       listing(data.classes(), 6));
  const auto values = data.label().span<const double>();
  if (data.has_event()) {
    std::vector<double> times;
    for (const double time : values) times.push_back(std::abs(time));
    const auto [first, last] = std::ranges::minmax(times);
    const auto events = std::ranges::count_if(values, [](double time) { return time > 0; });
    return fmt::format("{}: times from {:.6g} to {:.6g}, {}", name, first, last, counted(events, "event"));
  }
  const auto [least, most] = std::ranges::minmax(values);
  return fmt::format("{}: numbers from {:.6g} to {:.6g}", name, least, most);
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const Dataset& data) try {
  out << counted(data.rows(), "row") << ", " << counted(data.features(), "feature");
  std::vector<std::string> texts;
  for (const Column& column : data.columns())
    if (column.categorical) texts.push_back(text_column(column, DatasetBuilder::state(data)));
  if (!texts.empty()) out << fmt::format(", {} of text: {}", texts.size(), listing(texts, 6));
  if (data.is_sparse()) out << fmt::format(", sparse: {}", counted(data.sparse().values.elements(), "value"));
  if (data.has_label()) out << "; " << label_text(data);
  if (data.weight().elements() > 0) out << "; weighted";
  if (data.has_groups()) out << "; " << counted(data.groups().elements() - 1, "group");
  if (data.has_offset())
    out << (data.offset().rank() == 2 ? fmt::format("; {} offsets", data.offset().size(1)) : "; offset");
  return out;
} catch (const std::bad_alloc&) {
  fail_out_of_memory("operator<<");
}

}  // namespace linden
