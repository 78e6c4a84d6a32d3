// CatBoost's splits as ours.
#pragma once

#include <string>

#include "interop/import/catboost/features.hpp"
#include "interop/import/catboost/statistics.hpp"
#include "interop/trees/foreign_tree.hpp"

namespace linden::catboost {

/// The tree whose splits have their number in place of a feature, with nodes as they are here; rows that pass a test go
/// right. A CTR of tests is a table for each way through them: nodes know theirs by the splits above, and where these
/// do not ask a test, a node above does. `name` opens messages; throws FileError.
ForeignTree with_splits(const std::string& name, const ForeignTree& tree, std::size_t width, const Features& features,
                        Statistics& statistics);

}  // namespace linden::catboost
