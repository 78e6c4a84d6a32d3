// Which way trees read each feature of categories.
#pragma once

#include <linden/boosting.hpp>
#include <vector>

#include "backend/comms.hpp"
#include "boosting/bins/cuts.hpp"
#include "model/labels.hpp"

namespace linden {

/// partition, one_hot or statistics for each feature of categories, as the configuration says or by the number of its
/// categories; automatic for numbers. Throws ArgumentError for encodings of features that have no categories, and for
/// splits that are forced on a feature whose statistics trees read in its place. Categories are those that rows of any
/// rank have; no feature of rows on several ranks has statistics, which are refused where they are asked for or due.
std::vector<CategoryEncoding> encodings_of(const Dataset& train, const BoostingConfig& config, const Labels& labels,
                                           const Ranks& ranks = {});

/// Whether trees read statistics of classes.
bool has_class_statistics(const std::vector<CategoryEncoding>& encodings, const Labels& labels);

/// Fits the cuts of features to their encodings: those that are read through statistics have one bin, one_hot ones are
/// marked.
void encode(std::vector<Cuts>& cuts, const std::vector<CategoryEncoding>& encodings);

}  // namespace linden
