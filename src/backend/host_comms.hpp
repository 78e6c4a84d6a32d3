// HostComms: Comms over the Communicator that a caller passed, whose values lie in the memory of the host. What lies on
// a GPU goes through there.
#pragma once

#include <linden/communicator.hpp>
#include <linden/device.hpp>
#include <memory>

#include "backend/comms.hpp"

namespace linden {

class HostComms : public Comms {
 public:
  /// `memory` is that of the contexts it is used with. Both must outlive it.
  HostComms(Communicator& ranks, const MemoryKernels& memory)
      : communicator_(ranks), memory_(memory), rank_(ranks.rank()), ranks_(ranks.size()) {}

  int rank() const noexcept override { return rank_; }
  int ranks() const noexcept override { return ranks_; }

  void sum(Context& context, std::int64_t* values, std::int64_t count) override {
    change(context, values, count, [&](std::int64_t* here) { communicator_.sum(here, count); });
  }
  void max(Context& context, double* values, std::int64_t count) override {
    change(context, values, count, [&](double* here) { communicator_.max(here, count); });
  }
  void gather(Context& context, const double* values, std::int64_t count, double* all) override {
    if (count == 0) return;
    const std::int64_t bytes = count * std::int64_t{sizeof(double)};
    if (memory_.is_host) return communicator_.gather(values, bytes, all);
    std::vector<double> mine(static_cast<std::size_t>(count)), whole(static_cast<std::size_t>(count * ranks_));
    memory_.download(context, mine.data(), values, bytes);
    communicator_.gather(mine.data(), bytes, whole.data());
    memory_.upload(context, all, whole.data(), bytes * ranks_);
  }
  void reduce_scatter(Context& context, std::int64_t* values, std::span<const std::int64_t> counts) override {
    if (memory_.is_host) return communicator_.reduce_scatter(values, counts.data());
    std::int64_t all = 0, before = 0;
    for (int part = 0; part < ranks_; all += counts[static_cast<std::size_t>(part++)])
      if (part == rank_) before = all;
    const auto bytes = [](std::int64_t count) { return count * static_cast<std::int64_t>(sizeof(std::int64_t)); };
    std::vector<std::int64_t> here(static_cast<std::size_t>(all));
    memory_.download(context, here.data(), values, bytes(all));
    communicator_.reduce_scatter(here.data(), counts.data());
    memory_.upload(context, values + before, here.data() + before, bytes(counts[static_cast<std::size_t>(rank_)]));
  }

 private:
  template <class T, class Change>
  void change(Context& context, T* values, std::int64_t count, const Change& f) const {
    if (count == 0) return;
    if (memory_.is_host) return f(values);
    const std::int64_t bytes = count * std::int64_t{sizeof(T)};
    std::vector<T> here(static_cast<std::size_t>(count));
    memory_.download(context, here.data(), values, bytes);
    f(here.data());
    memory_.upload(context, values, here.data(), bytes);
  }

  Communicator& communicator_;
  const MemoryKernels& memory_;
  int rank_, ranks_;
};

/// How the ranks of a fit sum what lies in the memory of their devices; null where there are no other ranks. All ranks
/// call it together. Where each of them has a GPU of its own, NCCL sums there; else what lies on a GPU goes through the
/// host, of which the log is told where NCCL is what is missing.
std::unique_ptr<Comms> comms_on(const Device& device, const CommunicatorRef& ranks);

/// Those of the host alone; null where there are no other ranks.
inline std::unique_ptr<Comms> comms_of(const CommunicatorRef& ranks, const MemoryKernels& memory) {
  Communicator* const communicator = ranks.get();
  if (communicator == nullptr || communicator->size() == 1) return nullptr;
  return std::make_unique<HostComms>(*communicator, memory);
}

/// The ranks of a fit before it has a device.
class RanksOfHost {
 public:
  explicit RanksOfHost(const CommunicatorRef& ranks)
      : workers_(1),
        comms_(comms_of(ranks, host_memory_kernels())),
        context_{workers_, nullptr, comms_.get()},
        ranks_(host_memory_kernels(), context_) {}

  operator const Ranks&() const noexcept { return ranks_; }

 private:
  Workers workers_;
  std::unique_ptr<Comms> comms_;
  Context context_;
  Ranks ranks_;
};

}  // namespace linden
