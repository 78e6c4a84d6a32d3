// Whether data are the same as another time.
#pragma once

#include <linden/data.hpp>
#include <string>
#include <vector>

namespace linden {

/// 16 hexadecimal digits of all that models and metrics see of the data: features, labels, weights, groups, offsets.
std::string checksum_of(const Dataset& data);
/// Of the rows of folds.
std::string checksum_of(const std::vector<Fold>& folds);

}  // namespace linden
