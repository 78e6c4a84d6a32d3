#include "boosting/bins/values/value_runs.hpp"

#include <algorithm>
#include <bit>
#include <tuple>
#include <utility>

namespace linden {
namespace {

constexpr std::int64_t sorted_rows = 64;  // no more than these are sorted
constexpr int most_bits = 11;             // cells whose ends all stay in the cache
constexpr int bits_in_cell = 6;           // about as many rows as a sort takes in the smallest cells

// Into how many cells, as a power of two, so many rows are divided.
int cell_bits(std::int64_t rows) {
  return std::clamp(static_cast<int>(std::bit_width(static_cast<std::uint64_t>(rows))) - bits_in_cell, 2, most_bits);
}

template <class Key>
std::pair<Key, Key> ends_of(const Key* first, const Key* last) {
  Key low = *first, high = *first;
  for (; first != last; ++first) {
    low = std::min(low, *first);
    high = std::max(high, *first);
  }
  return {low, high};
}

}  // namespace

template <class T>
std::int64_t ValueRuns<T>::take(std::span<Key> keys) {
  all_ = {};
  source_ = keys.data();
  if (keys.empty()) return 0;
  auto [low, high] = ends_of(keys.data(), keys.data() + keys.size());
  std::size_t missing = 0;
  if (high == Order<T>::nan_key) {
    const auto end = std::remove(keys.begin(), keys.end(), Order<T>::nan_key);
    missing = static_cast<std::size_t>(keys.end() - end);
    keys = keys.first(keys.size() - missing);
    if (keys.empty()) return static_cast<std::int64_t>(missing);
    std::tie(low, high) = ends_of(keys.data(), keys.data() + keys.size());
  }
  all_ = {Order<T>{false}.value(low, T(0)), Order<T>{false}.value(high, T(0)), std::ssize(keys), 0};
  return static_cast<std::int64_t>(missing);
}

template <class T>
ValueRun ValueRuns<T>::run_of(std::int64_t begin, std::int64_t end) const {
  const auto [low, high] = ends_of(keys_.data() + begin, keys_.data() + end);
  return {Order<T>{false}.value(low, T(0)), Order<T>{false}.value(high, T(0)), end - begin, begin};
}

template <class T>
void ValueRuns<T>::divide(const ValueRun& run, std::vector<ValueRun>& runs) {
  Key* const first = keys_.data() + run.begin;
  if (source_ != nullptr) {
    keys_.resize(static_cast<std::size_t>(run.rows));
    split_by_bits(std::exchange(source_, nullptr), run, runs);
  } else if (run.rows > sorted_rows) {
    if (std::ssize(spare_) < run.rows) spare_.resize(static_cast<std::size_t>(run.rows));
    std::copy_n(first, run.rows, spare_.data());
    split_by_bits(spare_.data(), run, runs);
  } else {
    std::sort(first, first + run.rows);
    for (std::int64_t begin = 0, end = 0; begin < run.rows; begin = end) {
      while (end < run.rows && first[end] == first[begin]) ++end;
      const double value = Order<T>{false}.value(first[begin], T(0));
      runs.push_back({value, value, end - begin, run.begin + begin});
    }
  }
}

// From `from` to their places among keys_.
template <class T>
void ValueRuns<T>::split_by_bits(const Key* from, const ValueRun& run, std::vector<ValueRun>& runs) {
  const Key low = key_of(static_cast<T>(run.first)), range = key_of(static_cast<T>(run.last)) - low;
  const int shift = std::max(static_cast<int>(std::bit_width(range)) - cell_bits(run.rows), 0);
  place_.assign(static_cast<std::size_t>(range >> shift) + 1, 0);
  std::int64_t* const place = place_.data();
  for (std::int64_t i = 0; i < run.rows; ++i) ++place[(from[i] - low) >> shift];
  std::int64_t before = run.begin;
  for (std::int64_t& p : place_) before += std::exchange(p, before);
  Key* const keys = keys_.data();
  for (std::int64_t i = 0; i < run.rows; ++i) keys[place[(from[i] - low) >> shift]++] = from[i];
  std::int64_t begin = run.begin;  // each place is now the end of its cell
  for (const std::int64_t end : place_) {
    if (end > begin) runs.push_back(run_of(begin, end));
    begin = end;
  }
}

template class ValueRuns<float>;
template class ValueRuns<double>;

}  // namespace linden
