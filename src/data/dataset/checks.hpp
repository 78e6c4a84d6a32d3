// What a Dataset refuses, whoever makes it from memory.
#pragma once

#include <cstdint>
#include <linden/data.hpp>
#include <span>
#include <string>
#include <string_view>

namespace linden {

/// The name of a feature that was given none: "f0", "f1", ...
std::string number_name(std::int64_t feature);

/// The caller's names, or "f0", "f1", ... Throws ArgumentError unless there are `features` distinct ones.
std::vector<std::string> checked_names(std::span<const std::string> names, std::int64_t features);

/// Throw ArgumentError when they are not of so many rows, DataError naming the first row that is refused. Labels and
/// offsets are [rows] or [rows, K] f64, weights [rows].
void check_label(const Tensor& label, std::int64_t rows);
void check_offset(const Tensor& offset, std::int64_t rows);
void check_weight(const Tensor& weight, std::int64_t rows);
void check_groups(const Tensor& starts, std::int64_t rows);
/// Throws ArgumentError for two classes of one name and for several labels a row, DataError for a label that is none.
void check_classes(const Tensor& label, std::span<const std::string> classes);
/// The names of labels or offsets, which `what` is. Throws ArgumentError unless there are none, or distinct ones, as
/// many as `values` has columns.
std::vector<std::string> checked_names(std::string_view what, std::span<const std::string> names, const Tensor& values);

/// Throws DeviceError unless the memory is the host's; `what` names it.
void check_host(std::string_view what, const Tensor& values);

/// Throws ArgumentError unless `values` is f32 or f64, DeviceError on a GPU, DataError for an infinity, naming row and
/// feature.
void check_features(const Tensor& values, std::span<const std::string> names);
/// Throws for one column of from_named: its shape, dtype, categories, codes, or an infinity.
void check_column(const Column& column, std::int64_t rows);
/// Throws for compressed rows that are not in order or out of range; their names are not looked at.
void check_entries(const SparseRows& sparse, std::int64_t features);
/// Throws for an infinity among them, naming row and feature.
void check_values(const SparseRows& sparse);

}  // namespace linden
