// The nodes of a tree in files of text: parallel lists over nodes, whatever the kind of each.
#pragma once

#include <linden/boosted_model.hpp>

#include "json/reader.hpp"
#include "json/writer.hpp"

namespace linden {

/// The members from "feature" to "rows".
void write_text_nodes(JsonWriter& json, const Tree& tree);

/// Nodes with all but their categories, and the values of leaves. That every node is the child of one is not checked.
/// Throws FileError where anything is not as write_text_nodes wrote it.
void read_text_nodes(JsonReader& json, Tree& tree, std::int64_t columns, int outputs);

}  // namespace linden
