// Where the ranks of a fit sum: on their GPUs, if each has one of its own, or on the host.
#include "backend/comms.hpp"

#include <algorithm>
#include <vector>

#include "backend/backend.hpp"
#include "backend/cuda.hpp"
#include "backend/host_comms.hpp"

namespace linden {
namespace {

// What ranks tell each other of their devices: the id of a GPU, or none.
struct DeviceOfRank {
  std::int64_t is_gpu = 0;
  GpuId id = {};

  auto operator<=>(const DeviceOfRank&) const = default;
};

bool have_gpus_of_their_own(const Device& device, Communicator& ranks) {
  DeviceOfRank mine;
  if (device.kind() == Device::Kind::cuda) mine = {1, cuda_backend().id(device.index())};
  std::vector<DeviceOfRank> all(static_cast<std::size_t>(ranks.size()));
  ranks.gather(&mine, sizeof mine, all.data());
  std::ranges::sort(all);
  return all.front().is_gpu == 1 && std::ranges::adjacent_find(all) == all.end();
}

}  // namespace

std::unique_ptr<Comms> comms_on(const Device& device, const CommunicatorRef& ranks) {
  Communicator* const all = ranks.get();
  if (all != nullptr && all->size() > 1 && have_gpus_of_their_own(device, *all))
    if (std::unique_ptr<Comms> there = cuda_backend().comms(device.index(), *all)) return there;
  return comms_of(ranks, backend_of(device).memory);
}

}  // namespace linden
