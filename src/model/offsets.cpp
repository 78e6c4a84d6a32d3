#include "model/offsets.hpp"

#include <algorithm>
#include <cmath>

#include "base/counted.hpp"
#include "base/fail.hpp"
#include "data/dataset/builder.hpp"
#include "loss/check_labels.hpp"

namespace linden {
namespace {

// " (column "exposure")", " (columns "a", "b")".
std::string in_columns(const std::vector<std::string>& names) {
  if (names.empty() || names.front().empty()) return "";
  return fmt::format(" (column{} \"{}\")", names.size() == 1 ? "" : "s", fmt::join(names, "\", \""));
}

const std::vector<std::string>& names_in(const Dataset& data) { return DatasetBuilder::state(data).offset_names; }

std::int64_t width_of(const Tensor& offset) { return offset.rank() == 2 ? offset.size(1) : 1; }

// [rows, outputs] as [outputs, rows].
std::vector<double> by_output(std::string_view where, const Dataset& data, std::int64_t outputs) {
  const Tensor& offset = data.offset();
  if (width_of(offset) != outputs)
    fail<DataError>("{}: the data has {} a row{}, but there {}. Hint: one for each score.", where,
                    counted(width_of(offset), "offset"), in_columns(names_in(data)),
                    outputs == 1 ? "is one score" : fmt::format("are {} scores", outputs));
  return (outputs == 1 ? offset : offset.transpose(0, 1)).to_vector<double>();
}

}  // namespace

std::vector<double> training_offsets(std::string_view where, const Dataset& train, int outputs) {
  if (!train.has_offset()) return {};
  const auto values = train.offset().span<const double>();
  const auto large = std::ranges::find_if(values, [](double value) { return std::abs(value) > largest_label; });
  if (large != values.end())
    fail<DataError>("{}: the offset{} is {} at {}; {} at most is taken. Hint: it is added to scores, before the link.",
                    where, in_columns(names_in(train)), *large,
                    train.where((large - values.begin()) / width_of(train.offset())), largest_label);
  return by_output(where, train, outputs);
}

std::vector<double> known_offsets(std::string_view where, const Dataset& data, const ModelSchema& model) {
  if (data.rows() == 0) return {};
  if (model.offset.empty() && data.has_offset())
    fail<DataError>(
        "{}: the data has an offset{}, but the model was fitted without one. Hint: leave it out, or train with it.",
        where, in_columns(names_in(data)));
  if (model.offset.empty()) return {};
  if (!data.has_offset())
    fail<DataError>(
        "{}: the data has no offset, but the model was fitted with one{}, which is a part of each score. Hint: "
        ".offset = COLUMN, which may be 0 in all rows.",
        where, in_columns(model.offset));
  return by_output(where, data, std::ssize(model.offset));
}

void check_row_offset(std::string_view where, std::size_t offsets, const ModelSchema& model) {
  const std::size_t scores = model.offset.size();
  if (offsets == scores) return;
  const std::string one = scores == 1 ? "with one" : fmt::format("with one for each of {} scores", scores);
  fail<ArgumentError>("{}: {} for a model that was fitted {}{}.", where, counted(offsets, "offset"),
                      scores == 0 ? "without an offset" : one, in_columns(model.offset));
}

std::vector<std::string> names_of_offsets(const Dataset& train) {
  if (!train.has_offset()) return {};
  std::vector<std::string> names = names_in(train);
  names.resize(static_cast<std::size_t>(width_of(train.offset())));
  return names;
}

}  // namespace linden
