// The lines of a libsvm text, parsed in parallel: blocks of whole lines, each into memory of its own.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/parallel.hpp"
#include "data/text/origin.hpp"
#include "data/text/text_file.hpp"

namespace linden {

/// What is wrong with a word of a line.
struct LibsvmTrouble {
  const char* where = nullptr;
  int pair = 0;  ///< 0 for the label and the group, else the number of the pair
  std::string what = {};
};

/// Some whole lines, and what they hold.
struct LibsvmBlock {
  const char* begin = nullptr;
  const char* end = nullptr;
  std::vector<double> labels = {};
  std::vector<std::int64_t> qids = {};     ///< of the rows that have one
  const char* first_qid = nullptr;         ///< where the first of these stands,
  const char* first_without = nullptr;     ///< and the first row that has none
  std::vector<std::int64_t> lengths = {};  ///< entries of each row
  std::vector<std::int32_t> columns = {};  ///< counted from 0
  std::vector<double> values = {};
  std::vector<LineStart> starts = {};  ///< rows and lines counted from the block's first
  std::int64_t lines = 0;
  std::int64_t unlabelled = 0;  ///< rows that were left out
  std::int32_t last = -1;       ///< the largest column
  LibsvmTrouble trouble = {};
};

/// How words are read.
struct LibsvmIndices {
  std::int64_t first = 1;
  std::int64_t features = 0;   ///< 0: as many as there are
  bool ignore_larger = false;  ///< else they are refused
  bool drop_unlabelled = false;
  bool skip_groups = false;
  std::atomic<bool>* zero_found = nullptr;  ///< where an index 0 is noted, and ends the parse
};

/// The blocks of the text, of about `size` bytes each. Where nothing is said about the first index, one that is 0 makes
/// it 0: `indices` says so then. Throws DataError for the first word that is not in order.
std::vector<LibsvmBlock> parse_lines(const Text& text, const Source& source, LibsvmIndices& indices,
                                     std::optional<bool> zero_based, std::size_t size, Workers& workers);

}  // namespace linden
