// The nodes of a tree in binary files. Their lists leave out what follows from others: what leaves have of splits (a
// threshold, children, a gain), what splits have of leaves (a value), and the rows and curvatures of splits where these
// are the sums of their children's. How long a list is says which of them it has: a tree of n nodes has (n - 1) / 2
// splits and one leaf more.
#pragma once

#include <linden/boosted_model.hpp>
#include <span>
#include <vector>

#include "json/reader.hpp"
#include "json/writer.hpp"

namespace linden {

/// The different thresholds of each column, ascending. A node knows its own by its place among them.
using Thresholds = std::vector<std::vector<double>>;

Thresholds thresholds_of(std::span<const Tree> trees, int columns);

/// The member "thresholds".
void write_thresholds(JsonWriter& json, const Thresholds& thresholds);
Thresholds read_thresholds(JsonReader& json, int columns);

/// The members from "feature" to "rows".
void write_packed_nodes(JsonWriter& json, const Tree& tree, const Thresholds& thresholds);

/// Nodes with all but their categories, and the values of leaves. That every node is the child of one is not checked.
/// Throws FileError where anything is not as write_packed_nodes wrote it.
void read_packed_nodes(JsonReader& json, Tree& tree, const Thresholds& thresholds, int outputs);

}  // namespace linden
