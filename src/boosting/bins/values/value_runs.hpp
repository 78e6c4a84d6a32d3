// The values of a column in ascending order, found only as far as someone asks: a run of values is divided into smaller
// ones by the highest bits in which they differ. A few hundred quantiles of a million values cost two passes over them
// and a little more, several times less than sorting them.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "backend/math/sort_key.hpp"

namespace linden {

/// Rows whose values follow one another in the order of all: of one value, or of several that are not told apart yet.
struct ValueRun {
  double first = 0, last = 0;  ///< the lowest and the highest value
  std::int64_t rows = 0;
  std::int64_t begin = 0;  ///< how many rows are in the runs before

  bool is_one_value() const noexcept { return first == last; }
};

/// The runs of the values of one column, for one column after another: memory stays. T: float or double.
template <class T>
class ValueRuns {
 public:
  using Key = typename Order<T>::Bits;

  static Key key_of(T value) { return Order<T>{false}.key(value); }

  /// Room for the keys of the next column.
  std::vector<Key>& spare() noexcept { return spare_; }
  /// Takes a column of these keys, which may be in spare() and change, and returns how many are of NaN; the others are
  /// all().
  std::int64_t take(std::span<Key> keys);
  const ValueRun& all() const noexcept { return all_; }
  /// Appends the runs that this one, of more than one value, consists of, ascending: two at least.
  void divide(const ValueRun& run, std::vector<ValueRun>& runs);

 private:
  ValueRun run_of(std::int64_t begin, std::int64_t end) const;
  void split_by_bits(const Key* from, const ValueRun& run, std::vector<ValueRun>& runs);

  std::vector<Key> keys_, spare_;    // keys_: in the order of the runs
  std::vector<std::int64_t> place_;  // of each cell
  const Key* source_ = nullptr;      // where the keys of all() are until it is divided
  ValueRun all_;
};

extern template class ValueRuns<float>;
extern template class ValueRuns<double>;

}  // namespace linden
