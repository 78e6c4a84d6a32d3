// Draws a sample: the random numbers of all items, counted by their first bits, tell in which bucket the last of the
// sample lies; that bucket alone is searched for it. And collects rows that have a weight. Compiled once, not for each
// level, which must not share the templates of the standard library that it is made of.
#include <algorithm>
#include <array>
#include <mutex>
#include <numeric>
#include <vector>

#include "cpu/tree/steps.hpp"

namespace linden {
namespace {

constexpr std::int64_t chunk_items = 16384;
constexpr int bucket_bits = 12;
using Counts = std::array<std::int64_t, 1 << bucket_bits>;

// One 128-bit draw serves four items.
void fill_keys(std::vector<std::uint32_t>& keys, const SampleTask& task, Workers& workers, Counts& counts) {
  std::mutex mutex;
  workers.chunks(static_cast<std::int64_t>(keys.size()), chunk_items,
                 [&](std::int64_t begin, std::int64_t end, std::int64_t, int) {
                   Counts mine{};
                   for (std::int64_t i = begin; i < end; i += 4) {
                     const PhiloxCounter drawn =
                         random_words(task.seed, task.use, task.round, static_cast<std::uint64_t>(i / 4));
                     for (std::int64_t k = i; k < std::min(i + 4, end); ++k) {
                       keys[k] = drawn.word[k - i];
                       ++mine[keys[k] >> (32 - bucket_bits)];
                     }
                   }
                   const std::lock_guard lock(mutex);
                   for (std::size_t b = 0; b < mine.size(); ++b) counts[b] += mine[b];
                 });
}

// A key with its item, so that equal keys have an order.
std::uint64_t ranked(std::uint32_t key, std::int64_t item) {
  return (std::uint64_t{key} << 32) | static_cast<std::uint64_t>(item);
}

// The largest ranked key among the `wanted` smallest.
std::uint64_t threshold(const std::vector<std::uint32_t>& keys, const Counts& counts, std::int64_t wanted) {
  std::uint32_t bucket = 0;
  for (; wanted > counts[bucket]; ++bucket) wanted -= counts[bucket];
  std::vector<std::uint64_t> members;
  for (std::size_t i = 0; i < keys.size(); ++i)
    if (keys[i] >> (32 - bucket_bits) == bucket) members.push_back(ranked(keys[i], static_cast<std::int64_t>(i)));
  std::nth_element(members.begin(), members.begin() + (wanted - 1), members.end());
  return members[wanted - 1];
}

// The items of which that is so, ascending; how many they are.
template <class IsKept>
std::int64_t collect(Workers& workers, std::int64_t count, const IsKept& is_kept, std::uint32_t* kept) {
  std::vector<std::int64_t> first(static_cast<std::size_t>((count + chunk_items - 1) / chunk_items + 1));
  workers.chunks(count, chunk_items, [&](std::int64_t begin, std::int64_t end, std::int64_t chunk, int) {
    std::int64_t here = 0;
    for (std::int64_t i = begin; i < end; ++i) here += is_kept(i);
    first[chunk + 1] = here;
  });
  std::partial_sum(first.begin(), first.end(), first.begin());
  workers.chunks(count, chunk_items, [&](std::int64_t begin, std::int64_t end, std::int64_t chunk, int) {
    std::int64_t at = first[chunk];
    for (std::int64_t i = begin; i < end; ++i)
      if (is_kept(i)) kept[at++] = static_cast<std::uint32_t>(i);
  });
  return first.back();
}

}  // namespace

void sample(Context& context, const SampleTask& task) {
  Workers& workers = context.workers;
  const std::int64_t count = task.count;
  std::vector<std::uint32_t> keys(static_cast<std::size_t>(count));
  Counts counts{};
  fill_keys(keys, task, workers, counts);
  const std::uint64_t last = threshold(keys, counts, task.wanted);
  collect(
      workers, count, [&](std::int64_t i) { return ranked(keys[i], i) <= last; }, task.sample);
}

std::int64_t collect_rows(Context& context, const CollectTask& task) {
  return collect(
      context.workers, task.rows, [&](std::int64_t row) { return task.weights[row] != 0; }, task.sample);
}

}  // namespace linden
