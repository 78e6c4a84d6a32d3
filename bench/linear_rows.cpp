#include "linear_rows.hpp"

#include <fstream>
#include <linden/error.hpp>
#include <memory>
#include <nlohmann/json.hpp>
#include <span>
#include <utility>

namespace linden::bench {
namespace {

template <class T>
std::vector<T> numbers(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) throw FileError("read_linear_rows: cannot read " + path.string() + ".");
  const auto bytes = static_cast<std::size_t>(file.tellg());
  std::vector<T> read(bytes / sizeof(T));
  file.seekg(0);
  file.read(reinterpret_cast<char*>(read.data()), static_cast<std::streamsize>(read.size() * sizeof(T)));
  if (!file) throw FileError("read_linear_rows: cannot read " + path.string() + ".");
  return read;
}

// Calls visit(row, column, value) for every stored entry.
template <class F>
void each_entry(const LinearRows& rows, const F& visit) {
  std::size_t at = 0;
  for (std::int64_t i = 0; i < rows.rows; ++i) {
    if (rows.sparse) {
      for (; at < static_cast<std::size_t>(rows.offsets[static_cast<std::size_t>(i) + 1]); ++at)
        visit(static_cast<std::size_t>(i), static_cast<std::size_t>(rows.columns[at]), rows.values[at]);
    } else {
      for (int f = 0; f < rows.features; ++f)
        visit(static_cast<std::size_t>(i), static_cast<std::size_t>(f), rows.values[at++]);
    }
  }
}

// CSR of its own; zeros of dense rows are not stored.
std::shared_ptr<LinearRows> as_sparse(const LinearRows& rows) {
  auto sparse = std::make_shared<LinearRows>();
  sparse->offsets.assign(static_cast<std::size_t>(rows.rows) + 1, 0);
  each_entry(rows, [&](std::size_t row, std::size_t column, double value) {
    if (value == 0) return;
    ++sparse->offsets[row + 1];
    sparse->columns.push_back(static_cast<std::int32_t>(column));
    sparse->values.push_back(value);
  });
  for (std::size_t i = 1; i < sparse->offsets.size(); ++i) sparse->offsets[i] += sparse->offsets[i - 1];
  return sparse;
}

}  // namespace

LinearRows read_linear_rows(const std::filesystem::path& folder) {
  std::ifstream file(folder / "rows.json");
  const auto header = nlohmann::json::parse(file, nullptr, false);
  if (!header.is_object()) throw FileError("read_linear_rows: no header " + (folder / "rows.json").string() + ".");
  LinearRows rows;
  rows.rows = header.at("rows");
  rows.features = header.at("features");
  rows.sparse = header.at("sparse");
  if (rows.sparse) {
    rows.offsets = numbers<std::int64_t>(folder / "offsets.i64");
    rows.columns = numbers<std::int32_t>(folder / "columns.i32");
  }
  rows.values = numbers<double>(folder / "values.f64");
  rows.label = numbers<double>(folder / "label.f64");
  if (header.at("weighted")) rows.weight = numbers<double>(folder / "weight.f64");

  const auto count = static_cast<std::size_t>(rows.rows);
  const bool fits = rows.sparse ? rows.offsets.size() == count + 1 && rows.columns.size() == rows.values.size() &&
                                      static_cast<std::size_t>(rows.offsets.back()) == rows.values.size()
                                : rows.values.size() == count * static_cast<std::size_t>(rows.features);
  if (!fits || rows.label.size() != count || (header.at("weighted") && rows.weight.size() != count))
    throw FileError("read_linear_rows: the files in " + folder.string() + " are not as rows.json says.");
  return rows;
}

Dataset linear_dataset(const LinearRows& rows, const std::string& form) {
  RowOptions options;
  options.label = rows.label;
  options.weight = rows.weight;
  if (form == "csr") {
    const auto kept = as_sparse(rows);
    options.owner = kept;
    return Dataset::from_csr(std::span<const std::int64_t>(kept->offsets), std::span<const std::int32_t>(kept->columns),
                             std::span<const double>(kept->values), rows.features, options);
  }
  const bool by_columns = form == "columns";
  if (!by_columns && form != "dense")
    throw ArgumentError("linear_dataset: form is \"" + form + "\"; it must be csr, dense or columns.");
  const auto height = static_cast<std::size_t>(rows.rows), width = static_cast<std::size_t>(rows.features);
  const auto kept = std::make_shared<std::vector<double>>(height * width);
  each_entry(rows, [&](std::size_t row, std::size_t column, double value) {
    (*kept)[by_columns ? column * height + row : row * width + column] = value;
  });
  options.owner = kept;
  const std::span<const double> values(*kept);
  return by_columns ? Dataset::from_columns(values, rows.features, options)
                    : Dataset::from_rows(values, rows.features, options);
}

}  // namespace linden::bench
