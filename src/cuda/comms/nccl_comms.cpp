#include "cuda/comms/nccl_comms.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <exception>
#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "backend/host_comms.hpp"
#include "backend/thread_ranks.hpp"
#include "base/fail.hpp"
#include "base/log.hpp"
#include "cuda/comms/nccl.hpp"
#include "cuda/runtime/stream.hpp"

namespace linden::cuda {
namespace {

class NcclComms final : public Comms {
 public:
  NcclComms(const Nccl& library, NcclHandle handle, Communicator& ranks, const MemoryKernels& memory)
      : through_host_(ranks, memory),
        library_(library),
        handle_(handle),
        threads_(dynamic_cast<ThreadRanks::Seat*>(&ranks)) {}
  // Where the fit has failed, other ranks may have failed, too, and there is nothing to wait for.
  ~NcclComms() override {
    if (std::uncaught_exceptions() > exceptions_)
      library_.abort(handle_);
    else
      library_.destroy(handle_);
  }

  int rank() const noexcept override { return through_host_.rank(); }
  int ranks() const noexcept override { return through_host_.ranks(); }
  // What the host knows, and has here only to be compared: a few numbers.
  void max(Context& context, double* values, std::int64_t count) override { through_host_.max(context, values, count); }
  void gather(Context& context, const double* values, std::int64_t count, double* all) override {
    through_host_.gather(context, values, count, all);
  }
  void sum(Context& context, std::int64_t* values, std::int64_t count) override {
    if (count == 0) return;
    const StreamHandle stream = stream_of(context);
    const CurrentDevice current(stream.device);
    // What waits on one GPU for all others must not wait for a thread that has failed, nor for one that asks CUDA for
    // something that waits for this GPU.
    if (threads_ != nullptr) threads_->meet();
    const int status = library_.all_reduce(values, values, static_cast<std::size_t>(count), Nccl::int64, Nccl::sum,
                                           handle_, static_cast<cudaStream_t>(stream));
    if (status != 0) fail<DeviceError>("sums between GPUs: NCCL: {}.", library_.error_string(status));
  }

 private:
  HostComms through_host_;
  const Nccl& library_;
  NcclHandle handle_;
  ThreadRanks::Seat* threads_;  // null where ranks are processes
  int exceptions_ = std::uncaught_exceptions();
};

// The words of the first rank that has some.
std::string first_words(Communicator& ranks, const std::string& mine) {
  using Words = std::array<char, 512>;
  Words words{};
  std::copy_n(mine.data(), std::min(mine.size(), words.size() - 1), words.begin());
  std::vector<Words> all(static_cast<std::size_t>(ranks.size()));
  ranks.gather(&words, sizeof words, all.data());
  const auto found = std::ranges::find_if(all, [](const Words& of_rank) { return of_rank[0] != '\0'; });
  return found == all.end() ? "" : found->data();
}

// Why a rank, perhaps another, cannot start; empty if all can.
std::string why_not_to_start(const Nccl& library, const std::string& why_not, Communicator& ranks) {
  int version = 0;
  if (why_not.empty()) library.get_version(&version);
  if (const std::string words = first_words(ranks, why_not); !words.empty()) return words;
  std::vector<int> versions(static_cast<std::size_t>(ranks.size()));
  ranks.gather(&version, sizeof version, versions.data());
  const auto [least, most] = std::ranges::minmax(versions);
  return least == most ? "" : fmt::format("ranks have versions {} and {}", least, most);
}

// Likewise, of all ranks that have started.
std::string start(const Nccl& library, int device, Communicator& ranks, NcclHandle& handle) {
  NcclId id{};
  int status = ranks.rank() == 0 ? library.get_unique_id(&id) : 0;
  const auto words_of = [&] { return status == 0 ? std::string() : library.error_string(status); };
  if (const std::string words = first_words(ranks, words_of()); !words.empty()) return words;
  std::vector<NcclId> ids(static_cast<std::size_t>(ranks.size()));
  ranks.gather(&id, sizeof id, ids.data());
  const CurrentDevice current(device);
  status = library.init_rank(&handle, ranks.size(), ids.front(), ranks.rank());
  const std::string words = first_words(ranks, words_of());
  if (!words.empty() && status == 0) library.abort(handle);
  return words;
}

}  // namespace

std::unique_ptr<Comms> nccl_comms(int device, Communicator& ranks) {
  std::string why_not;
  const Nccl& library = nccl(why_not);
  NcclHandle handle = nullptr;
  why_not = why_not_to_start(library, why_not, ranks);
  if (why_not.empty()) why_not = start(library, device, ranks, handle);
  if (why_not.empty())
    return std::make_unique<NcclComms>(library, handle, ranks, backend_of(Device::cuda(device)).memory);
  if (ranks.rank() == 0)
    log(LogLevel::warning, fmt::format("sums between GPUs go through the host, which takes longer: NCCL is not to be "
                                       "had ({}). Hint: install NCCL (libnccl.so.2) or put it on the library path.",
                                       why_not));
  return nullptr;
}

}  // namespace linden::cuda
