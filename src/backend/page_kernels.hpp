// What growing a tree by pages asks of a device beside the table of tree kernels: rows whose bins do not fit its memory
// go by in pages, in their order, once for each step of a tree.
//
// What is kept of a row from step to step is its node (TreeMemory::leaf_of_row); entries are made anew for the rows of
// a page. A step is a batch of leaves: how many rows go left is known beforehand, from the rows by bin, which are
// summed with the histograms, so that children are made, and the smaller of each pair chosen, before the rows go by.
#pragma once

#include <cstdint>

#include "backend/context.hpp"
#include "backend/tree/tree_state.hpp"

namespace linden {

/// What a step does with the rows of a node.
struct PageNode {
  std::int32_t left = -1;   ///< the left child, when the step divides it, or -1
  std::int32_t column = 0;  ///< by which feature
  std::int32_t sides = 0;   ///< by which of PageMemory::sides
  std::int32_t group = -1;  ///< whose histogram its rows are added to, or -1
};

/// What is kept beside TreeMemory, whose entries are null, and exchange is there.
struct PageMemory {
  std::int64_t page_rows = 0;           ///< at most
  std::uint32_t* slot_rows = nullptr;   ///< [slots, bins.cells]: the rows by bin of each histogram
  std::int64_t* left_of = nullptr;      ///< [node_capacity]: how many rows go left by a node's split
  PageNode* nodes = nullptr;            ///< [node_capacity]
  std::int32_t* group_nodes = nullptr;  ///< [2 * batch_capacity + 1]: the node of each group
  std::int32_t groups = 0;              ///< of this step
  std::uint8_t* sides = nullptr;        ///< [batch_capacity, 256]: 0 left, 1 right, by bin
  WideEntry* entries = nullptr;         ///< [page_rows]
  std::int64_t* counts = nullptr;       ///< [threads + 1, 2 * batch_capacity + 1]
  WideCell* rooms = nullptr;            ///< [threads, 16, 256]
};

/// Rows that follow one another.
struct BinPage {
  const std::uint8_t* by_row = nullptr;  ///< [rows, bins.row_stride]
  std::int64_t first = 0, rows = 0;      ///< of all rows
};

struct PageKernels {
  /// Begins a step: makes the children of the selected leaves, if there are any; the root is the first step.
  void (*open_step)(Context&, TreeMemory&, PageMemory&);
  /// Moves the rows of a page to the nodes that they go to, and adds them to the histograms of the step.
  void (*take_page)(Context&, TreeMemory&, PageMemory&, const BinPage&);
  /// When all pages have gone by, and the larger children have their histograms: the rows by bin of all new nodes.
  void (*close_step)(Context&, TreeMemory&, PageMemory&);
  /// When the new nodes have their splits: how many rows go left.
  void (*count_left)(Context&, TreeMemory&, PageMemory&);
};

/// The CPU's, for this machine's instruction level.
const PageKernels& cpu_page_kernels();

}  // namespace linden
