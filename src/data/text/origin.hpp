// Where the rows of a dataset come from, kept small: lines follow each other except where they do not.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace linden {

/// From this row on, each row stands on the line after the one before.
struct LineStart {
  std::int64_t row = 0;
  std::int64_t line = 0;
};

/// The place of a row in words: "clicks.csv:79".
using Origin = std::function<std::string(std::int64_t row)>;
using SharedOrigin = std::shared_ptr<const Origin>;

/// Rows of a file; `starts` ascends in rows and begins with row 0.
SharedOrigin origin_in_file(std::string file, std::vector<LineStart> starts);
/// Some rows of others; null for null.
SharedOrigin origin_of_rows(SharedOrigin all, std::vector<std::int64_t> rows);

/// Collects line starts while rows are met in order.
class LineStarts {
 public:
  /// The next row stands on this line.
  void add(std::int64_t line) {
    if (starts_.empty() || line != next_) starts_.push_back({rows_, line});
    ++rows_;
    next_ = line + 1;
  }
  /// Rows counted from another place, and lines from `lines`, as of blocks that are put together.
  void append(const std::vector<LineStart>& starts, std::int64_t first_row, std::int64_t first_line) {
    for (const LineStart& start : starts) starts_.push_back({first_row + start.row, first_line + start.line});
  }
  std::vector<LineStart> take() { return std::move(starts_); }

 private:
  std::vector<LineStart> starts_;
  std::int64_t rows_ = 0, next_ = 0;
};

}  // namespace linden
