#include "linear/recipe/cook.hpp"

#include <algorithm>
#include <cmath>

#include "base/counted.hpp"
#include "base/fail.hpp"
#include "data/dataset/builder.hpp"
#include "linear/recipe/parse_formula.hpp"

namespace linden {
namespace {

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

constexpr std::int64_t chunk_rows = 4096;

// Entries of some rows, one row after the other.
struct Entries {
  std::vector<std::int64_t> ends;
  std::vector<std::int32_t> columns;
  std::vector<double> values;
};

SparseRows joined(std::vector<Entries> chunks, std::int64_t rows, const Recipe& recipe) {
  std::int64_t entries = 0;
  for (const Entries& chunk : chunks) entries += std::ssize(chunk.columns);
  SparseRows sparse{recipe.names, Tensor::empty({rows + 1}, DType::i64), Tensor::empty({entries}, DType::i32),
                    Tensor::empty({entries}, DType::f64)};
  auto* offset = sparse.offsets.data<std::int64_t>();
  auto* column = sparse.columns.data<std::int32_t>();
  auto* value = sparse.values.data<double>();
  std::int64_t before = 0;
  *offset++ = 0;
  for (Entries& chunk : chunks) {
    for (const std::int64_t end : chunk.ends) *offset++ = before + end;
    before += std::ssize(chunk.columns);
    column = std::ranges::copy(chunk.columns, column).out;
    value = std::ranges::copy(chunk.values, value).out;
    chunk = {};
  }
  return sparse;
}

}  // namespace

void refuse_missing(std::string_view where, std::span<const std::string> columns, const std::string& place,
                    MissingValues policy) {
  const std::string what =
      fmt::format("{}: missing values in {} {}{}", where, columns.size() == 1 ? "column" : "columns", listing(columns),
                  place.empty() ? "" : fmt::format(" (first at {})", place));
  if (policy == MissingValues::drop)
    fail<DataError>(
        "{}, and the model was fitted with .missing_values = drop: it knows nothing of such rows. Hint: leave them "
        "out, "
        "or a fit with .missing_values = mean_indicator.",
        what);
  if (policy == MissingValues::mean_indicator)
    fail<DataError>("{}, and no mean stands for an offset. Hint: fill them beforehand.", what);
  fail<DataError>(
      "{}. Hint: a fit with .missing_values = mean_indicator takes the mean of the column and says where values are "
      "missing, one with .missing_values = drop leaves such rows out; boosted models take them as they are.",
      what);
}

void refuse_value(std::string_view where, const RecipeScalar& scalar, const std::string& column, double value,
                  const std::string& row) {
  if (scalar.steps.empty())
    fail<DataError>("{}: column \"{}\" is {} at {}; it must be finite.", where, column, value, row);
  fail<DataError>(
      "{}: {} is no finite number at {}, where column \"{}\" is {}. Hint: mend or leave out the row, or "
      "take another function.",
      where, scalar.text, row, column, value);
}

std::vector<std::int64_t> whole_rows(const RawFeatures& rows, const Recipe& recipe) {
  std::vector<std::int64_t> kept;
  for (std::int64_t row = 0; row < rows.rows(); ++row) {
    bool is_whole = true;
    for (std::size_t f = 0; f < rows.features() && is_whole; ++f)
      is_whole = recipe.variables[f].is_filled || !rows.is_missing(f, row);
    if (is_whole) kept.push_back(row);
  }
  return kept;
}

std::vector<std::string> unknown_categories(std::string_view where, const Dataset& data, const ModelSchema& schema) {
  const RawFeatures rows(where, data, schema);
  std::vector<std::string> remarks;
  for (std::size_t f = 0; f < rows.features(); ++f) {
    if (!schema.has_categories(f)) continue;
    std::int64_t count = 0, first = 0;
    for (std::int64_t row = 0; row < rows.rows(); ++row)
      if (rows.value(f, row) == new_category && count++ == 0) first = row;
    if (count == 0) continue;
    const Column& column = data.columns()[at(rows.column(f))];
    const std::string& name = column.categories[at(column.values.at<std::int32_t>({first}))];
    remarks.push_back(fmt::format(
        "column \"{}\": {} a category that the training data did not have (first \"{}\" at {}); its columns are 0 "
        "there.",
        schema.feature_names[f], counted(count, "row has", "rows have"), name, data.where(first)));
  }
  return remarks;
}

Dataset with_label_of(const Dataset& data, const std::string& label, const std::string& formula) {
  if (label.empty() || data.is_sparse()) return data;
  const auto column = std::ranges::find(data.columns(), label, &Column::name);
  if (column != data.columns().end()) {
    if (data.has_label())
      fail<ArgumentError>("formula: its label is \"{}\", but that of the data is {}. Hint: name one of them.", label,
                          data.label_name().empty() ? "another" : fmt::format("\"{}\"", data.label_name()));
    const Column found = *column;
    const Dataset rest = data.without({label});
    if (!found.categorical) return rest.with_label(NumberList(found.values), NameList{label});
    std::vector<std::string> texts;
    for (std::int64_t row = 0; row < data.rows(); ++row) {
      const auto code = found.values.at<std::int32_t>({row});
      if (code < 0) fail<DataError>("formula: the label \"{}\" has no value at {}.", label, data.where(row));
      texts.push_back(found.categories[at(code)]);
    }
    return rest.with_label(NameList(texts), label);
  }
  if (data.has_label() && (data.label_name() == label || data.label_name().empty())) return data;
  std::vector<std::string> names = data.feature_names();
  if (!data.label_name().empty()) names.push_back(data.label_name());
  refuse_formula(formula, formula.find(label),
                 fmt::format("the data has no label or column \"{}\". {}Columns: {}", label, did_you_mean(label, names),
                             listing(names)));
}

Dataset cooked(std::string_view where, const Dataset& data, const ModelSchema& schema, const Recipe& recipe,
               Workers& workers) {
  if (data.is_sparse())
    fail<DataError>(
        "{}: the rows are sparse, and the model makes columns of features, as text and formulas ask for. Hint: dense "
        "rows.",
        where);
  const RawFeatures rows(where, data, schema);
  const std::int64_t chunks = (rows.rows() + chunk_rows - 1) / chunk_rows;
  std::vector<Entries> entries(recipe.sparse ? at(chunks) : 0);
  std::vector<Column> dense;
  std::vector<double*> to;
  for (std::size_t c = 0; !recipe.sparse && c < recipe.names.size(); ++c) {
    dense.push_back({recipe.names[c], Tensor::zeros({rows.rows()}, DType::f64)});
    to.push_back(dense.back().values.data<double>());
  }
  std::vector<double> offsets(recipe.offsets.empty() ? 0 : at(rows.rows()));
  const auto check = [&](std::int64_t row, std::span<const double> values) {
    std::vector<std::string> lacking;
    for (std::size_t f = 0; f < values.size(); ++f)
      if (!recipe.variables[f].is_filled && rows.is_missing(f, row)) lacking.push_back(schema.feature_names[f]);
    if (!lacking.empty()) refuse_missing(where, lacking, data.where(row), recipe.missing);
  };
  workers.each(chunks, [&](std::int64_t chunk, int) {
    RecipeRow maker(recipe);
    std::vector<double> values(rows.features());
    for (std::int64_t row = chunk * chunk_rows; row < std::min((chunk + 1) * chunk_rows, rows.rows()); ++row) {
      rows.read(row, values);
      check(row, values);
      const RecipeScalar* bad = nullptr;
      if (recipe.sparse) {
        Entries& mine = entries[at(chunk)];
        bad = maker.each(values, [&](std::int32_t column, double value) {
          mine.columns.push_back(column);
          mine.values.push_back(value);
        });
        mine.ends.push_back(std::ssize(mine.columns));
      } else {
        bad = maker.each(values, [&](std::int32_t column, double value) { to[at(column)][row] = value; });
      }
      if (!offsets.empty() && bad == nullptr) offsets[at(row)] = maker.offset(values, bad);
      if (bad != nullptr)
        refuse_value(where, *bad, schema.feature_names[at(bad->variable)], values[at(bad->variable)], data.where(row));
    }
  });
  DatasetBuilder::State state = DatasetBuilder::state(data);
  state.is_sparse = recipe.sparse;
  state.columns = std::move(dense);
  state.sparse = recipe.sparse ? joined(std::move(entries), rows.rows(), recipe) : SparseRows{};
  state.slips.clear();
  state.stored = nullptr;
  if (!recipe.offsets.empty() && rows.rows() > 0) {
    Tensor sum = state.offset.elements() > 0 ? state.offset.clone() : Tensor::zeros({rows.rows()}, DType::f64);
    const std::int64_t width = sum.elements() / rows.rows();
    auto* const value = sum.data<double>();
    for (std::int64_t i = 0; i < sum.elements(); ++i) value[i] += offsets[at(i / width)];
    if (state.offset_names.empty()) state.offset_names.resize(at(width));
    state.offset = std::move(sum);
  }
  return DatasetBuilder::make(std::move(state));
}

}  // namespace linden
