// The seam between machines, beside that of memory: what those who have different rows of the same data tell each
// other. Each of them is a rank, and all ranks call the same functions in the same order, with the same counts.
//
// Everything lies in the memory of the context's device and happens in the order of its stream. A context without Comms
// is alone: it has all rows, and the functions below do nothing. Trees sum whole numbers, so that no order of ranks
// shows in them; linear models sum doubles in the order of ranks, each for itself, so that all have the same bytes.
#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

#include "backend/device_array.hpp"
#include "backend/memory_kernels.hpp"

namespace linden {

class Comms {
 public:
  virtual ~Comms() = default;
  /// From 0 on.
  virtual int rank() const noexcept = 0;
  virtual int ranks() const noexcept = 0;
  /// Each value becomes the sum of what it is on all ranks.
  virtual void sum(Context&, std::int64_t* values, std::int64_t count) = 0;
  /// Each value becomes the largest of what it is on all ranks.
  virtual void max(Context&, double* values, std::int64_t count) = 0;
  /// all [ranks, count]: the values of every rank.
  virtual void gather(Context&, const double* values, std::int64_t count, double* all) = 0;
  /// Parts that follow one another, one a rank, of so many values each (`counts` is the host's): this rank's own
  /// becomes the sum of what it is on all; the others do not matter afterwards.
  virtual void reduce_scatter(Context& context, std::int64_t* values, std::span<const std::int64_t> counts) {
    sum(context, values, std::accumulate(counts.begin(), counts.end(), std::int64_t{0}));
  }
};

inline void sum_over_ranks(Context& context, std::int64_t* values, std::int64_t count) {
  if (context.comms != nullptr && count > 0) context.comms->sum(context, values, count);
}

/// The same for values of the host.
inline void sum_over_ranks(const MemoryKernels& memory, Context& context, std::int64_t* values, std::int64_t count) {
  if (context.comms == nullptr) return;
  const ToHost<std::int64_t> there(memory, context, values, count, "sums over machines");
  there.upload();
  context.comms->sum(context, there.data(), count);
  there.download();
}

inline void max_over_ranks(const MemoryKernels& memory, Context& context, double* values, std::int64_t count) {
  if (context.comms == nullptr) return;
  const ToHost<double> there(memory, context, values, count, "maxima over machines");
  there.upload();
  context.comms->max(context, there.data(), count);
  there.download();
}

/// The ranks of a fit, for values of the host. Alone, each of these leaves values as they are.
class Ranks {
 public:
  Ranks() noexcept = default;
  Ranks(const MemoryKernels& memory, Context& context) noexcept
      : memory_(&memory), context_(context.comms != nullptr ? &context : nullptr) {}

  bool is_alone() const noexcept { return context_ == nullptr; }
  int rank() const noexcept { return is_alone() ? 0 : context_->comms->rank(); }
  int count() const noexcept { return is_alone() ? 1 : context_->comms->ranks(); }
  bool is_first() const noexcept { return rank() == 0; }

  /// Each value becomes the largest of what it is on all ranks.
  void max(std::span<double> values) const {
    if (!is_alone()) max_over_ranks(*memory_, *context_, values.data(), std::ssize(values));
  }
  double max(double value) const {
    max({&value, 1});
    return value;
  }
  /// Each value becomes the sum of what it is on all ranks.
  void sum(std::span<std::int64_t> values) const {
    if (!is_alone()) sum_over_ranks(*memory_, *context_, values.data(), std::ssize(values));
  }
  std::int64_t sum(std::int64_t value) const {
    sum(std::span(&value, 1));
    return value;
  }
  /// Each value becomes the sum of what it is on all ranks, from the first to the last.
  void sum(std::span<double> values) const {
    if (is_alone()) return;
    const std::vector<double> all = gather(values);
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i] = all[i];
      for (std::size_t other = i + values.size(); other < all.size(); other += values.size()) values[i] += all[other];
    }
  }
  double sum(double value) const {
    sum(std::span(&value, 1));
    return value;
  }
  /// [ranks, values].
  std::vector<double> gather(std::span<const double> values) const {
    if (is_alone()) return {values.begin(), values.end()};
    const std::int64_t count = std::ssize(values), all_count = count * context_->comms->ranks();
    std::vector<double> all(static_cast<std::size_t>(all_count));
    const OnDevice<double> mine(*memory_, *context_, values.data(), count, "values of one machine");
    const ToHost<double> there(*memory_, *context_, all.data(), all_count, "values of all machines");
    context_->comms->gather(*context_, mine.data(), count, there.data());
    there.download();
    return all;
  }
  /// The values of all ranks, one after the other, however many each has.
  std::vector<double> join(std::span<const double> values) const {
    if (is_alone()) return {values.begin(), values.end()};
    const std::vector<double> counts = gather(std::vector{static_cast<double>(values.size())});
    std::vector<double> padded(values.begin(), values.end());
    padded.resize(static_cast<std::size_t>(*std::ranges::max_element(counts)));
    const std::vector<double> all = gather(padded);
    std::vector<double> joined;
    for (std::size_t rank = 0; rank < counts.size(); ++rank) {
      const auto first = all.begin() + static_cast<std::ptrdiff_t>(rank * padded.size());
      joined.insert(joined.end(), first, first + static_cast<std::ptrdiff_t>(counts[rank]));
    }
    return joined;
  }

 private:
  const MemoryKernels* memory_ = nullptr;
  Context* context_ = nullptr;  // null: there is one
};

}  // namespace linden
