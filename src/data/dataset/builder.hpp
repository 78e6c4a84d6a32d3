// What a Dataset holds, and the one way to make one from parts that have been checked.
#pragma once

#include <linden/data.hpp>
#include <map>
#include <utility>

#include "data/text/origin.hpp"

namespace linden {

struct StoredTable;  // data/files/stored_table.hpp

struct Dataset::State {
  std::int64_t rows = 0;
  bool is_sparse = false;
  std::vector<Column> columns = {};  ///< dense
  SparseRows sparse = {};            ///< sparse
  Tensor label = {};                 ///< empty, or contiguous [rows] or [rows, K] f64
  Tensor weight = {};                ///< empty, or contiguous [rows] f64
  Tensor groups = {};                ///< empty, or contiguous [groups + 1] i64, as GroupList::starts
  Tensor offset = {};                ///< empty, or contiguous [rows] or [rows, K] f64
  std::vector<std::string> classes = {};
  std::vector<std::string> label_names = {}, offset_names = {};  ///< none, or one a column
  bool has_event = false;  ///< whether the label is a time with a minus where no event came
  std::string event_name = {};
  std::string group_name = {};
  std::string weight_name = {};  ///< the column of weights, or ""
  std::string trials_name = {};  ///< the column of trials, of which labels are shares, or ""
  std::vector<std::string> remarks = {};
  std::map<std::string, std::string> slips = {};  ///< of columns that one field turned into text: line 79: "1.2.3"
  std::vector<std::string> missing = {};          ///< the tokens by which it was read
  bool only_missing = false;
  SharedOrigin origin = nullptr;                        ///< null: from memory
  std::shared_ptr<const StoredTable> stored = nullptr;  ///< where the values are, if they are in files
};

/// The door for readers and for code that changes a part of a dataset: nothing is checked. Tensors of a dataset are to
/// be read: what would change them in place is refused, whoever asks for them.
class DatasetBuilder {
 public:
  using State = Dataset::State;

  static Dataset make(State state);
  static const State& state(const Dataset& data) noexcept { return *data.state_; }
};

/// Throws ArgumentError where two of labels, groups, offsets and features have one name: by a schema a column of a file
/// is one thing.
void check_roles(const DatasetBuilder::State& state);

}  // namespace linden
