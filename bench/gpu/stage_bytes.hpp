// Bytes that each step of growing a tree has to move at least, on any device: what it reads and writes once, however
// the kernel goes about it. N rows of F features, one byte a bin; cells of a histogram take 16 bytes, an entry 8 (the
// row's number, and 15-bit gradient and curvature).
//
//   gradients  score 8, label 8 read; gradient 4, curvature 4 written       24 a row
//   quantise   gradient 4, curvature 4 read; entry 8 written                16 a row
//   histogram  F bins, entry 8 read                                         F + 8 a summed row; each cell written once
//   subtract   parent and smaller child read, larger child written          48 a cell of a pair
//   split      cells read                                                   16 a cell of a node
//   partition  entry 8 and a bin read; entry 8 written                      17 a row
//   leaf_sums  entry 8, gradient 4, curvature 4 read; leaf 4 written        20 a row
//   update     leaf 4, score 8 read; score 8 written                        20 a row
//
// A row of the GPU's bins is padded to 32 bytes for 17 to 32 features, and what lies scattered is fetched in sectors of
// 32 bytes: `sector_bytes` counts those, for histograms, where rows are the larger part.
#pragma once

#include <cstdint>
#include <string_view>

#include "backend/tree/tree_input.hpp"
#include "tree_work.hpp"

namespace linden::bench {

/// The smallest number of bytes of a step at a level; 0 for a step that is not a matter of bytes (select).
inline double least_bytes(std::string_view stage, const LevelWork& work, const BinsView& bins) {
  const auto rows = static_cast<double>(work.rows), cells = static_cast<double>(bins.cells);
  if (stage == "gradients") return 24 * rows;
  if (stage == "quantise") return 16 * rows;
  if (stage == "histogram")
    return (bins.features + 8.0) * static_cast<double>(work.built_rows) +
           static_cast<double>(work.built_nodes) * cells * 16;
  if (stage == "subtract") return work.nodes < 2 ? 0 : static_cast<double>(work.built_nodes) * cells * 48;
  if (stage == "split") return work.built_nodes == 0 ? 0 : static_cast<double>(work.nodes) * cells * 16;
  if (stage == "partition") return 17 * static_cast<double>(work.split_rows);
  if (stage == "leaf_sums" || stage == "update") return 20 * rows;
  return 0;
}

/// What histograms of this level fetch in whole sectors: padded rows, and entries once for each group of 32 features.
inline double sector_bytes(const LevelWork& work, const BinsView& bins) {
  const double row = bins.row_stride < 32 ? 32.0 : static_cast<double>(bins.row_stride);
  return (row + 8.0 * ((bins.features + 31) / 32)) * static_cast<double>(work.built_rows);
}

}  // namespace linden::bench
