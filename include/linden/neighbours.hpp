// Which rows of the training data a forest takes for the most like a new row: those that end in the same leaves.
//
//     const Neighbours near = neighbours(model, train, test.take({{0}}), {.count = 5});
//     std::int64_t row = near.row.at<std::int64_t>({0, 0});  // of `train`, which shares most leaves with it
#pragma once

#include <linden/boosted_model.hpp>
#include <linden/data.hpp>
#include <linden/device.hpp>
#include <linden/export.hpp>
#include <linden/tensor.hpp>

namespace linden {

struct NeighbourOptions {
  int count = 10;   ///< neighbours of a row, at least 1; fewer where there are fewer training rows
  int threads = 0;  ///< 0: all cores. Results are the same for any number
  Device device = Device::cpu();
};

struct Neighbours {
  Tensor row;  ///< i64 [rows, count]: rows of the training data, those that share most leaves first, of equal ones the
               ///< lowest number
  Tensor share;  ///< f64 [rows, count]: of the trees in which both end in the same leaf, of all trees
};

/// Takes memory for a leaf number for each row and tree of both. Throws ArgumentError for a count below 1, a model
/// without trees and training data without rows, DataError for rows that do not fit the model.
LINDEN_API Neighbours neighbours(const BoostedModel& model, const Dataset& train, const Dataset& rows,
                                 const NeighbourOptions& options = {});

}  // namespace linden
